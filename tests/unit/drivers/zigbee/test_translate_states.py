"""Open or shut, there or gone, danger or none: each state is told by the role, and told once."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    CarbonMonoxideDetected,
    ChairEntered,
    ChairLeft,
    DetectorTested,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    FallDetected,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    MotionCleared,
    MotionDetected,
    SmokeCleared,
    SmokeDetected,
)
from heimvakt_drivers.zigbee.sensing.heard import Cluster, ZoneStatus
from heimvakt_drivers.zigbee.sensing.roles import TOLD
from heimvakt_drivers.zigbee.sensing.translate import SEEN_EVERY_S
from tests.support.sensor import Sensor, described, kinds, knowing


@pytest.mark.parametrize(
    ("role", "active", "quiet"),
    [
        (Role.DOOR, DoorOpened, DoorClosed),
        (Role.BED, BedLeft, BedEntered),
        (Role.CHAIR, ChairLeft, ChairEntered),
        (Role.MOTION, MotionDetected, MotionCleared),
        (Role.SMOKE, SmokeDetected, SmokeCleared),
        (Role.LEAK, LeakDetected, LeakCleared),
    ],
)
@pytest.mark.parametrize("bit", [ZoneStatus.ALARM_1, ZoneStatus.ALARM_2])
def test_a_zone_tells_its_role_both_ways(
    role: Role, active: type[DeviceEvent], quiet: type[DeviceEvent], bit: int
) -> None:
    sensor = Sensor(role)
    assert sensor.zone(bit) == [active]
    assert sensor.zone(0) == [quiet]
    assert sensor.zone(bit) == [active]


def test_the_first_state_is_told_whatever_it_is() -> None:
    assert Sensor(Role.DOOR).zone(0) == [DoorClosed]
    assert Sensor(Role.CARBON_MONOXIDE).zone(ZoneStatus.ALARM_1) == [CarbonMonoxideDetected]


def test_a_check_in_that_repeats_a_state_is_a_sign_of_life() -> None:
    door = Sensor(Role.DOOR)
    door.zone(0)
    assert door.zone(0) == [DeviceSeen]
    assert door.zone(ZoneStatus.ALARM_1) == [DoorOpened]
    door.now += SEEN_EVERY_S
    assert door.zone(ZoneStatus.ALARM_1) == [DeviceSeen]


@pytest.mark.parametrize(
    ("role", "there", "gone"),
    [
        (Role.MOTION, MotionDetected, MotionCleared),
        (Role.BED, BedEntered, BedLeft),
        (Role.CHAIR, ChairEntered, ChairLeft),
    ],
)
def test_occupancy_says_that_somebody_is_there(
    role: Role, there: type[DeviceEvent], gone: type[DeviceEvent]
) -> None:
    sensor = Sensor(role)
    assert kinds(sensor.attribute(Cluster.OCCUPANCY, 0, 1)) == [there]
    assert kinds(sensor.attribute(Cluster.OCCUPANCY, 0, 0)) == [gone]


def test_a_motion_zone_under_a_bed_is_occupied_where_a_contact_would_be_left() -> None:
    for zone_type, told in [(0x000D, BedEntered), (0x0015, BedLeft)]:
        zone = described("Nobody", "X-1", 0x0500, zone_type=zone_type)
        assert Sensor(Role.BED, knowing(zone)).zone(ZoneStatus.ALARM_1) == [told]
    assert Sensor(Role.BED).zone(ZoneStatus.ALARM_1) == [BedLeft]


def test_a_zone_is_known_when_it_was_asked() -> None:
    bed = Sensor(Role.BED, knowing(described("Nobody", "X-1", 0x0500)))
    bed.attribute(Cluster.ZONE, 1, 0x000D)
    assert bed.memory.nature.role is Role.MOTION
    assert bed.zone(ZoneStatus.ALARM_1) == [BedEntered]


def test_on_and_off_are_an_open_and_a_closed_contact() -> None:
    door = Sensor(Role.DOOR)
    assert kinds(door.attribute(Cluster.ON_OFF, 0, True)) == [DoorOpened]
    assert kinds(door.attribute(Cluster.ON_OFF, 0, False)) == [DoorClosed]
    assert kinds(Sensor(Role.BED).attribute(Cluster.ON_OFF, 0, 0)) == [BedEntered]


def test_an_occupancy_sensor_is_no_door() -> None:
    assert kinds(Sensor(Role.DOOR).attribute(Cluster.OCCUPANCY, 0, 1)) == [DeviceSeen]


def test_motion_said_again_is_motion_again_but_a_flicker_is_one() -> None:
    hall = Sensor(Role.MOTION)
    assert kinds(hall.attribute(Cluster.OCCUPANCY, 0, 1)) == [MotionDetected]
    hall.now += 9.9
    assert MotionDetected not in kinds(hall.attribute(Cluster.OCCUPANCY, 0, 1))
    hall.now += 0.1
    assert kinds(hall.attribute(Cluster.OCCUPANCY, 0, 1)) == [MotionDetected]
    assert hall.zone(0) == [MotionCleared]
    assert hall.zone(ZoneStatus.ALARM_1) == [MotionDetected]


@pytest.mark.parametrize("role", [Role.SMOKE, Role.HEAT, Role.CARBON_MONOXIDE, Role.LEAK])
def test_a_detector_whose_test_key_is_held_calls_nobody(role: Role) -> None:
    detector = Sensor(role)
    detector.zone(0)
    tested = ZoneStatus.ALARM_1 | ZoneStatus.TEST
    assert detector.zone(tested) == [DetectorTested]
    assert DetectorTested not in detector.zone(tested), "held, and told already"
    assert detector.zone(ZoneStatus.ALARM_1) == [TOLD[role][0]]
    assert DetectorTested not in detector.zone(0)
    assert detector.zone(tested) == [DetectorTested]


def test_a_fall_is_told_each_time_anew() -> None:
    pendant = Sensor(Role.FALL)
    assert pendant.zone(ZoneStatus.ALARM_1) == [FallDetected]
    assert FallDetected not in pendant.zone(0)
    assert pendant.zone(ZoneStatus.ALARM_1) == [FallDetected]


def test_a_heat_detector_tells_heat_and_that_it_is_over() -> None:
    kitchen = Sensor(Role.HEAT)
    assert kitchen.zone(ZoneStatus.ALARM_1) == [HeatDetected]
    assert kitchen.zone(0) == [HeatCleared]


@given(
    st.lists(st.sampled_from([0, int(ZoneStatus.ALARM_1), int(ZoneStatus.ALARM_2)]), max_size=30)
)
def test_a_door_is_never_told_to_be_as_it_was_told_last(statuses: list[int]) -> None:
    door = Sensor(Role.DOOR)
    for status in statuses:
        door.zone(status)
    told = [type(e) for e in door.said if isinstance(e, DoorOpened | DoorClosed)]
    assert all(one is not other for one, other in itertools.pairwise(told))
    if statuses:
        assert told[-1] is (DoorOpened if statuses[-1] else DoorClosed)
