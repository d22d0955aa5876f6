"""Inputs that only close, and sensors that switch a lamp, tell the state of the role they have."""

from __future__ import annotations

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    MotionCleared,
    MotionDetected,
)
from heimvakt_drivers.zigbee.sensing.heard import Cluster
from heimvakt_drivers.zigbee.sensing.translate import SEEN_EVERY_S
from tests.support.sensor import Sensor, described, kinds, knowing

# --- inputs ---------------------------------------------------------------------------------------

INPUT = described("Nobody", "X-1", 0x000F)


@pytest.mark.parametrize(
    ("role", "open_", "closed"),
    [
        (Role.DOOR, [DoorOpened], [DoorClosed]),
        (Role.BED, [BedLeft], [BedEntered]),
        (Role.CHAIR, [ChairLeft], [ChairEntered]),
        (Role.BUTTON, [DeviceSeen], [ButtonPressed]),
    ],
)
def test_an_input_that_is_closed_is_a_shut_door_a_person_and_a_pressed_key(
    role: Role, open_: list[type[DeviceEvent]], closed: list[type[DeviceEvent]]
) -> None:
    sensor = Sensor(role, knowing(INPUT))
    for value, told in [(False, open_), (True, closed), (False, open_), (True, closed)]:
        sensor.now += SEEN_EVERY_S
        assert kinds(sensor.attribute(Cluster.BINARY_INPUT, 0x55, value)) == told


def test_an_input_beside_a_zone_says_nothing() -> None:
    door = Sensor(Role.DOOR, knowing(described("Nobody", "X-1", 0x000F, 0x0500)))
    assert kinds(door.attribute(Cluster.BINARY_INPUT, 0x55, True)) == [DeviceSeen]


# --- sensors that switch by themselves ------------------------------------------------------------

SWITCHING = described("Nobody", "X-1", 0x0001, outs=(0x0006,), device_type=0x0850)


def test_a_sensor_that_switches_lamps_tells_motion_and_its_end() -> None:
    hall = Sensor(Role.MOTION, knowing(SWITCHING))
    assert kinds(hall.key(Cluster.ON_OFF, 0x42, 0, 1800, 0, number=1)) == [MotionDetected]
    assert hall.waits(179.0) == []
    assert kinds(hall.waits(1.0)) == [MotionCleared]
    assert kinds(hall.key(Cluster.ON_OFF, 0x01, number=2)) == [MotionDetected]
    assert hall.waits(3600.0) == []
    assert kinds(hall.key(Cluster.ON_OFF, 0x00, number=3)) == [MotionCleared]


@pytest.mark.parametrize("arguments", [(), (0,), (0, None), (0, -1), (0, 0), (0, 10**9), (b"",)])
def test_a_time_that_cannot_be_is_none(arguments: tuple[object, ...]) -> None:
    hall = Sensor(Role.MOTION, knowing(SWITCHING))
    assert kinds(hall.key(Cluster.ON_OFF, 0x42, *arguments, number=1)) == [MotionDetected]
    assert hall.memory.due_at is None


def test_a_door_that_switches_a_lamp_opens_and_shuts() -> None:
    door = Sensor(Role.DOOR, knowing(SWITCHING))
    assert kinds(door.key(Cluster.ON_OFF, 0x01, number=1)) == [DoorOpened]
    assert kinds(door.key(Cluster.ON_OFF, 0x00, number=2)) == [DoorClosed]
