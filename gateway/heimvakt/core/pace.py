"""How much may be under way on one connection, so that an alarm never stands behind much. Pure.

A fixed small window drains a long round trip slowly, and a large one delays the alarm on a slow
line. So the window is what the line carries in one round trip, and `QUEUE_S` more: that keeps the
line busy, and what queues in front of a fresh alarm is gone in that time. All sizes are those of
whole messages as they go on the wire.
"""

from __future__ import annotations

from .uplink import Line

QUEUE_S = 0.15
"""Of the 0.2 s that a high alarm may stand behind: measurements lag."""
START_BYTES = 1_200
"""Before anything was measured: 0.15 s of 8 kB/s. What goes out is measured, and so this grows as
TCP's window does: in a round trip of 50 ms fourfold, until the line is the limit."""
ENVELOPE_BYTES = 450
"""What a batch has beside its events: names, ids and times, and the header of its packet."""
BATCH_BYTES_MIN = 2 * 1024
"""Smaller ones are mostly envelope..."""
BATCH_BYTES_LEAST = 1_200
"""...and are so on a line that carries less than the others in `QUEUE_S`: three events, which are
`QUEUE_S` of 8 kB/s. With one in each message a backlog would take twice the bytes."""
BATCH_BYTES_MAX = 64 * 1024
UNDER_WAY_BYTES_MAX = 1024 * 1024
BURST_S = 30.0
"""What a capped path may save up."""


def window_bytes(line: Line) -> int:
    """What may be under way at once."""
    if line.bytes_per_s is None:
        return START_BYTES
    carried = int(line.bytes_per_s * ((line.rtt_s or 0.0) + QUEUE_S))
    return max(_least(line), min(carried, UNDER_WAY_BYTES_MAX))


def batch_bytes(line: Line) -> int:
    """How long one message may be. Two fit into the window, so that one is always under way, but
    on a line where half of it takes too long by itself or is hardly more than an envelope."""
    least, queue = _least(line), int((line.bytes_per_s or 0.0) * QUEUE_S)
    size = max(least, min(window_bytes(line) // 2, queue, BATCH_BYTES_MAX))
    # Half of what the broker takes: an event grows when it is put into a message.
    return size if line.message_bytes_max is None else min(size, line.message_bytes_max // 2)


def _least(line: Line) -> int:
    carried = int((line.bytes_per_s or 0.0) * QUEUE_S)
    return max(BATCH_BYTES_LEAST, min(carried, BATCH_BYTES_MIN))


class Queue:
    """What stands before the line, by what it is known to carry.

    The window alone would let all of a round trip out in one moment where nothing is under way."""

    def __init__(self) -> None:
        self._gone_at = float("-inf")

    def put(self, size: int, line: Line, now: float) -> None:
        """So much more stands there."""
        if line.bytes_per_s:
            self._gone_at = max(self._gone_at, now) + size / line.bytes_per_s

    def is_at_most(self, size: int, line: Line, now: float) -> None:
        """Whatever was reckoned, what is confirmed does not stand there any more."""
        if line.bytes_per_s:
            self._gone_at = min(self._gone_at, now + size / line.bytes_per_s)

    def takes_at(self, size: int, line: Line) -> float:
        """When a message may join it: with this one it is gone in `QUEUE_S`, or there is none."""
        own_s = size / line.bytes_per_s if line.bytes_per_s else 0.0
        return self._gone_at - max(0.0, QUEUE_S - own_s)


class Allowance:
    """A token bucket: so many bytes a second on average, for a path that is paid by the byte."""

    def __init__(self, bytes_per_s: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._most = bytes_per_s * BURST_S
        self._level = self._most
        self._at: float | None = None

    def for_alarms(self, now: float) -> int:
        """What alarms below high may use now."""
        self._fill(now)
        return int(self._level)

    def for_reports(self, now: float) -> int:
        """What reports may use now: half of what can be saved up is left to alarms."""
        self._fill(now)
        return int(self._level - self._most / 2)

    def use(self, size: int, now: float) -> None:
        """So much was sent."""
        self._fill(now)
        self._level -= size

    def wait_s(self, missing: int) -> float:
        """How long until there is so much more."""
        return missing / self._bytes_per_s

    def _fill(self, now: float) -> None:
        if self._at is not None:
            self._level = min(self._most, self._level + (now - self._at) * self._bytes_per_s)
        self._at = now
