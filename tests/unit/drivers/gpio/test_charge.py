"""A voltage becomes a percentage, smoothed, within its bounds; and a converter is really read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from gpiozero.pins.mock import MockFactory, MockSPIDevice
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from heimvakt.core.devices import Role
from heimvakt.core.power import Power
from heimvakt_drivers.gpio.charge import Charge
from heimvakt_drivers.gpio.plugin import GpioPlugin
from heimvakt_drivers.gpio.settings import GpioSettings
from heimvakt_drivers.gpio.supply import Supply
from heimvakt_drivers.gpio.zero_board import ZeroBoard
from tests.support.pins import device

LITHIUM = Charge(3.2, 4.2, 2.0)


@pytest.mark.parametrize(
    ("volts", "percent"), [(1.6, 0.0), (1.0, 0.0), (1.85, 50.0), (2.1, 100.0), (3.3, 100.0)]
)
def test_it_is_a_straight_line_between_empty_and_full(volts: float, percent: float) -> None:
    assert LITHIUM.percent() is None
    assert LITHIUM.measured(volts).percent() == percent


def test_a_short_load_is_no_empty_battery_and_a_long_one_is() -> None:
    charge = LITHIUM.measured(2.1).measured(1.6)
    assert charge.percent() == 80.0
    for _ in range(30):
        charge = charge.measured(1.6)
    assert charge.percent() == 0.0


@given(st.lists(st.floats(0.0, 3.3), min_size=1, max_size=20))
def test_it_is_never_beyond_what_a_battery_can_be(readings: list[float]) -> None:
    charge = LITHIUM
    for volts in readings:
        charge = charge.measured(volts)
        assert charge.percent() in range(101)


BUS = (11, 10, 9, 8)
"""Clock, data out, data in, chip select: BCM numbers of the first bus of a Raspberry Pi."""
# Without a real bus gpiozero drives the pins itself, and says so.
pytestmark = pytest.mark.filterwarnings("ignore::gpiozero.SPISoftwareFallback")


class Converter(MockSPIDevice):  # type: ignore[misc]  # gpiozero has no types
    """The far end of SPI: an MCP3008 that measures the same on all its channels.

    Fourteen bits of question and settling, then ten of the answer (data sheet DS21295, 6.1).
    """

    volts = 0.0

    def on_bit(self) -> None:
        if self.rx_bit == 14:
            self.tx_word(round(self.volts / 3.3 * 1023), 10)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], ZeroBoard]]:
    """A board is opened in the loop; a converter on its bus measures 2.1 V."""
    factory = MockFactory()
    converter = Converter(*BUS, pin_factory=factory)
    monkeypatch.setattr("gpiozero.Device.pin_factory", factory)
    monkeypatch.setattr(Converter, "volts", 2.1)
    yield ZeroBoard
    converter.close()
    factory.close()


async def until_measured(monkeypatch: pytest.MonkeyPatch, supply: Supply, volts: float) -> None:
    monkeypatch.setattr(Converter, "volts", volts)
    for _ in range(40):
        supply.read()


async def test_the_supply_tells_how_full_the_battery_is(
    make: Callable[[], ZeroBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make()
    supply = Supply(GpioSettings(battery_channel=3, battery_times=2.0, battery_full=4.2))
    supply.open(opened)
    assert supply.power() == Power(None, 100.0)
    await until_measured(monkeypatch, supply, 1.85)
    assert supply.power() == Power(None, 50.0)
    supply.close()
    assert supply.power() == Power(None, None)
    opened.close()


async def test_a_converter_that_cannot_be_had_is_told_once_and_tried_again(
    make: Callable[[], ZeroBoard], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = make()
    supply = Supply(GpioSettings(battery_channel=0))
    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr("gpiozero.MCP3008", _no_bus)
        supply.open(opened)
        supply.open(opened)
    assert [line["event"] for line in logs] == ["the battery cannot be measured"]
    supply.open(opened)
    assert supply.power().battery_percent is not None
    opened.close()


def _no_bus(**_: object) -> None:
    raise OSError("no such device")


def test_what_cannot_be_is_found_by_the_checker() -> None:
    help_ = device("help", Role.BUTTON, 17)
    settings = GpioSettings(backend="gpiod", battery_channel=0, battery_empty=4.0, battery_full=3.0)
    found = GpioPlugin().check(settings, ("drivers", "gpio"), [help_])
    assert {mistake.where[-1] for mistake in found if not mistake.warning} == {
        "battery_channel",
        "battery_full",
    }
