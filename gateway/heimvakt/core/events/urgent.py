"""Which facts wait behind nothing else."""

from __future__ import annotations

from .dangers import (
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    SmokeCleared,
    SmokeDetected,
)
from .event import DeviceEvent
from .people import ButtonCancelled, ButtonPressed, FallDetected

URGENT: tuple[type[DeviceEvent], ...] = (
    ButtonPressed,
    ButtonCancelled,
    SmokeDetected,
    SmokeCleared,
    CarbonMonoxideDetected,
    CarbonMonoxideCleared,
    LeakDetected,
    LeakCleared,
    FallDetected,
    HeatDetected,
    HeatCleared,
)
"""What waits behind nothing else. The end of a danger too: the next one must not overtake it."""
