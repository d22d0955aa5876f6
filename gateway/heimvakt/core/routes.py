"""Who is told of an alarm, and who is next when nobody takes it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .alarms import Alarm, Priority
from .calendar import Window
from .chain import Chain, Target
from .events import ClockQuality

__all__ = ["Dispatch", "Route", "Routes", "Target"]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An alarm, and those who must be told of it as it is now."""

    alarm: Alarm
    receivers: tuple[str, ...]
    """One that has answered for this revision before is told again all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A chain of receivers for some alarms."""

    priorities: frozenset[Priority]
    kinds: frozenset[str] = frozenset()
    """Empty: every kind."""
    window: Window | None = None
    """None: at any time."""
    to: Chain

    def fits(self, priority: Priority, kind: str, at: datetime | None) -> bool:
        """Whether such an alarm, raised at `at`, goes this way.

        While nobody knows what time it is (`at` is None), no route of some hours fits.
        """
        return (
            priority in self.priorities
            and (not self.kinds or kind in self.kinds)
            and (self.window is None or (at is not None and self.window.contains(at)))
        )


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes of a home, in the order of its file."""

    routes: Sequence[Route] = ()

    def chain(self, alarm: Alarm) -> Chain:
        """The chain of the first route that fits; empty only in a home without receivers."""
        at = None if alarm.clock is ClockQuality.UNKNOWN else alarm.raised_at
        for route in self.routes:
            if route.fits(alarm.priority, alarm.kind, at):
                return route.to
        return ()

    @property
    def receivers(self) -> frozenset[str]:
        """Everyone who may be told."""
        return frozenset(target.receiver for route in self.routes for target in route.to)
