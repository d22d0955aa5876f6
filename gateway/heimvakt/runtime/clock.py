"""The clocks that keep the port `heimvakt.core.ports.Clock`: the machine's, and one that is driven.

The only module that reads the time of the machine, with `kernel_clock` for what it is worth.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from heimvakt.core.clock_quality import BUILT, ClockFacts, quality
from heimvakt.core.events import ClockQuality
from heimvakt.core.times import BootClock

from .kernel_clock import is_synchronised, read_rtc
from .steps import ClockLine, follow, known_line

LOOK_AGAIN_S = 5.0
"""A wall clock that is set while we sleep is noticed after this at the latest."""


class SystemClock:
    """The machine's own clock."""

    def __init__(
        self,
        *,
        synchronised: Callable[[datetime], bool] = is_synchronised,
        rtc: Callable[[], datetime | None] = read_rtc,
    ) -> None:
        self._synchronised = synchronised
        self._rtc = rtc
        self._right: ClockLine | None = None
        """Where the wall clock stood when it was last known to be right in this boot."""
        self._floor = BUILT
        self._seen: ClockLine | None = None
        self._look_at = 0.0
        self._quality = ClockQuality.UNKNOWN

    def now(self) -> datetime:
        """UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since boot, those asleep included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    @property
    def boot_id(self) -> str:
        """Names the boot in which `monotonic` counts."""
        return boot_id()

    def learn(self, known: BootClock | None, newest: datetime | None) -> None:
        """Take over what an earlier life has stored: what it knew of the clock of this boot, and
        the newest time of its journal."""
        if known is not None and known.quality is not ClockQuality.UNKNOWN:
            self._right = self._right or known_line(known, self.boot_id)
        self._floor = newest or self._floor
        self._look_at = 0.0

    def quality(self) -> ClockQuality:
        """See the port. The machine is asked every few seconds, and when the clock was set."""
        seen = ClockLine(self.now(), self.monotonic())
        _, set_from = follow(self._seen, seen)
        if seen.monotonic >= self._look_at or set_from is not None:
            self._look(seen)
        self._seen = seen
        return self._quality

    def _look(self, seen: ClockLine) -> None:
        self._look_at = seen.monotonic + LOOK_AGAIN_S
        synchronised = self._synchronised(seen.at)
        if synchronised:
            self._right = seen
        elif self._right is None and self._seen is None and (kept := self._rtc()) is not None:
            self._right = ClockLine(kept, seen.monotonic)
        expected = self._right.expect(seen.monotonic) if self._right else None
        self._quality = quality(
            ClockFacts(now=seen.at, synchronised=synchronised, expected=expected, floor=self._floor)
        )

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

    @property
    def boot_id(self) -> str:
        """Whoever drives from the same time on has the same `monotonic` at each time."""
        return f"driven from {self._start.isoformat()}"

    def learn(self, known: BootClock | None, newest: datetime | None) -> None:
        """It is trusted whatever was before."""

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
