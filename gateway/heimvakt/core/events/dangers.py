"""Smoke, gas, water and heat: each begins and ends."""

from __future__ import annotations

from .event import DeviceEvent, event


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
