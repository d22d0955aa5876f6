"""One press is one call for help, in whatever ways and however often a key tells it."""

from __future__ import annotations

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import ButtonPressed, DeviceEvent, Press
from heimvakt_drivers.zigbee.sensing.heard import Cluster, Command
from heimvakt_drivers.zigbee.sensing.presses import HELD_S, SAME_PRESS_S, STEPS_S
from tests.support.sensor import Sensor, described, knowing, real

LUMI_OLD = "LUMI", "lumi.sensor_switch"
LUMI_ROUND = "LUMI", "lumi.sensor_switch.aq2"


def presses(events: list[DeviceEvent]) -> list[Press]:
    return [event.press for event in events if isinstance(event, ButtonPressed)]


def hue(button: Sensor, kind: int) -> list[Press]:
    """A notification of that maker: the key, three octets, what became of it, and how long."""
    return presses(button.tells(Cluster.HUE, 0x00, bytes((1, 0, 0, 0x30, kind, 0x21, 0, 0))))


def test_a_key_that_tells_each_step_is_pressed_once() -> None:
    button = real("Philips", "RWL021", Role.BUTTON)
    assert hue(button, 0) == [Press.SINGLE]
    for _ in range(30):
        button.now += 0.8
        assert hue(button, 1) == []
    assert hue(button, 3) == []
    button.now += 0.3
    assert hue(button, 0) == [Press.SINGLE]


def test_a_press_whose_beginning_was_lost_is_a_press() -> None:
    button = real("Philips", "RWL021", Role.BUTTON)
    assert hue(button, 2) == [Press.SINGLE]
    button.now += 5.0
    assert hue(button, 2) == [Press.SINGLE]
    assert hue(button, 1) == [Press.HELD]
    assert hue(button, 3) == []


def test_a_press_whose_end_was_lost_hides_no_later_one() -> None:
    button = real("Philips", "RWL021", Role.BUTTON)
    hue(button, 0)
    button.now += HELD_S
    assert hue(button, 2) == [Press.SINGLE]


def test_a_press_told_in_the_standards_way_and_in_the_makers_is_one() -> None:
    button = real("Philips", "RWL021", Role.BUTTON)
    assert hue(button, 0) == [Press.SINGLE]
    button.now += 0.1
    assert presses(button.key(Cluster.ON_OFF, 0x01, number=1)) == []
    button.now += SAME_PRESS_S
    assert presses(button.key(Cluster.ON_OFF, 0x01, number=2)) == [Press.SINGLE]


@pytest.mark.parametrize("octets", [b"", b"\x01\x00\x00\x30", bytes((1, 0, 0, 0x30, 9))])
def test_a_notification_that_cannot_be_read_is_no_press(octets: bytes) -> None:
    button = real("Philips", "RWL021", Role.BUTTON)
    assert presses(button.tells(Cluster.HUE, 0x00, octets)) == []
    assert presses(button.tells(Cluster.HUE, 0x00)) == []


def test_a_dimmers_key_that_is_held_is_one_press() -> None:
    button = Sensor(Role.BUTTON)
    assert presses(button.key(Cluster.LEVEL, 0x02, 0, 30, number=1)) == [Press.SINGLE]
    for number in range(2, 20):
        button.now += STEPS_S - 0.1
        assert presses(button.key(Cluster.LEVEL, 0x02, 0, 30, number=number)) == []
    button.now += STEPS_S
    assert presses(button.key(Cluster.LEVEL, 0x02, 0, 30, number=21)) == [Press.SINGLE]


def test_a_press_and_a_longer_one_right_after_it_are_two() -> None:
    button = Sensor(Role.BUTTON)
    assert presses(button.key(Cluster.ON_OFF, 0x01, number=1)) == [Press.SINGLE]
    button.now += 0.5
    assert presses(button.key(Cluster.LEVEL, 0x05, 0, 83, number=2)) == [Press.HELD]


