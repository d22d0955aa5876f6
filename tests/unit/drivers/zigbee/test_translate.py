"""What sensors say, as values, becomes what rules read. No radio, no loop, no library."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BatteryMeasured,
    BedEntered,
    BedLeft,
    ButtonPressed,
    CarbonMonoxideDetected,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    LeakCleared,
    LeakDetected,
    LinkMeasured,
    MotionCleared,
    MotionDetected,
    Press,
    SmokeCleared,
    SmokeDetected,
    TamperClosed,
    TamperOpened,
)
from heimvakt_drivers.zigbee.heard import (
    Alive,
    Attribute,
    Cluster,
    Command,
    Fact,
    Heard,
    ZoneStatus,
)
from heimvakt_drivers.zigbee.memory import NOTHING_YET, Memory
from heimvakt_drivers.zigbee.translate import LINK_EVERY_S, SEEN_EVERY_S, translate

ADDRESS = "00:12:4b:00:22:c1:09:aa"
OF_THE_ZONE_ITSELF = (BatteryMeasured, TamperClosed, TamperOpened)


@dataclass
class Sensor:
    """One device of the home and what is remembered of it."""

    role: Role
    memory: Memory = NOTHING_YET
    now: float = 1000.0
    said: list[DeviceEvent] = field(default_factory=list)

    def hears(self, cluster: int, fact: Fact, **more: int | None) -> list[DeviceEvent]:
        device = Device(device_id="it", role=self.role, driver="zigbee", address=ADDRESS)
        heard = Heard(address=ADDRESS, endpoint=1, cluster=cluster, fact=fact, at=self.now, **more)
        self.memory, events = translate(device, self.memory, heard)
        self.said += events
        return events

    def zone(self, status: int, **more: int | None) -> list[type[DeviceEvent]]:
        """A zone status change; what it says of the zone itself is left out."""
        events = self.hears(
            Cluster.ZONE, Command(0x00, (status, 0, 0, 0), 7, from_server=True), **more
        )
        return [type(event) for event in events if not isinstance(event, OF_THE_ZONE_ITSELF)]

    def attribute(self, cluster: int, number: int, value: object) -> list[DeviceEvent]:
        return self.hears(cluster, Attribute(number, value))

    def key(self, cluster: int, command: int, *values: object, number: int) -> list[DeviceEvent]:
        return self.hears(cluster, Command(command, values, number))


def kinds(events: list[DeviceEvent]) -> list[type[DeviceEvent]]:
    return [type(event) for event in events]


# ------------------------------------------------------------------------------------------ states


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
    assert Sensor(Role.BED).zone(ZoneStatus.ALARM_1, zone_type=0x000D) == [BedEntered]
    assert Sensor(Role.BED).zone(ZoneStatus.ALARM_1, zone_type=0x0015) == [BedLeft]
    assert Sensor(Role.BED).zone(ZoneStatus.ALARM_1) == [BedLeft]


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


@pytest.mark.parametrize("role", [Role.SMOKE, Role.CARBON_MONOXIDE, Role.LEAK])
def test_a_detector_whose_test_key_is_held_calls_nobody(role: Role) -> None:
    detector = Sensor(role)
    detector.zone(0)
    detector.now += SEEN_EVERY_S
    assert detector.zone(ZoneStatus.ALARM_1 | ZoneStatus.TEST) == [DeviceSeen]
    assert detector.zone(ZoneStatus.ALARM_1) != [DeviceSeen]


# ----------------------------------------------------------------------------------------- buttons


def test_a_press_is_the_rise_of_an_alarm_bit_and_its_fall_says_nothing() -> None:
    button = Sensor(Role.BUTTON)
    assert button.zone(ZoneStatus.ALARM_2) == [ButtonPressed]
    assert ButtonPressed not in button.zone(0)
    assert button.zone(ZoneStatus.ALARM_2) == [ButtonPressed]


def test_a_second_alarm_bit_beside_the_first_is_a_press_of_its_own() -> None:
    button = Sensor(Role.BUTTON)
    button.zone(ZoneStatus.ALARM_1)
    assert button.zone(ZoneStatus.ALARM_1 | ZoneStatus.ALARM_2) == [ButtonPressed]


def test_a_button_is_heard_also_in_test_mode() -> None:
    assert Sensor(Role.BUTTON).zone(ZoneStatus.ALARM_1 | ZoneStatus.TEST) == [ButtonPressed]


def test_a_button_whose_bit_never_falls_is_heard_again_after_a_while() -> None:
    button = Sensor(Role.BUTTON)
    assert button.zone(ZoneStatus.ALARM_1) == [ButtonPressed]
    for _ in range(3):  # the same press, said again for as long as it is held
        button.now += 4.9
        assert ButtonPressed not in button.zone(ZoneStatus.ALARM_1)
    button.now += 5.0
    assert button.zone(ZoneStatus.ALARM_1) == [ButtonPressed]


def test_a_button_that_promises_to_tell_the_end_is_heard_only_when_its_bit_rises() -> None:
    button = Sensor(Role.BUTTON)
    latched = ZoneStatus.ALARM_1 | ZoneStatus.RESTORE_REPORTS
    assert button.zone(latched) == [ButtonPressed]
    button.now += 3600.0
    assert button.zone(latched) == [DeviceSeen]


def test_the_status_as_an_attribute_is_a_press_only_when_it_rises() -> None:
    button = Sensor(Role.BUTTON)
    assert ButtonPressed in kinds(button.attribute(Cluster.ZONE, 2, 1))
    button.now += 3600.0
    assert ButtonPressed not in kinds(button.attribute(Cluster.ZONE, 2, 1))


@pytest.mark.parametrize(
    ("cluster", "command", "values", "press"),
    [
        (Cluster.ON_OFF, 0x00, (), Press.SINGLE),
        (Cluster.ON_OFF, 0x02, (), Press.SINGLE),
        (Cluster.ON_OFF, 0xFD, (1,), Press.DOUBLE),
        (Cluster.ON_OFF, 0xFD, (b"\x02",), Press.LONG),
        (Cluster.ON_OFF, 0xFD, (), Press.SINGLE),
        (Cluster.LEVEL, 0x01, (0, 50), Press.HELD),
        (Cluster.SCENES, 0x05, (0, 1), Press.SINGLE),
        (Cluster.PANEL, 0x02, (), Press.SINGLE),
        (Cluster.PANEL, 0x04, (), Press.SINGLE),
    ],
)
def test_keys_of_remotes_are_presses(
    cluster: int, command: int, values: tuple[object, ...], press: Press
) -> None:
    assert Sensor(Role.BUTTON).key(cluster, command, *values, number=1) == [
        ButtonPressed(device_id="it", press=press)
    ]


@pytest.mark.parametrize(
    ("cluster", "command"), [(Cluster.LEVEL, 0x03), (Cluster.PANEL, 0x00), (0x0300, 0x0A)]
)
def test_a_key_let_go_and_an_armed_panel_are_no_presses(cluster: int, command: int) -> None:
    assert kinds(Sensor(Role.BUTTON).key(cluster, command, number=1)) == [DeviceSeen]


def test_a_remote_is_no_door() -> None:
    assert kinds(Sensor(Role.DOOR).key(Cluster.ON_OFF, 0x01, number=1)) == [DeviceSeen]


def test_one_frame_that_came_two_ways_is_one_press() -> None:
    remote = Sensor(Role.BUTTON)
    assert kinds(remote.key(Cluster.ON_OFF, 0x02, number=9)) == [ButtonPressed]
    remote.now += 0.1
    assert ButtonPressed not in kinds(remote.key(Cluster.ON_OFF, 0x02, number=9))
    assert kinds(remote.key(Cluster.ON_OFF, 0x02, number=10)) == [ButtonPressed]


def test_a_number_that_comes_round_again_is_a_new_press() -> None:
    remote = Sensor(Role.BUTTON)
    remote.key(Cluster.ON_OFF, 0x02, number=9)
    remote.now += 60.0
    assert kinds(remote.key(Cluster.ON_OFF, 0x02, number=9)) == [ButtonPressed]


def test_presses_as_values_of_a_multistate_input() -> None:
    button = Sensor(Role.BUTTON)
    assert button.attribute(Cluster.MULTISTATE, 0x55, 2) == [
        ButtonPressed(device_id="it", press=Press.DOUBLE)
    ]
    assert kinds(button.attribute(Cluster.MULTISTATE, 0x55, 255)) == [DeviceSeen]


# ------------------------------------------------------------------------------------ measurements


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


# --------------------------------------------------------------------------------------- all else


@pytest.mark.parametrize(
    "fact",
    [
        Command(0x00, (), 1, from_server=True),
        Command(0x00, (b"\x01",), 1, from_server=True),
        Command(0x00, (-1,), 1, from_server=True),
        Command(0x00, (0x10000,), 1, from_server=True),
        Command(0x01, (0x15, 0), 1, from_server=True),
        Command(0x00, (1,), 1, from_server=False),
        Attribute(2, None),
        Attribute(2, "open"),
        Attribute(2, 1.5),
        Attribute(2, math.nan),
        Attribute(0x1234, 1),
    ],
)
def test_nonsense_of_a_zone_is_a_sign_of_life(fact: Fact) -> None:
    assert kinds(Sensor(Role.DOOR).hears(Cluster.ZONE, fact)) == [DeviceSeen]


numbers = st.integers(min_value=-1, max_value=0x1_0000) | st.sampled_from(
    [*Cluster, 0x00, 0x01, 0x02, 0x20, 0x21, 0x55, 0xFD]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(),
    lambda inner: st.tuples(inner) | st.lists(inner, max_size=2),
    max_leaves=3,
)
facts = st.one_of(
    st.just(Alive()),
    st.builds(Attribute, numbers, values),
    st.builds(
        Command,
        numbers,
        st.lists(values, max_size=3).map(tuple),
        st.none() | st.integers(),
        from_server=st.booleans(),
    ),
)
hearings = st.builds(
    Heard,
    address=st.just(ADDRESS),
    endpoint=st.integers(),
    cluster=numbers,
    fact=facts,
    at=st.floats(min_value=0, max_value=1e9),
    zone_type=st.none() | numbers,
    lqi=st.none() | st.integers(),
    rssi=st.none() | st.integers(),
)


@given(role=st.sampled_from(Role), frames=st.lists(hearings, max_size=8))
def test_whatever_is_heard_nothing_raises_and_the_device_was_heard(
    role: Role, frames: list[Heard]
) -> None:
    device = Device(device_id="it", role=role, driver="zigbee", address=ADDRESS)
    memory, now = NOTHING_YET, 0.0
    for frame in frames:
        now += abs(frame.at) % 100 + 2 * SEEN_EVERY_S  # far from the limit: these are floats
        memory, events = translate(device, memory, replace(frame, at=now))
        assert events
        assert all(event.device_id == "it" for event in events)
        for event in events:
            if isinstance(event, LinkMeasured):
                assert 0 <= event.lqi <= 255


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
