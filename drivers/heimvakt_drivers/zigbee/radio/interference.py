"""Whether something else fills the channel: from measurements to a verdict that does not flutter.

PURE. One measurement says little: a microwave oven runs for minutes, a film for hours. So they are
smoothed over an hour, and the verdict falls when that stays on one side for two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

SMOOTHED_OVER_S = 3600.0
"""The weight of a measurement falls to a third in this time."""

FULL_PERCENT = 60.0
"""Zigbee waits for a quiet moment before it sends, and gives up after five: the fuller the channel,
the more frames are late or lost. About -70 dBm as most sticks scale it."""

QUIET_PERCENT = 45.0
"""Below this it is over; between the two the last verdict stands."""

LASTING_S = 2 * 3600.0
"""For how long it must be so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """What is known of one channel. Times are seconds on a clock that never goes back."""

    channel: int
    percent: float | None = None
    """Smoothed; None before the first measurement."""
    at: float = 0.0
    """Of the last measurement."""
    since: float = 0.0
    """Since when it has been on the other side of the verdict."""
    full: bool | None = None
    """The verdict as it was told; None: none yet."""


def measured(air: Air, percent: float, at: float) -> tuple[Air, bool | None]:
    """What is known after a measurement, and the verdict if it is to be told now: it is full, or it
    is quiet. The first verdict is told either way, for nobody knows what was told before a restart.
    """
    smooth = _smoothed(air, percent, at)
    side = _side(smooth)
    changed = side is not None and side != air.full
    was_so = air.percent is not None and _side(air.percent) == side
    since = air.since if was_so else at
    known = replace(air, percent=smooth, at=at, since=since)
    if not changed or at - since < LASTING_S:
        return known, None
    return replace(known, full=side), side


def _smoothed(air: Air, percent: float, at: float) -> float:
    if air.percent is None:
        return percent
    weight = 1 - math.exp(-max(0.0, at - air.at) / SMOOTHED_OVER_S)
    return air.percent + weight * (percent - air.percent)


def _side(percent: float) -> bool | None:
    if percent > FULL_PERCENT:
        return True
    return False if percent < QUIET_PERCENT else None
