"""A home on the desk whose wall clock is wrong, is set, and starts anew with the box.

Does what the pipeline does about it: a step becomes `ClockStepped` before the event that shows it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from heimvakt.core.devices import Home
from heimvakt.core.events import (
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    GatewayStarted,
    Stamp,
)
from tests.support.homes import EVENING, Desk

YEAR_70 = datetime(1970, 1, 1, 0, 0, 40, tzinfo=UTC)
"""What a box without a battery for its clock begins with."""
SECOND = timedelta(seconds=1)


class ClockDesk(Desk):
    """`at` is what the wall clock shows; `true` is the time."""

    def __init__(
        self,
        home: Home,
        *,
        shows: datetime = EVENING,
        true: datetime = EVENING,
        quality: ClockQuality = ClockQuality.SYNCHRONISED,
    ) -> None:
        self.boots = 1
        self.quality = quality
        self.wrong_by = true - shows
        self._boot_began = shows - 40 * SECOND
        super().__init__(home, shows)

    @property
    def true(self) -> datetime:
        """The time that nobody may know."""
        return self.at + self.wrong_by

    def stamp(self) -> Stamp:
        return Stamp(
            seq=len(self.journal) + 1,
            at=self.at,
            monotonic=(self.at - self._boot_began).total_seconds(),
            boot_id=f"boot-{self.boots}",
            clock=self.quality,
        )

    def set(self, to: datetime, quality: ClockQuality | None = None) -> None:
        """Somebody sets the clock; the next event shows it."""
        was, by = self.at, to - self.at
        before, self.quality = self.quality, quality or self.quality
        self.at = to
        self.wrong_by -= by
        self._boot_began += by
        if abs(by) >= 2 * SECOND:
            self.tell(ClockStepped(before=was, after=to))
        if self.quality is not before:
            self.tell(ClockQualityChanged(before=before, after=self.quality))

    def synchronise(self) -> None:
        """The network is there."""
        self.set(self.true, ClockQuality.SYNCHRONISED)

    def becomes(self, quality: ClockQuality) -> None:
        """The machine finds its clock more, or less, to be trusted."""
        self.set(self.at, quality)

    def reboot(
        self, *, shows: datetime, quality: ClockQuality, off: timedelta = timedelta(minutes=2)
    ) -> None:
        """The power was gone for `off`, and the box begins with what its clock shows."""
        last_alive, true = self.at, self.true + off
        self.boots += 1
        self.quality = quality
        self.at, self.wrong_by = shows, true - shows
        self._boot_began = shows - 40 * SECOND
        self.tell(GatewayStarted(cause="started", last_alive=last_alive))
        self.wait_until(self.at)
