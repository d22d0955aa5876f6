"""What sensors say in ways of their makers' own, heard as if they had said it as everybody does."""

from __future__ import annotations

import struct
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BatteryMeasured,
    BedEntered,
    BedLeft,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    FallDetected,
    HumidityMeasured,
    IlluminanceMeasured,
    LeakDetected,
    MotionCleared,
    MotionDetected,
    SmokeCleared,
    SmokeDetected,
    TemperatureMeasured,
)
from heimvakt_drivers.zigbee.sensing import lumi, tuya
from heimvakt_drivers.zigbee.sensing.heard import Cluster
from heimvakt_drivers.zigbee.sensing.makers_lumi import LUMI_QUIET_S
from heimvakt_drivers.zigbee.sensing.states import HOLD_MARGIN_S
from tests.support.sensor import Sensor, kinds, real

FIRST_REPORT = bytes.fromhex("0121e50b0328170421a81305211300062401000000000a210000641001")
"""Of a contact: 3,045 mV; open."""


def told(events: list[DeviceEvent]) -> list[type[DeviceEvent]]:
    return [type(event) for event in events if not isinstance(event, (DeviceSeen, BatteryMeasured))]


# ------------------------------------------------------------------------------------------- LUMI


def test_a_contact_speaks_by_on_and_off_and_repeats_it_each_hour() -> None:
    door = real("LUMI", "lumi.sensor_magnet.aq2", Role.DOOR, 0x0000, 0x0006)
    assert told(door.attribute(Cluster.ON_OFF, 0, False)) == [DoorClosed]
    said = door.attribute(Cluster.BASIC, lumi.OF_BASIC, FIRST_REPORT)
    assert kinds(said) == [DoorOpened, BatteryMeasured]  # the opening itself was lost
    assert said[-1] == BatteryMeasured(device_id="it", percent=100.0, volts=3.045)


def test_the_first_sensors_tell_their_battery_in_a_structure() -> None:
    door = real("LUMI", "lumi.sensor_magnet", Role.DOOR, 0x0000)
    members = [SimpleNamespace(value=v) for v in (True, 2790, 0x13A8, 0x24, 0x13, 0x55)]
    assert door.attribute(Cluster.BASIC, lumi.STRUCTURE, members) == [
        BatteryMeasured(device_id="it", percent=48.0, volts=2.79)
    ]


@pytest.mark.parametrize("value", [None, 1, "", [], [1], [1, None], "xy", b"", 1.5])
def test_a_structure_that_is_none_is_a_sign_of_life(value: object) -> None:
    door = real("LUMI", "lumi.sensor_magnet", Role.DOOR, 0x0000)
    assert kinds(door.attribute(Cluster.BASIC, lumi.STRUCTURE, value)) == [DeviceSeen]
    assert door.memory.volts is None


def test_a_text_that_is_none_is_read_by_its_octets() -> None:
    class Text(str):
        raw = FIRST_REPORT

    assert lumi.report(Text("�"))[lumi.MILLIVOLTS] == 3045
    assert lumi.report("plain text") == {}


def test_a_motion_is_over_when_its_maker_would_have_told_another() -> None:
    hall = real("LUMI", "lumi.sensor_motion.aq2", Role.MOTION, 0x0000, 0x0406, 0x0400)
    assert told(hall.attribute(Cluster.OCCUPANCY, 0, 1)) == [MotionDetected]
    hall.now += 60.0
    assert told(hall.attribute(Cluster.OCCUPANCY, 0, 1)) == [MotionDetected]
    assert hall.waits(LUMI_QUIET_S - 1) == []
    assert told(hall.waits(1.0)) == [MotionCleared]
    assert hall.waits(LUMI_QUIET_S) == []


def test_a_sensor_that_keeps_silent_for_longer_is_waited_for() -> None:
    hall = real("LUMI", "lumi.sensor_motion.aq2", Role.MOTION, 0x0000, 0x0406, 0x0400)
    hall.attribute(Cluster.OCCUPANCY, 0x10, 300)
    hall.attribute(Cluster.OCCUPANCY, 0, 1)
    assert hall.waits(300.0) == []
    assert told(hall.waits(HOLD_MARGIN_S)) == [MotionCleared]


def test_light_comes_as_it_is_with_one_maker() -> None:
    hall = real("LUMI", "lumi.sensor_motion.aq2", Role.MOTION, 0x0000, 0x0406, 0x0400)
    assert hall.attribute(Cluster.ILLUMINANCE, 0, 37) == [
        IlluminanceMeasured(device_id="it", lux=37.0)
    ]


def test_newer_ones_tell_motion_and_light_in_one() -> None:
    hall = real("LUMI", "lumi.motion.ac02", Role.MOTION, 0x0000, 0x0001, 0xFCC0)
    said = hall.attribute(Cluster.LUMI, lumi.MOTION_AND_LUX, 0x10000 + 12)
    assert kinds(said) == [MotionDetected, IlluminanceMeasured]
    assert said[1] == IlluminanceMeasured(device_id="it", lux=12.0)


