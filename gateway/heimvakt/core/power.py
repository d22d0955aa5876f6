"""What is known of the power of the box, and who may know it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Power:
    """At one moment; None where the box cannot tell."""

    on_mains: bool | None = None
    battery_percent: float | None = None


@runtime_checkable
class TellsPower(Protocol):
    """A driver that sees the power of the box, on pins."""

    def power(self) -> Power:
        """What it knows now."""


def together(told: Iterable[Power]) -> Power:
    """What several tell: of mains the first that knows, of batteries the emptier."""
    each = tuple(told)
    mains = (power.on_mains for power in each if power.on_mains is not None)
    batteries = (power.battery_percent for power in each if power.battery_percent is not None)
    return Power(next(mains, None), min(batteries, default=None))
