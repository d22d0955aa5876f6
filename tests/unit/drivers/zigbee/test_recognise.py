"""What a device is, from what it says of itself; makers only where that is wrong."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from heimvakt.core.devices import Role
from heimvakt_drivers.zigbee.sensing.cells import Cell
from heimvakt_drivers.zigbee.sensing.makers import TABLE, known_of
from heimvakt_drivers.zigbee.sensing.oddities import Known, Oddity, Point
from heimvakt_drivers.zigbee.sensing.recognise import NEEDS, recognise
from heimvakt_drivers.zigbee.sensing.roles import ROLES
from heimvakt_drivers.zigbee.sensing.says import FILLS, Says
from heimvakt_drivers.zigbee.sensing.signature import Endpoint, Signature
from heimvakt_drivers.zigbee.sensing.states import MOTION_AGAIN_S
from tests.support.sensor import described

NOBODY = "Nobody", "X-1"


@pytest.mark.parametrize(
    ("zone_type", "role"),
    [
        (0x000D, Role.MOTION),
        (0x0015, Role.DOOR),
        (0x0028, Role.SMOKE),
        (0x002A, Role.LEAK),
        (0x002B, Role.CARBON_MONOXIDE),
        (0x002C, Role.BUTTON),
        (0x002D, Role.MOTION),
        (0x010F, Role.BUTTON),
        (0x0115, Role.BUTTON),
        (0x021D, Role.BUTTON),
        (0x0225, Role.SIREN),
        (0x0229, Role.REPEATER),
        (0x0226, None),
        (0x8000, None),
        (None, None),
    ],
)
def test_a_zone_is_what_its_type_says(zone_type: int | None, role: Role | None) -> None:
    assert recognise(described(*NOBODY, 0x0500, zone_type=zone_type)).role is role


@pytest.mark.parametrize(
    ("ins", "outs", "device_type", "role"),
    [
        ({0x0406}, (), 0, Role.MOTION),
        ({0x0101}, (), 0x000A, Role.LOCK),
        ({0x0402, 0x0405}, (), 0, Role.TEMPERATURE),
        ({0x0400}, (), 0, Role.TEMPERATURE),
        ({0x0001}, (0x0006,), 0, Role.BUTTON),
        ({0x0001}, (0x0006,), 0x0850, Role.MOTION),
        ({0x0001}, (0x0501,), 0x0401, Role.BUTTON),
        ({0x0006}, (), 0, Role.DOOR),
        ({0x0012}, (), 0, Role.BUTTON),
        ({0x000F}, (), 0, None),
        ({0x0000}, (), 0, None),
    ],
)
def test_a_device_that_sleeps_is_a_sensor(
    ins: set[int], outs: tuple[int, ...], device_type: int, role: Role | None
) -> None:
    assert recognise(described(*NOBODY, *ins, outs=outs, device_type=device_type)).role is role


@pytest.mark.parametrize(
    ("ins", "device_type", "role"),
    [
        ({0x0006, 0x0008}, 0x0101, Role.LIGHT),
        ({0x0006}, 0x0100, Role.LIGHT),
        ({0x0006, 0x0702}, 0x0051, Role.APPLIANCE),
        ({0x0006, 0x0B04}, 0x0100, Role.APPLIANCE),  # what many plugs claim to be
        ({0x0006, 0x0008, 0x0702}, 0x0101, Role.LIGHT),
        ({0x0006}, 0x0002, Role.LIGHT),
        ({0x0502}, 0x0403, Role.SIREN),
        ({0x0000}, 0x0008, Role.REPEATER),
    ],
)
def test_a_device_on_mains_is_what_it_does(
    ins: set[int], device_type: int, role: Role | None
) -> None:
    device = recognise(described(*NOBODY, *ins, device_type=device_type, is_router=True))
    assert device.role is role
    assert Role.REPEATER in device.roles
    assert not device.sleeps
    assert device.battery is None


def test_a_remote_is_no_door_and_says_why() -> None:
    remote = recognise(described(*NOBODY, 0x0001, outs=(0x0006, 0x0008)))
    assert Role.BUTTON in remote.roles
    assert remote.why_not(Role.BUTTON) is None
    assert remote.why_not(Role.DOOR) == "the role door needs a contact; this device has keys"


def test_a_contact_may_be_under_a_mat_and_is_no_smoke_detector() -> None:
    contact = recognise(described(*NOBODY, 0x0500, 0x0402, zone_type=0x0015))
    assert {Role.DOOR, Role.BED, Role.CHAIR, Role.TEMPERATURE} == contact.roles
    assert contact.why_not(Role.SMOKE) == (
        "the role smoke needs a fire zone; this device has a contact zone and temperature"
    )


def test_a_detector_with_a_horn_is_a_detector_that_can_be_a_siren() -> None:
    detector = recognise(described(*NOBODY, 0x0500, 0x0502, zone_type=0x0028))
    assert detector.role is Role.SMOKE
    assert Role.SIREN in detector.roles


def test_a_keypad_whose_housing_is_a_contact_is_a_keypad() -> None:
    keypad = recognise(described(*NOBODY, 0x0500, outs=(0x0501,), zone_type=0x0015))
    assert keypad.role is Role.BUTTON


def test_what_nobody_knows_can_be_nothing_and_says_so() -> None:
    unknown = recognise(Signature(manufacturer="Nobody", model="X-1"))
    assert unknown.role is None
    assert unknown.roles == frozenset()
    assert unknown.why_not(Role.BED) == (
        "the role bed needs a mat, a contact or a presence sensor; "
        "this device has nothing that we know"
    )


def test_parts_that_are_not_for_homes_say_nothing() -> None:
    tools = Endpoint(number=1, profile=0xC0C9, in_clusters=frozenset({0x0005, 0x0006}))
    zone = Endpoint(number=35, in_clusters=frozenset({0x0500}), zone_type=0x002A)
    leak = recognise(Signature(manufacturer="Nobody", model="X-1", endpoints=(tools, zone)))
    assert leak.says == {Says.WATER}


def test_the_maker_is_believed_where_the_description_lies() -> None:
    lock = described("LUMI", "lumi.vibration.aq1", 0x0000, 0x0101, device_type=0x000A)
    vibration = recognise(lock)
    assert vibration.role is Role.MOTION
    assert vibration.says == {Says.MOVEMENT}
    assert Role.LOCK not in vibration.roles
    assert Oddity.VIBRATION_ON_LOCK in vibration.oddities
    assert recognise(described("Other", "lumi.vibration.aq1", 0x0101)).role is Role.LOCK


def test_the_same_description_is_a_door_or_a_key_by_its_model() -> None:
    roles = [
        recognise(described("LUMI", model, 0x0000, 0x0006, 0xFFFF, device_type=0x5F01)).role
        for model in ("lumi.sensor_magnet.aq2", "lumi.sensor_switch.aq2")
    ]
    assert roles == [Role.DOOR, Role.BUTTON]


def test_a_device_that_sleeps_runs_on_cells_and_the_maker_knows_which() -> None:
    assert recognise(described(*NOBODY, 0x0001)).battery is Cell.UNKNOWN
    assert recognise(described("frient A/S", "HESZB-120", 0x0500)).battery is Cell.PHOTO


# ---------------------------------------------------------------------------------------- tables


def test_every_role_can_be_filled_and_says_what_it_needs() -> None:
    assert set(NEEDS) == ROLES
    assert {role for roles in FILLS.values() for role in roles} == ROLES


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: f"{entry.maker} {entry.model}")
def test_an_entry_of_the_table_is_sound(entry: Known) -> None:
    re.compile(entry.maker)
    re.compile(entry.model)
    assert (entry.clears_after_s is None) is (Oddity.NEVER_CLEARS not in entry.oddities)
    assert entry.clears_after_s is None or entry.clears_after_s > MOTION_AGAIN_S


def test_every_oddity_and_every_kind_of_point_is_known_of_somebody() -> None:
    assert {oddity for entry in TABLE for oddity in entry.oddities} == set(Oddity)
    assert {point for entry in TABLE for point in entry.points.values()} == set(Point)


def test_a_maker_is_known_by_the_whole_name() -> None:
    assert known_of("LUMI", "lumi.sensor_magnet").role is Role.DOOR
    assert known_of("LUMINARIES", "lumi.sensor_magnet").role is None
    assert known_of("LUMI", "a lumi.sensor_magnet").role is None


clusters = some.frozensets(some.integers(0, 0xFFFF) | some.sampled_from([*range(0x20), 0x500]))
signatures = some.builds(
    Signature,
    manufacturer=some.text(max_size=5) | some.sampled_from(["LUMI", "_TZE200_x", "IKEA of Sweden"]),
    model=some.text(max_size=5) | some.sampled_from(["lumi.x", "TS0601"]),
    endpoints=some.lists(
        some.builds(
            Endpoint,
            device_type=some.integers(0, 0xFFFF),
            in_clusters=clusters,
            out_clusters=clusters,
            zone_type=some.none() | some.integers(0, 0xFFFF),
        ),
        max_size=3,
    ).map(tuple),
    is_router=some.booleans(),
    rx_on_when_idle=some.booleans(),
    on_mains=some.booleans(),
)


@given(signatures)
def test_whatever_a_device_says_of_itself_it_is_something_or_nothing(signature: Signature) -> None:
    device = recognise(signature)
    assert device.role is None or device.role in device.roles
    for role in Role:
        assert (device.why_not(role) is None) is (role in device.roles)
