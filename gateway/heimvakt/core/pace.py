"""How much may be under way on one connection, so that an alarm never stands behind much. Pure.

A fixed small window drains a long round trip slowly, and a large one delays the alarm on a slow
line. So the window is what the line carries in one round trip, and a tenth of a second more: that
keeps the line busy, and what queues in front of a fresh alarm is gone in that tenth.
"""

from __future__ import annotations

from .uplink import Line

QUEUE_S = 0.1
"""Half of what a high alarm may stand behind: measurements lag, and a message is not cut in two."""
START_BYTES = 4 * 1024
"""Before anything was measured. What goes out is measured, and so this grows as TCP's window does:
in a round trip of 50 ms threefold, until the line is the limit."""
BATCH_BYTES_MIN = 2 * 1024
"""Smaller ones are mostly envelope..."""
BATCH_BYTES_LEAST = 768
"""...and are so on a line that carries less than the others in `QUEUE_S`: with its envelope a batch
is then 0.15 s of 8 kB/s."""
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
    """How long one message may be: two fit into the window, so that one is always under way."""
    size = max(_least(line), min(window_bytes(line) // 2, BATCH_BYTES_MAX))
    # Half of what the broker takes: an event grows when it is put into a message.
    return size if line.message_bytes_max is None else min(size, line.message_bytes_max // 2)


def _least(line: Line) -> int:
    if line.bytes_per_s is None:
        return BATCH_BYTES_MIN
    return max(BATCH_BYTES_LEAST, min(int(line.bytes_per_s * QUEUE_S), BATCH_BYTES_MIN))


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