@pytest.mark.parametrize(
    ("command", "press"), [(0x02, Press.SINGLE), (0x01, Press.DOUBLE), (0x00, Press.LONG)]
)
def test_a_maker_says_it_by_which_command_it_sends(command: int, press: Press) -> None:
    button = real("eWeLink", "WB01", Role.BUTTON, 0x0001, outs=(0x0006,))
    assert presses(button.key(Cluster.ON_OFF, command, number=1)) == [press]


def test_a_command_sent_as_if_to_itself_is_a_press() -> None:
    button = real("_TZ3000_tk3s5tyg", "TS0041", Role.BUTTON, 0x0001, 0x0006)
    assert presses(button.tells(Cluster.ON_OFF, 0xFD, b"\x01")) == [Press.DOUBLE]


def test_a_panel_that_tells_its_state_is_no_keypad() -> None:
    assert presses(Sensor(Role.BUTTON).tells(Cluster.PANEL, 0x02, 1, 0, 0)) == []


@pytest.mark.parametrize(
    ("endpoint", "command", "press"),
    [
        (1, 0x01, Press.SINGLE),
        (1, 0x03, Press.SINGLE),
        (2, 0x06, Press.DOUBLE),
        (2, 0x02, Press.HELD),
    ],
)
def test_the_first_that_is_heard_of_a_press_says_what_it_is(
    endpoint: int, command: int, press: Press
) -> None:
    button = real("IKEA of Sweden", "SOMRIG shortcut button", Role.BUTTON)
    sent = Command(command, (b"\x00",), 1)
    assert presses(button.hears(Cluster.IKEA_KEYS, sent, endpoint=endpoint)) == [press]


def test_down_and_up_as_off_and_on_is_one_press() -> None:
    button = real(*LUMI_OLD, Role.BUTTON)
    assert presses(button.attribute(Cluster.ON_OFF, 0, False)) == [Press.SINGLE]
    button.now += 4.0
    assert presses(button.attribute(Cluster.ON_OFF, 0, True)) == []
    assert presses(button.attribute(Cluster.ON_OFF, 0, False)) == [Press.SINGLE]
    assert presses(button.attribute(Cluster.ON_OFF, 0x8000, 2)) == [Press.DOUBLE]


def test_on_alone_is_a_press_where_the_maker_means_it_so() -> None:
    button = real(*LUMI_ROUND, Role.BUTTON)
    assert presses(button.attribute(Cluster.ON_OFF, 0, True)) == [Press.SINGLE]
    assert presses(button.attribute(Cluster.ON_OFF, 0, False)) == []
    assert presses(button.attribute(Cluster.ON_OFF, 0x8000, 2)) == [Press.DOUBLE]
    assert presses(button.attribute(Cluster.ON_OFF, 0x8000, 0)) == []


def test_on_and_off_of_anything_else_is_no_press() -> None:
    button = Sensor(Role.BUTTON)
    for number, value in [(0, True), (0, False), (0x8000, 2)]:
        assert presses(button.attribute(Cluster.ON_OFF, number, value)) == []


@pytest.mark.parametrize(("bits", "press"), [(1, Press.SINGLE), (2, Press.DOUBLE), (3, Press.LONG)])
def test_a_maker_says_it_in_the_bits_of_its_zone(bits: int, press: Press) -> None:
    button = real("Samjin", "button", Role.BUTTON, 0x0500)
    sent = Command(0x00, (bits, 0, 0, 0), 7, from_server=True)
    assert presses(button.hears(Cluster.ZONE, sent)) == [press]


def test_the_housing_of_a_keypad_calls_nobody() -> None:
    described_so = described("Nobody", "KP", 0x0500, outs=(0x0501,), zone_type=0x0015)
    keypad = Sensor(Role.BUTTON, knowing(described_so))
    assert ButtonPressed not in keypad.zone(1)
    assert presses(keypad.key(Cluster.PANEL, 0x04, number=1)) == [Press.SINGLE]