def test_a_radar_tells_presence_both_ways() -> None:
    chair = real("aqara", "lumi.motion.ac01", Role.MOTION, 0x0000, 0xFCC0)
    assert told(chair.attribute(Cluster.LUMI, lumi.PRESENCE, 1)) == [MotionDetected]
    assert chair.waits(3600.0) == []
    assert told(chair.attribute(Cluster.LUMI, lumi.PRESENCE, 0)) == [MotionCleared]
    assert told(chair.attribute(Cluster.LUMI, lumi.PRESENCE, 255)) == []


def test_vibration_on_a_lock_is_motion_and_no_lock() -> None:
    shelf = real("LUMI", "lumi.vibration.aq1", Role.MOTION, 0x0000, 0x0101)
    for value in lumi.VIBRATIONS:
        shelf.now += 60.0
        assert told(shelf.attribute(Cluster.LOCK, lumi.VIBRATION, value)) == [MotionDetected]
    assert told(shelf.attribute(Cluster.LOCK, lumi.VIBRATION, 0)) == []
    assert told(Sensor(Role.MOTION).attribute(Cluster.LOCK, lumi.VIBRATION, 1)) == []


def test_smoke_in_the_makers_own_cluster() -> None:
    ceiling = real("LUMI", "lumi.sensor_smoke.acn03", Role.SMOKE, 0x0000, 0x0500)
    assert told(ceiling.attribute(Cluster.LUMI, lumi.SMOKE, 1)) == [SmokeDetected]
    assert told(ceiling.attribute(Cluster.LUMI, lumi.SMOKE, 0)) == [SmokeCleared]


def test_a_self_test_in_the_second_alarm_bit_is_no_smoke() -> None:
    ceiling = real("LUMI", "lumi.sensor_smoke", Role.SMOKE, 0x0500)
    assert SmokeDetected not in ceiling.zone(0b10)
    assert ceiling.zone(0b01) == [SmokeDetected]


def test_a_test_bit_that_is_always_set_hides_no_leak() -> None:
    floor = real("LUMI", "lumi.flood.acn001", Role.LEAK, 0x0500)
    assert floor.zone(0x0101) == [LeakDetected]


def test_the_air_comes_in_the_hourly_report_too() -> None:
    room = real("LUMI", "lumi.weather", Role.TEMPERATURE, 0x0402, 0x0405)
    octets = bytes.fromhex("0121bd0b 6429") + struct.pack("<h", -512) + bytes.fromhex("6521e012")
    assert room.attribute(Cluster.BASIC, lumi.OF_BASIC, octets) == [
        BatteryMeasured(device_id="it", percent=100.0, volts=3.005),
        TemperatureMeasured(device_id="it", celsius=-5.12),
        HumidityMeasured(device_id="it", percent=48.32),
    ]


def test_a_plug_tells_watts_as_an_analog_input_and_no_battery() -> None:
    plug = real("LUMI", "lumi.plug", Role.APPLIANCE, 0x0006)
    assert told(plug.attribute(Cluster.ANALOG, 0x55, 1800.0, endpoint=3)) == []
    assert told(plug.attribute(Cluster.ANALOG, 0x55, 1800.0, endpoint=2)) == [ApplianceStarted]
    assert told(plug.attribute(Cluster.ANALOG, 0x55, 0.0, endpoint=2)) == [ApplianceStopped]


@given(some.binary(max_size=80))
def test_any_octets_are_read_as_far_as_they_go(octets: bytes) -> None:
    said = lumi.report(octets)
    assert len(said) <= len(octets)
    for role in Role:
        sensor = real("LUMI", "lumi.weather", role, 0x0402)
        sensor.attribute(Cluster.BASIC, lumi.OF_BASIC, octets)
        assert set(kinds(sensor.said)) <= {
            BatteryMeasured,
            DeviceSeen,
            HumidityMeasured,
            TemperatureMeasured,
            *((ApplianceStarted, ApplianceStopped) if role is Role.APPLIANCE else ()),
        }


# ------------------------------------------------------------------------------------ data points


def points(*numbers: tuple[int, int, bytes]) -> bytes:
    return b"\x00\x01" + b"".join(
        bytes((point, kind)) + len(field).to_bytes(2, "big") + field
        for point, kind, field in numbers
    )


def test_smoke_and_battery_as_data_points() -> None:
    ceiling = real("_TZE200_t5p1vj8r", "TS0601", Role.SMOKE, 0xEF00)
    frame = points((1, 4, b"\x00"), (15, 2, b"\x00\x00\x00\x5a"))
    assert ceiling.tells(Cluster.DATA_POINTS, 0x02, frame) == [
        SmokeDetected(device_id="it"),
        BatteryMeasured(device_id="it", percent=90.0),
    ]
    assert told(ceiling.tells(Cluster.DATA_POINTS, 0x02, points((1, 4, b"\x01")))) == [SmokeCleared]
    assert told(ceiling.tells(Cluster.DATA_POINTS, 0x24, points((1, 4, b"\x00")))) == []


