"""Smoke, gas, water and heat: each begins and ends. And the key that tries it."""

from __future__ import annotations

from .event import DeviceEvent, event


@event
class DetectorTested(DeviceEvent):
    """Somebody holds the test key of a detector: it works, and nobody is called."""


@event
class SmokeDetected(DeviceEvent): ...


@event
class SmokeCleared(DeviceEvent): ...


@event
class CarbonMonoxideDetected(DeviceEvent): ...


@event
class CarbonMonoxideCleared(DeviceEvent): ...


@event
class LeakDetected(DeviceEvent): ...


@event
class LeakCleared(DeviceEvent): ...


@event
class HeatDetected(DeviceEvent): ...


@event
class HeatCleared(DeviceEvent): ...
