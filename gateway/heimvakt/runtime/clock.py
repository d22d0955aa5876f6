"""The clocks that keep the port `heimvakt.core.ports.Clock`: the machine's, and one that is driven.

The only module that reads the time of the machine.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

from heimvakt.core.events import ClockQuality

LOOK_AGAIN_S = 5.0
"""A wall clock that is set while we sleep is noticed after this at the latest."""
BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No true time is before the software was made."""
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches this file when the clock was set from the network."""


class SystemClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        self._look_at = 0.0
        self._synchronised = False

    def now(self) -> datetime:
        """UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since boot, those asleep included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def quality(self) -> ClockQuality:
        """Synchronised if the system says so; unknown if the time cannot be true."""
        if self.now() < BUILT:
            return ClockQuality.UNKNOWN
        if (now := self.monotonic()) >= self._look_at:
            self._look_at = now + LOOK_AGAIN_S
            self._synchronised = SYNCHRONISED.exists()
        return ClockQuality.SYNCHRONISED if self._synchronised else ClockQuality.HOLDOVER

    async def sleep_until(self, at: datetime) -> None:
        """Return when `now() >= at`, also if the clock is set meanwhile."""
        while (left_s := (at - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left_s, LOOK_AGAIN_S))


class DrivenClock:
    """A clock that stands still until it is told the time: for the demo, recordings and tests."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._now = start
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that this clock was driven forward."""
        return (self._now - self._start).total_seconds()

    def quality(self) -> ClockQuality:
        """What drives it is trusted."""
        return ClockQuality.SYNCHRONISED

    def drive(self, to: datetime) -> None:
        """Go forward to `to`; a time that is past changes nothing."""
        if to > self._now:
            self._now = to
            self._moved.set()
            self._moved = asyncio.Event()

    async def sleep_until(self, at: datetime) -> None:
        """Return when it was driven to `at` or beyond."""
        while self._now < at:
            await self._moved.wait()


def boot_id() -> str:
    """The kernel's name for this boot."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
