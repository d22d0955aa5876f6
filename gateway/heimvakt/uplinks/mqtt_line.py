"""What a connection carries, measured by what it confirms, and how much may be under way on it.

Pure. A message that finds the line empty measures the round trip; one that fills it measures the
rate: the bytes that were confirmed while it was under way, divided by that time. From both follows
how much may be under way at once, so that the line is never idle and yet whoever comes last waits
`QUEUE_S` at most. The same allowance is what finds a faster line: with it under way the next
measurement is higher, until the line and not the allowance is the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from heimvakt.core.uplink import Line

QUEUE_S = 0.15
"""What stands before the bottleneck: with one message that is being sent an alarm waits 0.2 s."""
ROOM_START = 4 * 1024
"""Before anything is known; 0.13 s at 32 kB/s."""
ROOM_MIN = 1_024
"""On a bad 2G link; one message always may."""
ROOM_MAX = 1024 * 1024
"""A line that slows down suddenly must not have taken more than this."""
SMALL = 2 * 1024
"""Larger messages are no measure of the round trip: they take time themselves."""
SLOW = 16_000
"""Bytes a second. Messages are short on such a line, and half of `SMALL` is a measure of it."""
SLOWER = 1.25
"""A message that takes so much longer than was expected shows that the line has become slower."""
GAIN_RTT = 1 / 8
"""As TCP smooths its own."""
GAIN_UP = 3 / 4
GAIN_DOWN = 1 / 4


@dataclass(frozen=True, slots=True)
class Departure:
    """What has to be known of a message until it is confirmed."""

    size: int
    at: float
    before: int
    """Bytes under way when it was sent."""
    confirmed: int
    """Bytes that had been confirmed by then."""
    since: float
    """When the last of them were, if the line was not empty: what came half the way before this was
    sent would else count as carried since."""


class Meter:
    """The measurements of one connection. Times are seconds on any clock that never goes back."""

    def __init__(self) -> None:
        self._under_way = 0
        self._confirmed = 0
        self._confirmed_at = 0.0
        self._rtt_s: float | None = None
        self._rate: float | None = None

    def sent(self, size: int, now: float) -> Departure:
        """A message begins its way."""
        since = self._confirmed_at if self._under_way else now
        departure = Departure(size, now, self._under_way, self._confirmed, since)
        self._under_way += size
        return departure

    def confirmed(self, departure: Departure, now: float) -> None:
        """It has been confirmed."""
        self._under_way -= departure.size
        self._confirmed += departure.size
        self._confirmed_at = now
        took_s = max(now - departure.at, 1e-6)
        if departure.before == 0 and departure.size <= SMALL:
            # Without the time that it takes itself, on a line that is slow.
            self._measure_rtt(
                max(took_s - departure.size / self._rate, 0.0) if self._rate else took_s
            )
        is_slow = self._rate is not None and self._rate < SLOW
        if departure.before + departure.size > (SMALL // 2 if is_slow else SMALL):
            carried = self._confirmed - departure.confirmed
            self._measure_rate(carried, max(now - departure.since, 1e-6))

    @property
    def line(self) -> Line:
        """The measurements."""
        return Line(rtt_s=self._rtt_s, bytes_per_s=self._rate)

    @property
    def room(self) -> int:
        """Bytes that may be under way at once."""
        if self._rate is None:
            return ROOM_START
        wanted = self._rate * ((self._rtt_s or 0.0) + QUEUE_S)
        return int(min(ROOM_MAX, max(ROOM_MIN, wanted)))

    def _measure_rtt(self, took_s: float) -> None:
        before = self._rtt_s
        self._rtt_s = took_s if before is None else before + GAIN_RTT * (took_s - before)

    def _measure_rate(self, carried: int, took_s: float) -> None:
        measured, before = carried / took_s, self._rate
        if before is None:
            self._rate = measured
        elif measured > before:
            self._rate = before + GAIN_UP * (measured - before)
        elif took_s > SLOWER * ((self._rtt_s or 0.0) + carried / before):
            self._rate = before + GAIN_DOWN * (measured - before)
        # Else it was not the line that kept more from being carried: too little was sent.
