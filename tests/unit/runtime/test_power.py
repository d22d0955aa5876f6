"""The box's own power: what the kernel's supplies say, and what of it is an event."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from heimvakt.core.events import Event, GatewayBatteryMeasured, MainsLost, MainsRestored
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.power import Power
from heimvakt.runtime.power import PowerWatch, read_power
from tests.support.beside import beside


def supply(folder: Path, name: str, **files: object) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    for file, value in files.items():
        (folder / name / file).write_text(f"{value}\n")


def test_a_box_without_supplies_cannot_tell(tmp_path: Path) -> None:
    assert read_power(tmp_path) == Power(None, None)
    assert read_power(tmp_path / "not-there") == Power(None, None)


def test_mains_and_battery(tmp_path: Path) -> None:
    supply(tmp_path, "ac", type="Mains", online=1)
    supply(tmp_path, "bat", type="Battery", capacity=87, scope="System")
    assert read_power(tmp_path) == Power(True, 87.0)
    supply(tmp_path, "ac", online=0)
    assert read_power(tmp_path) == Power(False, 87.0)


def test_one_of_two_ways_to_be_fed_is_enough(tmp_path: Path) -> None:
    supply(tmp_path, "ac", type="Mains", online=0)
    supply(tmp_path, "usb", type="USB", online=1)
    assert read_power(tmp_path).on_mains is True


def test_the_battery_of_a_keyboard_is_not_the_box_s(tmp_path: Path) -> None:
    supply(tmp_path, "hid", type="Battery", capacity=3, scope="Device")
    assert read_power(tmp_path).battery_percent is None


@pytest.mark.parametrize("said", ["", "full", "-3"])
def test_a_supply_that_says_nonsense_says_nothing(tmp_path: Path, said: str) -> None:
    supply(tmp_path, "bat", type="Battery", capacity=said)
    supply(tmp_path, "odd")
    assert read_power(tmp_path).battery_percent is None


class Box:
    """Supplies in a folder, and what is told of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[Event] = []
        self.fails = 0
        self._news = asyncio.Event()
        self.watch = PowerWatch(self.emit, supplies=folder, look_every_s=0.002)
        supply(folder, "ac", type="Mains", online=1)
        supply(folder, "bat", type="Battery", capacity=100)

    async def emit(self, *events: Event) -> None:
        if self.fails:
            self.fails -= 1
            raise StoreUnavailable("the disk is gone")
        self.told += events
        self._news.set()

    def set(self, *, online: int, capacity: int) -> None:
        supply(self.folder, "bat", capacity=capacity)
        supply(self.folder, "ac", online=online)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.told) < count:
                self._news.clear()
                await self._news.wait()


async def test_the_mains_going_and_coming_are_events(tmp_path: Path) -> None:
    box = Box(tmp_path)
    async with beside(box.watch.run()):
        box.set(online=0, capacity=100)
        await box.until(1)
        box.set(online=1, capacity=100)
        await box.until(2)
    assert box.told == [MainsLost(battery_percent=100.0), MainsRestored()]
    assert box.watch.now == Power(True, 100.0)


async def test_a_box_that_starts_on_mains_says_nothing_and_one_on_battery_does(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path)
    async with beside(box.watch.run()):
        async with asyncio.timeout(30):
            while box.watch.now == Power():  # noqa: ASYNC110 - it says nothing: that is the test
                await asyncio.sleep(0.005)
    assert box.told == []
    box.set(online=0, capacity=40)
    async with beside(box.watch.run()):
        await box.until(1)
    assert box.told == [MainsLost(battery_percent=40.0)]


async def test_on_battery_each_step_down_is_told(tmp_path: Path) -> None:
    box = Box(tmp_path)
    async with beside(box.watch.run()):
        box.set(online=0, capacity=98)
        await box.until(1)
        for percent, count in ((97, 1), (94, 1), (93, 2), (89, 2), (88, 3), (60, 4)):
            box.set(online=0, capacity=percent)
            await box.until(count)
    steps = [event.percent for event in box.told if isinstance(event, GatewayBatteryMeasured)]
    assert steps == [93.0, 88.0, 60.0]


async def test_what_was_not_taken_is_told_again(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.fails = 2
    box.set(online=0, capacity=100)
    async with beside(box.watch.run()):
        await box.until(1)
    assert box.told == [MainsLost(battery_percent=100.0)]


class OnPins:
    """A driver that sees the mains on a pin."""

    def __init__(self) -> None:
        self.sees = Power()

    def power(self) -> Power:
        return self.sees


async def test_what_a_pin_says_of_the_mains_goes_before_and_a_loss_is_told_once(
    tmp_path: Path,
) -> None:
    box, pins = Box(tmp_path), OnPins()
    watch = PowerWatch(box.emit, [pins], supplies=tmp_path, look_every_s=0.002)
    async with beside(watch.run()):
        pins.sees = Power(on_mains=False)
        await box.until(1)
        box.set(online=0, capacity=100)  # the kernel sees it later
        box.set(online=1, capacity=100)  # and is mistaken
        pins.sees = Power(on_mains=False, battery_percent=20.0)
        await box.until(2)
        pins.sees = Power(on_mains=True)
        await box.until(3)
    assert box.told == [
        MainsLost(battery_percent=100.0),
        GatewayBatteryMeasured(percent=20.0),
        MainsRestored(),
    ]
