"""Somebody gets up in the night and sees where to go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.commands import Command, Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import BedEntered, BedLeft, DeviceSeen, MotionDetected
from tests.support.homes import DEVICES, Desk, home, oslo

LAMP = Device(device_id="lamp", role=Role.LIGHT, driver="zigbee", address="7")
LEFT, ENTERED = BedLeft(device_id="bed"), BedEntered(device_id="bed")


def desk(**settings: object) -> Desk:
    devices = {**DEVICES, "lamp": LAMP}
    wanted = {"lights": ("lamp",), "on": ("bed", "hall"), **settings}
    return Desk(home(devices, {"night-light": ("night-light", wanted)}), at=oslo("21:00"))


def switched(d: Desk) -> list[bool]:
    """What the lamp was told, in order."""
    assert {c.device_id for c in d.commands} <= {"lamp"}
    assert {c.verb for c in d.commands} <= {Verb.LIGHT}
    return [c.on for c in d.commands]


@pytest.mark.parametrize(
    ("clock", "lit"), [("21:59", False), ("22:00", True), ("6:59", True), ("7:00", False)]
)
def test_only_in_the_night(clock: str, lit: bool) -> None:
    d = desk()
    d.tell(LEFT, at=oslo(clock))
    assert switched(d) == ([True] if lit else [])


def test_it_goes_off_a_while_after_the_last_sign_and_not_before() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.wait(minutes=9)
    d.tell(MotionDetected(device_id="hall"))
    d.wait(minutes=9, seconds=59)
    assert switched(d) == [True]
    d.wait(seconds=1)
    assert switched(d) == [True, False]


def test_back_in_bed_it_goes_off_at_once_and_once() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.tell(ENTERED)
    d.wait(hours=1)
    assert switched(d) == [True, False]


def test_what_says_nothing_of_getting_up_switches_nothing() -> None:
    d = desk()
    d.tell(DeviceSeen(device_id="bed"), at=oslo("2:00"))
    d.tell(ENTERED)
    d.tell(BedLeft(device_id="another-bed"))
    assert d.commands == []


def test_a_sensor_that_flickers_all_night_does_not_make_the_lamp_blink_all_night() -> None:
    d = desk(at_most=3)
    d.wait_until(oslo("23:00"))
    for _ in range(20):
        d.tell(LEFT)
        d.tell(ENTERED)
    assert switched(d) == [True, False] * 3
    d.wait(hours=24)
    d.tell(LEFT)
    assert switched(d)[6:] == [True]


def test_a_light_that_is_on_over_a_restart_goes_off_in_its_time() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.restart(minutes=30)
    assert switched(d) == [True, False]


def test_each_command_has_a_number_of_its_own_and_a_replay_gives_the_same() -> None:
    def night() -> list[Command]:
        d = desk(lasting=timedelta(minutes=5))
        for _ in range(3):
            d.tell(LEFT, at=d.at if d.at > oslo("23:00") else oslo("23:00"))
            d.wait(minutes=6)
        return d.commands

    commands = night()
    assert len({c.command_id for c in commands}) == 6
    assert commands == night()
