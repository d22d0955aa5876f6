"""What a line carries, found by a simulated one: the alarm waits little and the line is full."""

from __future__ import annotations

from collections import deque

import pytest

from heimvakt.core.pace import BATCH_BYTES_LEAST, START_BYTES, UNDER_WAY_BYTES_MAX
from heimvakt.uplinks.mqtt_line import SMALL, Departure, Meter

UPTIME_S = 65_000.0
"""A clock that never goes back begins anywhere, and seldom at nought."""


class Road:
    """A line of some rate and round trip, on a clock of its own, filled with messages."""

    def __init__(self, rate: float, rtt_s: float, *, size: int = 1100) -> None:
        """`size` of a message; 0: a quarter of what may be under way, as reports are packed."""
        self.rate = rate
        self.rtt_s = rtt_s
        self.size = size
        self.now = UPTIME_S
        self.meter = Meter()
        self._free_at = 0.0
        self._under_way: deque[tuple[float, Departure]] = deque()
        self._bytes = 0
        self._confirmed = 0

    def drive(self, seconds: float, *, room: int | None = None) -> int:
        """Keep as much under way as the meter says; return how many bytes were confirmed."""
        until, before = self.now + seconds, self._confirmed
        while self.now < until:
            allowed = self.meter.room if room is None else room
            size = self.size or allowed // 4
            while not self._bytes or self._bytes + (1 if self.size else size) <= allowed:
                self._send(size)
            self._next()
        return self._confirmed - before

    def ping(self) -> None:
        """One small message on an empty line."""
        while self._under_way:
            self._next()
        departure = self.meter.sent(100, self.now)
        self.now = max(self.now, self._free_at) + 100 / self.rate + self.rtt_s
        self.meter.confirmed(departure, self.now)

    @property
    def queue_s(self) -> float:
        """How long a message that is sent now stands behind others."""
        return max(0.0, self._free_at - self.now)

    def _send(self, size: int) -> None:
        self._free_at = max(self.now, self._free_at) + size / self.rate
        departure = self.meter.sent(size, self.now)
        self._bytes += size
        self._under_way.append((self._free_at + self.rtt_s, departure))

    def _next(self) -> None:
        self.now, departure = self._under_way.popleft()
        self._bytes -= departure.size
        self._confirmed += departure.size
        self.meter.confirmed(departure, self.now)


@pytest.mark.parametrize("rate", [8_000, 32_000, 1_000_000])
@pytest.mark.parametrize("rtt_s", [0.002, 0.05, 0.3])
@pytest.mark.parametrize("size", [1100, 0])
def test_the_line_is_full_and_an_alarm_stands_behind_little(
    rate: float, rtt_s: float, size: int
) -> None:
    road = Road(rate, rtt_s, size=size)
    road.ping()
    road.drive(10.0)
    assert road.drive(5.0) >= 0.8 * 5.0 * rate
    worst = 0.0
    for _ in range(50):
        road.drive(0.05)
        worst = max(worst, road.queue_s)
    assert worst <= max(0.2, (BATCH_BYTES_LEAST + size) / rate)


def test_a_line_that_turns_slow_is_noticed() -> None:
    road = Road(1_000_000, 0.05)
    road.ping()
    road.drive(5.0)
    road.rate = 32_000
    road.drive(60.0)
    assert road.meter.room <= 32_000 * 0.25
    assert road.queue_s <= 0.25


def test_a_line_that_turns_fast_is_noticed() -> None:
    road = Road(32_000, 0.05)
    road.ping()
    road.drive(5.0)
    road.rate = 1_000_000
    road.drive(3.0)
    assert road.drive(1.0) >= 0.8 * 1_000_000


def test_the_round_trip_is_measured_on_an_empty_line_only() -> None:
    road = Road(32_000, 0.05)
    road.ping()
    road.drive(5.0)
    assert road.meter.line.rtt_s == pytest.approx(0.05, abs=0.01)


def test_little_that_is_sent_does_not_make_a_fast_line_slow() -> None:
    road = Road(1_000_000, 0.05, size=SMALL + 100)
    road.ping()
    road.drive(5.0)
    before = road.meter.line.bytes_per_s
    road.drive(5.0, room=1)
    assert road.meter.line.bytes_per_s == pytest.approx(before, rel=0.1)


def test_however_fast_the_line_the_room_has_an_end() -> None:
    road = Road(1e9, 0.5, size=0)
    road.ping()
    road.drive(20.0)
    assert road.meter.room == UNDER_WAY_BYTES_MAX


def test_nothing_is_claimed_before_it_was_measured() -> None:
    meter = Meter()
    assert meter.line.rtt_s is None
    assert meter.line.bytes_per_s is None
    assert meter.room == START_BYTES


def test_what_goes_out_before_anything_was_confirmed_is_measured_from_then() -> None:
    meter = Meter()
    meter.answered(0.05)
    first = meter.sent(600, UPTIME_S)
    second = meter.sent(600, UPTIME_S + 0.001)
    meter.confirmed(first, UPTIME_S + 0.05)
    meter.confirmed(second, UPTIME_S + 0.051)
    rate = meter.line.bytes_per_s
    assert rate is not None
    assert rate >= 1200 / 0.051
