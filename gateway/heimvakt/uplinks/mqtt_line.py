"""What a connection carries, measured by what it confirms.

Pure. The broker's first answer, and a message that finds the line empty, measure the round trip;
one that fills it measures the rate: the bytes that were confirmed while it was under way, divided
by that time. From both follows how much may be under way at once (`heimvakt.core.pace`). The same
allowance is what finds a faster line: with it under way the next measurement is higher, until the
line and not the allowance is the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from heimvakt.core.pace import QUEUE_S, window_bytes
from heimvakt.core.uplink import Line

SMALL = 2 * 1024
"""Larger messages are no measure of the round trip: they take time themselves. What is larger, or
half of what may be under way, is a measure of the rate."""
SLOWER = 1.25
"""A message that takes so much longer than was expected shows that the line has become slower."""
FASTER = 2.0
"""One message shows no more than that: a round trip is never known to the millisecond."""
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
    """When the last of them were, or, if that was later, the first of what is under way was sent:
    what came half the way before this was sent would else count as carried since."""


class Meter:
    """The measurements of one connection. Times are seconds on any clock that never goes back."""

    def __init__(self) -> None:
        self._under_way = 0
        self._confirmed = 0
        self._told_at = 0.0
        """When something was confirmed last, or went out on a line that was empty."""
        self._rtt_s: float | None = None
        self._rate: float | None = None

    def sent(self, size: int, now: float) -> Departure:
        """A message begins its way."""
        if not self._under_way:
            self._told_at = now
        departure = Departure(size, now, self._under_way, self._confirmed, self._told_at)
        self._under_way += size
        return departure

    def answered(self, took_s: float) -> None:
        """The broker has answered something short on a line that was empty."""
        self._measure_rtt(took_s)

    def confirmed(self, departure: Departure, now: float) -> None:
        """It has been confirmed."""
        self._under_way -= departure.size
        self._confirmed += departure.size
        self._told_at = now
        took_s = max(now - departure.at, 1e-6)
        if departure.before + departure.size > min(SMALL, self.room // 2):
            carried = self._confirmed - departure.confirmed
            own = self._own_rate(departure, took_s)
            self._measure_rate(carried, max(now - departure.since, 1e-6), own)
        if departure.before == 0 and departure.size <= SMALL:
            self._measure_rtt(took_s, departure.size)

    @property
    def line(self) -> Line:
        """The measurements."""
        return Line(rtt_s=self._rtt_s, bytes_per_s=self._rate)

    @property
    def room(self) -> int:
        """Bytes that may be under way at once."""
        return window_bytes(self.line)

    def _measure_rtt(self, took_s: float, size: int = 0) -> None:
        before = self._rtt_s
        if before is None or took_s < before:
            self._rtt_s = took_s
        elif self._rate is not None:
            # Without the time that it takes itself, on a line that is slow.
            longer_s = took_s - size / self._rate - before
            self._rtt_s = before + GAIN_RTT * max(longer_s, 0.0)

    def _own_rate(self, departure: Departure, took_s: float) -> float:
        """How fast a message went beside the round trip, at least: what stood before it counts as
        its own. On a line with a long round trip too little is under way at first to tell more;
        where there is a queue the others tell it better."""
        if self._rtt_s is None or took_s <= self._rtt_s:
            return 0.0
        beside_s = took_s - self._rtt_s
        stood_s = beside_s - departure.size / self._rate if self._rate else 0.0
        is_queue = departure.before > 0 and stood_s > QUEUE_S / 2
        return 0.0 if is_queue else departure.size / beside_s

    def _measure_rate(self, carried: int, took_s: float, own: float) -> None:
        measured, before = carried / took_s, self._rate
        faster = max(measured, own)
        if before is None:
            self._rate = min(faster, FASTER * measured)
        elif faster > before:
            self._rate = before + GAIN_UP * (min(faster, FASTER * before) - before)
        elif took_s > SLOWER * ((self._rtt_s or 0.0) + carried / before):
            self._rate = before + GAIN_DOWN * (measured - before)
        # Else it was not the line that kept more from being carried: too little was sent.
