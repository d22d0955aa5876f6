"""Mistakes of installers with pins are found before anything is opened, each with what to do."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import Driver, Signs
from heimvakt_drivers.gpio.plugin import PLUGIN
from heimvakt_drivers.gpio.settings import GpioSettings
from tests.support.pins import device

WHERE = ("drivers", "gpio")
HELP = replace(device("help", Role.BUTTON, 17), cancel=timedelta(seconds=10))


def found(*devices: Device, **settings: Any) -> dict[str, str]:
    """What is wrong, by where."""
    mistakes = PLUGIN.check(GpioSettings(**settings), WHERE, devices)
    assert all(mistake.hint for mistake in mistakes)
    return {".".join(map(str, mistake.where)): mistake.what for mistake in mistakes}


def test_a_good_home_has_none() -> None:
    cord = device("cord", Role.BUTTON, 5, wired="supervised", second=6)
    undo = device("undo", Role.BUTTON, 18, cancels="help")
    lock = device("lock", Role.LOCK, 23, bolt=24, release="3s")
    assert found(HELP, cord, undo, lock, lamp_green=7, lamp_red=8, buzzer=13, mains=22) == {}


@pytest.mark.parametrize(
    ("devices", "settings", "where", "word"),
    [
        ([HELP], {"buzzer": 17}, "devices.help.address", "buzzer already"),
        ([HELP, device("b", Role.DOOR, 17)], {}, "devices.b.address", "help.address already"),
        ([device("b", Role.DOOR, 28)], {}, "devices.b.address", "no pin 28"),
        ([replace(HELP, address="GPIO17")], {}, "devices.help.address", "no pin"),
        ([replace(HELP, address="²")], {}, "devices.help.address", "no pin"),
        ([device("b", Role.SIREN, 4)], {}, "devices.b.role", "siren"),
        ([HELP], {"lamp": 5, "lamp_red": 6}, "drivers.gpio.lamp", "one lamp or two"),
        ([device("b", Role.BUTTON, 4, wired="supervised")], {}, "devices.b.wired", "second"),
        ([device("b", Role.BUTTON, 4, second=5)], {}, "devices.b.second", "supervised"),
        ([device("b", Role.DOOR, 4, cancels="help")], {}, "devices.b.cancels", "only a button"),
        ([device("b", Role.DOOR, 4, release="2s")], {}, "devices.b.release", "only a lock"),
        ([device("b", Role.LOCK, 4, wired="closed")], {}, "devices.b.wired", "no contact"),
        ([device("b", Role.BUTTON, 4, cancels="b")], {}, "devices.b.cancels", "itself"),
        ([device("b", Role.BUTTON, 4, cancels="x")], {}, "devices.b.cancels", "no button"),
        (
            [device("a", Role.BUTTON, 4), device("b", Role.BUTTON, 5, cancels="a")],
            {},
            "devices.b.cancels",
            "no time",
        ),
        (
            [device("a", Role.DOOR, 4), device("b", Role.BUTTON, 5, cancels="a")],
            {},
            "devices.b.cancels",
            "is a door",
        ),
        ([HELP], {"backend": "gpiod", "chip": "/dev/none"}, "drivers.gpio.chip", "no chip"),
    ],
)
def test_a_mistake_is_told_where_it_is(
    devices: list[Device], settings: dict[str, Any], where: str, word: str
) -> None:
    told = found(*devices, **settings)
    assert list(told) == [where]
    assert word in told[where]


def test_a_chip_may_have_more_lines_than_a_raspberry_pi() -> None:
    assert found(device("b", Role.DOOR, 130), backend="gpiod", chip="/dev/null") == {}


def test_what_it_makes_is_a_driver_that_shows_signs() -> None:
    driver: Driver = PLUGIN.create(GpioSettings())
    assert isinstance(driver, Signs)
    assert driver.counts() == {}


def test_the_checker_loads_no_library_of_pins() -> None:
    code = (
        "import sys, heimvakt_drivers.gpio.plugin as p; p.PLUGIN.create(p.GpioSettings());"
        "sys.exit(any(m.split('.')[0] in ('gpiozero', 'gpiod', 'lgpio') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
