"""The air: told by whatever measures it, when it matters and not more often."""

from __future__ import annotations

import math

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    DeviceSeen,
    DoorOpened,
    HumidityMeasured,
    IlluminanceMeasured,
    TemperatureMeasured,
)
from heimvakt_drivers.zigbee.sensing.air import EVERY_S
from heimvakt_drivers.zigbee.sensing.heard import Cluster
from tests.support.sensor import Sensor, kinds, real

AIR = (TemperatureMeasured, HumidityMeasured, IlluminanceMeasured)


def test_a_door_that_measures_tells_that_too() -> None:
    door = Sensor(Role.DOOR)
    assert door.attribute(Cluster.TEMPERATURE, 0, 2150) == [
        TemperatureMeasured(device_id="it", celsius=21.5)
    ]
    assert door.attribute(Cluster.HUMIDITY, 0, 4730) == [
        HumidityMeasured(device_id="it", percent=47.3)
    ]
    assert door.attribute(Cluster.ILLUMINANCE, 0, 20001) == [
        IlluminanceMeasured(device_id="it", lux=100.0)
    ]
    assert door.zone(1) == [DoorOpened]


@pytest.mark.parametrize(
    ("cluster", "first", "as_before", "other"),
    [
        (Cluster.TEMPERATURE, 2150, 2199, 2200),
        (Cluster.HUMIDITY, 4700, 5199, 5200),
        (Cluster.ILLUMINANCE, 20001, 23000, 23040),
        (Cluster.ILLUMINANCE, 0, 0, 3012),
    ],
)
def test_a_small_change_waits_for_a_quarter_of_an_hour(
    cluster: int, first: int, as_before: int, other: int
) -> None:
    room = Sensor(Role.TEMPERATURE)

    def told(value: int) -> bool:
        return any(isinstance(event, AIR) for event in room.attribute(cluster, 0, value))

    assert told(first)
    for _ in range(89):
        room.now += EVERY_S / 90
        assert not told(as_before)
    assert told(other)
    room.now += EVERY_S
    assert told(other)


@pytest.mark.parametrize(
    ("cluster", "value"),
    [
        (Cluster.TEMPERATURE, -0x8000),
        (Cluster.TEMPERATURE, 12_600),
        (Cluster.TEMPERATURE, 10**400),
        (Cluster.HUMIDITY, 0xFFFF),
        (Cluster.HUMIDITY, -1),
        (Cluster.ILLUMINANCE, 0xFFFF),
        (Cluster.ILLUMINANCE, -1),
        (Cluster.TEMPERATURE, math.nan),
        (Cluster.TEMPERATURE, "warm"),
    ],
)
def test_what_nobody_can_measure_is_a_sign_of_life(cluster: int, value: object) -> None:
    assert kinds(Sensor(Role.TEMPERATURE).attribute(cluster, 0, value)) == [DeviceSeen]


def test_the_bounds_of_a_sensor_are_no_measurement() -> None:
    assert kinds(Sensor(Role.TEMPERATURE).attribute(Cluster.TEMPERATURE, 1, -4000)) == [DeviceSeen]


def test_humidity_in_tenths_where_the_maker_means_it_so() -> None:
    room = real("_TZ3000_ywagc4rj", "TS0201", Role.TEMPERATURE, 0x0405)
    assert room.attribute(Cluster.HUMIDITY, 0, 473) == [
        HumidityMeasured(device_id="it", percent=47.3)
    ]
