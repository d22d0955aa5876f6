"""What a device says of itself: its battery, its cover, its link, and that it lives."""

from __future__ import annotations

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    BatteryMeasured,
    ButtonPressed,
    DeviceSeen,
    DoorClosed,
    LinkMeasured,
    TamperClosed,
    TamperOpened,
)
from heimvakt_drivers.zigbee.sensing.heard import Alive, Cluster, ZoneStatus
from heimvakt_drivers.zigbee.sensing.translate import LINK_EVERY_S, SEEN_EVERY_S
from tests.support.sensor import Sensor, kinds, real

# --- battery --------------------------------------------------------------------------------------


def test_battery_is_put_together_from_its_parts() -> None:
    sensor = Sensor(Role.DOOR)
    sensor.attribute(Cluster.POWER, 0x20, 29)
    assert sensor.attribute(Cluster.POWER, 0x21, 175) == [
        BatteryMeasured(device_id="it", percent=87.5, volts=2.9)
    ]
    sensor.zone(ZoneStatus.BATTERY)
    assert sensor.said[-1] == BatteryMeasured(device_id="it", percent=87.5, volts=2.9, low=True)


@pytest.mark.parametrize(
    ("number", "value"), [(0x21, 0xFF), (0x21, 201), (0x21, -1), (0x20, 0xFF), (0x31, 3)]
)
def test_a_battery_that_does_not_know_is_a_sign_of_life(number: int, value: int) -> None:
    assert kinds(Sensor(Role.DOOR).attribute(Cluster.POWER, number, value)) == [DeviceSeen]


def test_a_battery_that_has_not_changed_is_a_sign_of_life() -> None:
    sensor = Sensor(Role.DOOR)
    sensor.attribute(Cluster.POWER, 0x21, 100)
    assert kinds(sensor.attribute(Cluster.POWER, 0x21, 100)) == [DeviceSeen]


def test_volts_are_percent_where_the_cells_are_known() -> None:
    door = real("eWeLink", "SNZB-04", Role.DOOR, 0x0001, 0x0500)
    assert door.attribute(Cluster.POWER, 0x20, 28) == [
        BatteryMeasured(device_id="it", percent=50.0, volts=2.8)
    ]
    door.attribute(Cluster.POWER, 0x21, 120)
    assert door.said[-1] == BatteryMeasured(device_id="it", percent=60.0, volts=2.8)


def test_the_alarm_of_a_battery_is_low() -> None:
    door = Sensor(Role.DOOR)
    door.attribute(Cluster.POWER, 0x3E, 1)
    door.attribute(Cluster.POWER, 0x3E, 0)
    assert [event.low for event in door.said if isinstance(event, BatteryMeasured)] == [True, False]


# --- cover, link and life -------------------------------------------------------------------------


def test_what_the_zone_says_of_itself_is_told_at_first_and_when_it_changes() -> None:
    door = Sensor(Role.DOOR)
    door.zone(0)
    assert kinds(door.said) == [DoorClosed, TamperClosed, BatteryMeasured]
    door.said.clear()
    door.zone(ZoneStatus.TAMPER | ZoneStatus.BATTERY_DEFECT)
    assert door.said == [TamperOpened(device_id="it"), BatteryMeasured(device_id="it", low=True)]


def test_what_matters_most_comes_first() -> None:
    button = Sensor(Role.BUTTON)
    status = ZoneStatus.ALARM_1 | ZoneStatus.TAMPER | ZoneStatus.BATTERY
    button.zone(status, lqi=42)
    assert kinds(button.said) == [ButtonPressed, TamperOpened, BatteryMeasured, LinkMeasured]


def test_the_link_is_measured_once_an_hour() -> None:
    door = Sensor(Role.DOOR)
    assert door.hears(0, Alive(), lqi=42, rssi=-71)[-1] == LinkMeasured(
        device_id="it", lqi=42, rssi=-71
    )
    door.now += LINK_EVERY_S - 1
    assert kinds(door.hears(0, Alive(), lqi=43)) == [DeviceSeen]
    door.now += 1
    assert LinkMeasured(device_id="it", lqi=44) in door.hears(0, Alive(), lqi=44, rssi=9999)


def test_a_device_that_chatters_is_said_to_be_alive_now_and_then() -> None:
    door = Sensor(Role.DOOR)
    told = 0
    for _ in range(600):
        told += len(door.hears(0, Alive()))
        door.now += 0.1
    assert told == 60 / SEEN_EVERY_S


@pytest.mark.parametrize("role", [Role.SIREN, Role.LIGHT, Role.REPEATER, Role.TEMPERATURE])
def test_what_has_nothing_to_tell_lives_and_has_a_battery(role: Role) -> None:
    it = Sensor(role)
    assert kinds(it.attribute(Cluster.ON_OFF, 0, True)) == [DeviceSeen]
    assert it.zone(ZoneStatus.ALARM_1) == []
    assert kinds(it.attribute(Cluster.POWER, 0x21, 100)) == [BatteryMeasured]
