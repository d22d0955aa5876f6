"""What is measured of the air and the light of the home."""

from __future__ import annotations

from .event import DeviceEvent, event


@event
class TemperatureMeasured(DeviceEvent):
    """Of the air."""

    celsius: float


@event
class HumidityMeasured(DeviceEvent):
    """Of the air."""

    percent: float


@event
class IlluminanceMeasured(DeviceEvent):
    """How light it is."""

    lux: float
