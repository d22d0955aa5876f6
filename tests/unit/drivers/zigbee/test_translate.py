"""What sensors say, as values, becomes what rules read. No radio, no loop, no library."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BatteryMeasured,
    BedEntered,
    BedLeft,
    ButtonHeld,
    ButtonPressed,
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
    HumidityMeasured,
    IlluminanceMeasured,
    LeakCleared,
    LeakDetected,
    LinkMeasured,
    LockJammed,
    LockLocked,
    LockUnlocked,
    MotionCleared,
    MotionDetected,
    Press,
    SmokeCleared,
    SmokeDetected,
    TamperClosed,
    TamperOpened,
    TemperatureMeasured,
)
from heimvakt_drivers.zigbee.sensing.cells import Cell
from heimvakt_drivers.zigbee.sensing.heard import (
    Alive,
    Attribute,
    Cluster,
    Command,
    Fact,
    Heard,
    ZoneStatus,
)
from heimvakt_drivers.zigbee.sensing.memory import NOTHING_YET
from heimvakt_drivers.zigbee.sensing.oddities import Oddity, Point
from heimvakt_drivers.zigbee.sensing.recognise import UNKNOWN, Recognised
from heimvakt_drivers.zigbee.sensing.roles import CALLS, TOLD
from heimvakt_drivers.zigbee.sensing.says import Says
from heimvakt_drivers.zigbee.sensing.translate import LINK_EVERY_S, SEEN_EVERY_S, later, translate
from tests.support.sensor import ADDRESS, Sensor, described, kinds, knowing, real

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


@pytest.mark.parametrize("role", [Role.SMOKE, Role.CARBON_MONOXIDE, Role.LEAK])
def test_a_detector_whose_test_key_is_held_calls_nobody(role: Role) -> None:
    detector = Sensor(role)
    detector.zone(0)
    tested = ZoneStatus.ALARM_1 | ZoneStatus.TEST
    assert detector.zone(tested) == [DetectorTested]
    assert DetectorTested not in detector.zone(tested), "held, and told already"
    assert detector.zone(ZoneStatus.ALARM_1) == [TOLD[role][0]]
    assert DetectorTested not in detector.zone(0)
    assert detector.zone(tested) == [DetectorTested]


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
    assert button.zone(latched) == [ButtonHeld], "it hangs, which is told; it is no press"
    button.now += 10.0
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


# ------------------------------------------------------------------------------ falls, heat, inputs


def test_a_fall_is_told_each_time_anew() -> None:
    pendant = Sensor(Role.FALL)
    assert pendant.zone(ZoneStatus.ALARM_1) == [FallDetected]
    assert FallDetected not in pendant.zone(0)
    assert pendant.zone(ZoneStatus.ALARM_1) == [FallDetected]


def test_a_heat_detector_tells_heat_and_its_test_key_nothing() -> None:
    kitchen = Sensor(Role.HEAT)
    assert HeatDetected not in kitchen.zone(ZoneStatus.ALARM_1 | ZoneStatus.TEST)
    assert kitchen.zone(ZoneStatus.ALARM_1) == [HeatDetected]
    assert kitchen.zone(0) == [HeatCleared]


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


# ------------------------------------------------------------ sensors that switch by themselves

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


# -------------------------------------------------------------------------------- what has no role


@pytest.mark.parametrize("role", [Role.SIREN, Role.LIGHT, Role.REPEATER, Role.TEMPERATURE])
def test_what_has_nothing_to_tell_lives_and_has_a_battery(role: Role) -> None:
    it = Sensor(role)
    assert kinds(it.attribute(Cluster.ON_OFF, 0, True)) == [DeviceSeen]
    assert it.zone(ZoneStatus.ALARM_1) == []
    assert kinds(it.attribute(Cluster.POWER, 0x21, 100)) == [BatteryMeasured]


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
    [*Cluster, 0x00, 0x01, 0x02, 0x20, 0x21, 0x55, 0xFD, 0x0100, 0x050B, 0xFF01, 0xFF02, 0x00F7]
)
clusters = st.sampled_from(Cluster) | numbers
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
    cluster=clusters,
    fact=facts,
    at=st.floats(min_value=0, max_value=1e9),
    lqi=st.none() | st.integers(),
    rssi=st.none() | st.integers(),
)


natures = st.just(UNKNOWN) | st.builds(
    Recognised,
    says=st.frozensets(st.sampled_from(Says)),
    battery=st.none() | st.sampled_from(Cell),
    oddities=st.just(frozenset(Oddity)) | st.frozensets(st.sampled_from(Oddity)),
    clears_after_s=st.none() | st.just(90.0),
    points=st.dictionaries(st.integers(0, 3), st.sampled_from(Point), max_size=3),
)

OF_ANY = (
    BatteryMeasured,
    DeviceSeen,
    HumidityMeasured,
    IlluminanceMeasured,
    LinkMeasured,
    TamperClosed,
    TamperOpened,
    TemperatureMeasured,
)


def may_tell(role: Role) -> tuple[type[DeviceEvent], ...]:
    """What a device of this role can tell at all."""
    if role is Role.LOCK:
        return (*OF_ANY, LockJammed, LockLocked, LockUnlocked)
    if role is Role.BUTTON:
        return (*OF_ANY, ButtonPressed, ButtonHeld)
    return (*OF_ANY, *TOLD.get(role, ()), *([CALLS[role]] if role in CALLS else []))


@given(
    role=st.sampled_from(Role), nature=natures, frames=st.lists(hearings, min_size=1, max_size=8)
)
def test_whatever_is_heard_nothing_raises_and_the_device_was_heard(
    role: Role, nature: Recognised, frames: list[Heard]
) -> None:
    device = Device(device_id="it", role=role, driver="zigbee", address=ADDRESS)
    memory, now = replace(NOTHING_YET, nature=nature), 0.0
    for frame in frames:
        now += abs(frame.at) % 100 + 2 * SEEN_EVERY_S  # far from the limit: these are floats
        memory, events = translate(device, memory, replace(frame, at=now))
        assert events
        assert all(event.device_id == "it" for event in events)
        assert all(isinstance(event, may_tell(role)) for event in events)
        for event in events:
            if isinstance(event, LinkMeasured):
                assert 0 <= event.lqi <= 255
        if memory.due_at is not None:
            memory, events = later(device, memory, memory.due_at)
            assert memory.due_at is None
            assert all(isinstance(event, may_tell(role)) for event in events)


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
