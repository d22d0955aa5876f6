"""A press of a button or of a key of a remote is told once, however it is said."""

from __future__ import annotations

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import ButtonHeld, ButtonPressed, DeviceSeen, Press
from heimvakt_drivers.zigbee.sensing.heard import Cluster, ZoneStatus
from tests.support.sensor import Sensor, kinds

# --- alarm bits of a zone -------------------------------------------------------------------------


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


# --- keys and values ------------------------------------------------------------------------------


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
