"""The machine's clock with a hand on it: what it shows, and what the machine says of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from heimvakt.runtime.clock import SystemClock
from tests.support.homes import EVENING


class HandClock(SystemClock):
    """Time passes when it is told to, and the wall clock can be set."""

    def __init__(
        self, at: datetime = EVENING, *, rtc: datetime | None = None, boot: str = "boot"
    ) -> None:
        super().__init__(synchronised=self._is_kept, rtc=lambda: rtc)
        self._boot = boot
        self.wall = at
        self.since_boot = 100.0
        self.kept = False
        self.asked = 0

    @property
    def boot_id(self) -> str:
        return self._boot

    def _is_kept(self, _: datetime) -> bool:
        self.asked += 1
        return self.kept

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.since_boot

    def wait(self, **duration: float) -> None:
        """Both times go on."""
        self.wall += timedelta(**duration)
        self.since_boot += timedelta(**duration).total_seconds()

    def set(self, to: datetime) -> None:
        """Somebody sets the wall clock."""
        self.wall = to
