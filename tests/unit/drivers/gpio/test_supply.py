"""Mains and battery on pins: a dip is no loss, a return must last, and nobody guesses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt.core.devices import Role
from heimvakt.core.power import Power, TellsPower, together
from heimvakt_drivers.gpio import supply
from heimvakt_drivers.gpio.debounce import begin, edge, look
from heimvakt_drivers.gpio.driver import GpioDriver
from heimvakt_drivers.gpio.settings import GpioSettings
from heimvakt_drivers.gpio.supply import BACK_STILL_S, LOST_STILL_S
from tests.support.pins import Pins, device, listening, mock_pins, quick

MAINS, LOW = 22, 23
HELP = device("help", Role.BUTTON, 17)


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pins]:
    quick(monkeypatch)
    monkeypatch.setattr(supply, "BACK_STILL_S", 0.02)
    monkeypatch.setattr(supply, "LOST_STILL_S", 0.02)
    with mock_pins() as made:
        yield made


def test_a_dip_is_no_loss_and_a_flicker_no_return() -> None:
    def still(good: bool) -> float:
        return BACK_STILL_S if good else LOST_STILL_S

    state, change = look(begin(True, 0.0), still, BACK_STILL_S)
    assert change is not None
    state, change = edge(state, still, 10.0, False)
    state, change = edge(state, still, 10.0 + LOST_STILL_S * 0.9, True)
    assert change is None
    state, change = edge(state, still, 20.0, False)
    state, change = look(state, still, 20.0 + LOST_STILL_S)
    assert change is not None
    assert change.value is False
    state, change = edge(state, still, 30.0, True)
    state, change = edge(state, still, 30.0 + BACK_STILL_S * 0.9, False)
    assert change is None


async def test_the_driver_tells_mains_and_a_low_battery(pins: Pins, tmp_path: Path) -> None:
    pins.drive(MAINS, high=True)
    pins.drive(LOW, high=False)
    settings = {"mains": MAINS, "battery_low": LOW, "battery_low_percent": 15}
    async with listening(str(tmp_path), HELP, **settings) as (driver, _):
        assert isinstance(driver, TellsPower)
        await pins.until(lambda: driver.power() == Power(True, None))
        pins.drive(MAINS, high=False)
        await pins.until(lambda: driver.power() == Power(False, None))
        pins.drive(LOW, high=True)
        await pins.until(lambda: driver.power() == Power(False, 15.0))
        pins.drive(LOW, high=False)
        pins.drive(MAINS, high=True)
        await pins.until(lambda: driver.power() == Power(True, None))
    assert driver.power() == Power(None, None), "it looks no more"


async def test_levels_can_be_the_other_way_round(pins: Pins, tmp_path: Path) -> None:
    pins.drive(MAINS, high=True)
    async with listening(str(tmp_path), HELP, mains=MAINS, mains_active="low") as (driver, _):
        await pins.until(lambda: driver.power().on_mains is False)


async def test_a_pin_that_is_taken_is_told_once_and_tried_again(pins: Pins, tmp_path: Path) -> None:
    pins.drive(MAINS, high=True)
    pins.take(MAINS)
    with capture_logs() as logs:
        async with listening(str(tmp_path), HELP, mains=MAINS) as (driver, _):
            assert driver.power() == Power()
            pins.take()
            await pins.until(lambda: driver.power() == Power(True))
    told = [line for line in logs if line["log_level"] == "error"]
    assert ["mains" in line["hint"] for line in told] == [True]


def test_a_driver_without_such_pins_knows_nothing() -> None:
    assert GpioDriver(GpioSettings()).power() == Power(None, None)


def test_what_several_tell_is_one_story() -> None:
    assert together([]) == Power(None, None)
    assert together([Power(None, 20.0), Power(True, 87.0)]) == Power(True, 20.0)
    assert together([Power(False), Power(True, 50.0)]) == Power(False, 50.0), "a pin goes before"