def test_what_another_model_means_by_the_same_point_is_not_heard() -> None:
    door = real("_TZE200_t5p1vj8r", "TS0601", Role.DOOR, 0xEF00)
    assert told(door.tells(Cluster.DATA_POINTS, 0x01, points((1, 1, b"\x01")))) == []
    stranger = real("_TZE200_nobody00", "TS0601", Role.SMOKE, 0xEF00)
    assert told(stranger.tells(Cluster.DATA_POINTS, 0x01, points((1, 4, b"\x00")))) == []


def test_a_fall_as_a_data_point_and_perhaps_one_is_none() -> None:
    radar = real("_TZE200_lu01t0zl", "TS0601", Role.FALL, 0xEF00)
    for value, events in [(1, []), (2, [FallDetected]), (2, []), (0, []), (2, [FallDetected])]:
        frame = points((116, 4, bytes((value,))))
        assert told(radar.tells(Cluster.DATA_POINTS, 0x01, frame)) == events


def test_a_belt_under_a_mattress_says_nobody_as_one() -> None:
    bed = real("_TZE200_seq9cm6u", "TS0601", Role.BED, 0xEF00)
    assert told(bed.tells(Cluster.DATA_POINTS, 0x01, points((1, 1, b"\x00")))) == [BedEntered]
    assert told(bed.tells(Cluster.DATA_POINTS, 0x01, points((1, 1, b"\x01")))) == [BedLeft]


def test_door_and_air_in_one() -> None:
    door = real("_TZE200_nvups4nh", "TS0601", Role.DOOR, 0xEF00)
    frame = points((1, 1, b"\x01"), (7, 2, b"\x00\x00\x00\xd7"), (8, 2, b"\x00\x00\x00\x2d"))
    assert door.tells(Cluster.DATA_POINTS, 0x01, frame) == [
        DoorOpened(device_id="it"),
        TemperatureMeasured(device_id="it", celsius=21.5),
        HumidityMeasured(device_id="it", percent=45.0),
    ]


def test_a_radar_tells_presence_and_light_as_data_points() -> None:
    room = real("_TZE204_sxm7l9xa", "TS0601", Role.MOTION, 0xEF00)
    frame = points((105, 1, b"\x01"), (104, 2, b"\x00\x00\x01\x00"))
    assert told(room.tells(Cluster.DATA_POINTS, 0x01, frame)) == [
        MotionDetected,
        IlluminanceMeasured,
    ]


@given(some.binary(max_size=80))
def test_any_octets_are_points_as_far_as_they_go(octets: bytes) -> None:
    found = tuya.numbers(octets)
    assert len(found) <= tuya.POINTS_MAX
    assert all(-(2**31) <= value < 2**32 for _, value in found)
    tuya_says = real("_TZE200_lu01t0zl", "TS0601", Role.BED, 0xEF00)
    tuya_says.tells(Cluster.DATA_POINTS, 0x01, octets)
    assert set(kinds(tuya_says.said)) <= {BedEntered, BedLeft, DeviceSeen}


# ----------------------------------------------------------------------------------------- others


def test_a_fall_among_the_bits_of_presence() -> None:
    radar = real("HEIMAN", "HS2FD-EF1-3.0", Role.FALL, 0x0406)
    for value, events in [(0b000001, []), (0b010001, []), (0b100001, [FallDetected]), (1, [])]:
        assert told(radar.attribute(Cluster.OCCUPANCY, 0, value)) == events
    assert told(Sensor(Role.FALL).attribute(Cluster.OCCUPANCY, 0, 0b100001)) == []


def test_the_same_radar_may_be_used_for_presence() -> None:
    radar = real("HEIMAN", "HS2FD-EF1-3.0", Role.MOTION, 0x0406)
    assert told(radar.attribute(Cluster.OCCUPANCY, 0, 0b000011)) == [MotionDetected]


def test_a_fall_in_a_cluster_of_the_makers_own() -> None:
    radar = real("OWON", "FDS315", Role.FALL, 0x0500)
    for value, events in [(1, []), (4, []), (5, [FallDetected]), (5, []), (0, [])]:
        assert told(radar.attribute(Cluster.OWON, 0, value)) == events


def test_a_contact_in_a_cluster_of_the_makers_own() -> None:
    door = real("Signify Netherlands B.V.", "SOC001", Role.DOOR, 0xFC06, outs=(0x0006,))
    assert told(door.attribute(Cluster.HUE_CONTACT, 0x0100, 1)) == [DoorOpened]
    assert told(door.attribute(Cluster.HUE_CONTACT, 0x0100, 0)) == [DoorClosed]
    assert told(door.attribute(Cluster.HUE_CONTACT, 0x0101, 1)) == []
    assert told(door.key(Cluster.ON_OFF, 0x01, number=1)) == []


def test_whole_percent_until_a_value_shows_that_they_are_halves() -> None:
    button = real("IKEA of Sweden", "TRADFRI on/off switch", Role.BUTTON, 0x0001)
    for value, percent in [(74, 74.0), (160, 80.0), (74, 37.0)]:
        assert button.attribute(Cluster.POWER, 0x21, value) == [
            BatteryMeasured(device_id="it", percent=percent)
        ]
