"""Contacts on mock pins: what each says, and what is said when it cannot be trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import gpiozero
import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ButtonCancelled,
    ButtonPressed,
    ContactBack,
    ContactLost,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Press,
    RadioBack,
    RadioLost,
)
from heimvakt_drivers.gpio import life, presses, wiring
from heimvakt_drivers.gpio.driver import GpioDriver
from heimvakt_drivers.gpio.meaning import CLOSED_AT_REST, STATES
from heimvakt_drivers.gpio.settings import GpioSettings
from tests.support.drivers import Gateway, running
from tests.support.pins import Pins, device, listening, mock_pins, quick

HELP = device("help", Role.BUTTON, 17)
DOOR = device("front-door", Role.DOOR, 27)
CORD = device("cord", Role.BUTTON, 5, wired="supervised", second=6)
UNDO = device("undo", Role.BUTTON, 18, cancels="help")


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pins]:
    quick(monkeypatch)
    with mock_pins() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path)


def said(gateway: Gateway, of: Device) -> list[type[DeviceEvent]]:
    """All but that it lives."""
    return [
        type(event)
        for event in gateway.emitted
        if isinstance(event, DeviceEvent)
        and event.device_id == of.device_id
        and not isinstance(event, DeviceSeen)
    ]


@pytest.mark.parametrize("role", sorted(STATES))
async def test_a_contact_says_its_state_at_the_start_and_each_change(
    pins: Pins, folder: str, role: Role
) -> None:
    contact = device("it", role, 4)
    rest = role not in CLOSED_AT_REST  # the level: high while the circuit is open
    pins.drive(4, high=rest)
    on, off = STATES[role]
    async with listening(folder, contact) as (_, gateway):
        assert said(gateway, contact) == [off]
        await pins.put(4, high=not rest)
        await gateway.next(on)
        await pins.put(4, high=rest)
        await gateway.until(lambda: len(said(gateway, contact)) == 3)
    assert said(gateway, contact) == [off, on, off]


async def test_a_press_that_bounces_is_one_press(pins: Pins, folder: str) -> None:
    async with listening(folder, HELP) as (_, gateway):
        for high in (False, True, False, True, False):
            pins.drive(17, high=high)
        await gateway.next(ButtonPressed)
        await pins.put(17, high=True)
        await pins.put(17, high=False)
        assert await gateway.next(ButtonPressed) == ButtonPressed(
            device_id="help", press=Press.SINGLE
        )
    assert said(gateway, HELP) == [ButtonPressed] * 2


async def test_a_button_that_must_be_held_says_a_long_press(pins: Pins, folder: str) -> None:
    held = device("held", Role.BUTTON, 4, hold="1s")
    async with listening(folder, held) as (_, gateway):
        await pins.put(4, high=False)
        event = await gateway.next(ButtonPressed)
    assert event == ButtonPressed(device_id="held", press=Press.LONG)


async def test_another_button_takes_a_press_back(pins: Pins, folder: str) -> None:
    async with listening(folder, HELP, UNDO) as (_, gateway):
        await pins.put(17, high=False)
        await gateway.next(ButtonPressed)
        await pins.put(18, high=False)
        await gateway.next(ButtonCancelled)
    assert said(gateway, HELP) == [ButtonPressed, ButtonCancelled]
    assert said(gateway, UNDO) == [], "it is no call for help itself"


async def test_a_cancel_button_that_is_down_at_the_start_takes_nothing_back(
    pins: Pins, folder: str
) -> None:
    pins.drive(18, high=False)
    async with listening(folder, HELP, UNDO) as (_, gateway):
        await gateway.next(ContactLost, device_id="undo")
        assert said(gateway, HELP) == []
        await pins.put(18, high=True)
        await gateway.next(ContactBack, device_id="undo")


async def test_a_button_that_stays_down_is_no_button(
    pins: Pins, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presses, "STUCK_S", 0.1)
    async with listening(folder, HELP) as (_, gateway):
        await pins.put(17, high=False)
        lost = await gateway.next(ContactLost)
        assert isinstance(lost, ContactLost)
        assert "stuck" in lost.reason
        await pins.put(17, high=True)
        await gateway.next(ContactBack)
    assert said(gateway, HELP) == [ButtonPressed, ContactLost, ContactBack]


async def test_who_presses_before_the_gateway_listens_is_heard(pins: Pins, folder: str) -> None:
    pins.drive(17, high=False)
    async with listening(folder, HELP) as (_, gateway):
        await gateway.next(ButtonPressed)


async def test_a_press_that_was_told_before_a_restart_is_not_told_again(
    pins: Pins, folder: str
) -> None:
    async with listening(folder, HELP) as (_, gateway):
        pins.drive(17, high=False)
        await gateway.until(lambda: ButtonPressed in map(type, gateway.durable))
    async with listening(folder, HELP) as (_, gateway):
        assert said(gateway, HELP) == [ContactLost]
        await pins.put(17, high=True)
        await gateway.next(ContactBack)
        await pins.put(17, high=False)
        await gateway.next(ButtonPressed)
        await pins.put(17, high=True)
    async with listening(folder, HELP) as (_, gateway):
        assert said(gateway, HELP) == []


async def test_a_press_that_was_never_stored_is_told_after_a_restart(
    pins: Pins, folder: str
) -> None:
    async with listening(folder, HELP) as (_, gateway):
        gateway.slow = asyncio.Event()  # and never set
        pins.drive(17, high=False)
        await gateway.next(ButtonPressed)
    async with listening(folder, HELP) as (_, gateway):
        await gateway.next(ButtonPressed)


@pytest.mark.parametrize(("levels", "word"), [((True, True), "cut"), ((False, False), "touch")])
async def test_a_supervised_line_tells_what_happened_to_its_cable(
    pins: Pins,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    levels: tuple[bool, bool],
    word: str,
) -> None:
    monkeypatch.setattr(wiring, "FAULT_STILL_S", 0.1)
    pins.drive(5, high=True)
    pins.drive(6, high=False)
    async with listening(folder, CORD) as (_, gateway):
        pins.drive(5, high=levels[0])
        pins.drive(6, high=levels[1])
        lost = await gateway.next(ContactLost)
        assert isinstance(lost, ContactLost)
        assert word in lost.reason
        pins.drive(5, high=True)
        pins.drive(6, high=False)
        await gateway.next(ContactBack)
        pins.drive(5, high=False)
        pins.drive(6, high=True)
        await gateway.next(ButtonPressed)
    assert said(gateway, CORD) == [ContactLost, ContactBack, ButtonPressed]


async def test_a_pin_that_somebody_else_has_costs_its_device_only(pins: Pins, folder: str) -> None:
    pins.drive(27, high=False)
    pins.take(17)
    async with listening(folder, HELP, DOOR) as (_, gateway):
        lost = await gateway.next(ContactLost)
        assert isinstance(lost, ContactLost)
        assert lost.device_id == "help"
        assert "17 is busy" in lost.reason
        await pins.put(27, high=True)
        await gateway.next(DoorOpened)
        pins.take()
        await gateway.next(ContactBack, device_id="help")
        await pins.put(17, high=False)
        await gateway.next(ButtonPressed)
    assert said(gateway, HELP) == [ContactLost, ContactBack, ButtonPressed]
    assert not [e for e in gateway.emitted if isinstance(e, RadioLost)]


async def test_a_supervised_line_of_which_one_pin_is_taken_takes_both_later(
    pins: Pins, folder: str
) -> None:
    pins.drive(5, high=True)
    pins.drive(6, high=False)
    pins.take(6)
    async with listening(folder, CORD, HELP) as (_, gateway):
        await gateway.next(ContactLost, device_id="cord")
        pins.take()
        await gateway.next(ContactBack, device_id="cord")
        pins.drive(5, high=False)
        pins.drive(6, high=True)
        await gateway.next(ButtonPressed, device_id="cord")


async def test_an_edge_that_was_lost_is_found_by_looking(pins: Pins, folder: str) -> None:
    pins.drive(27, high=False)
    async with listening(folder, DOOR) as (_, gateway):
        pins.drive_unheard(27, high=True)
        await gateway.next(DoorOpened)
    assert said(gateway, DOOR) == [DoorClosed, DoorOpened]


async def test_a_device_that_says_nothing_is_told_to_live(
    pins: Pins, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "SEEN_S", 0.1)
    async with listening(folder, HELP) as (_, gateway):
        for _ in range(3):
            await gateway.next(DeviceSeen, device_id="help")
    assert life.READ_S < 900  # of which the contract of drivers speaks


async def test_without_any_pins_the_driver_says_why_and_tries_again(
    pins: Pins, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise gpiozero.BadPinFactory("Unable to load any default pin factory!")

    found = gpiozero.Device.ensure_pin_factory
    monkeypatch.setattr(gpiozero.Device, "ensure_pin_factory", none)
    gateway = Gateway([HELP], folder)
    async with running(GpioDriver(GpioSettings()), gateway):
        lost = await gateway.next(RadioLost)
        assert isinstance(lost, RadioLost)
        assert "pin factory" in lost.reason
        monkeypatch.setattr(gpiozero.Device, "ensure_pin_factory", found)
        await gateway.next(RadioBack)
        await gateway.wait_armed()
        await pins.put(17, high=False)
        await gateway.next(ButtonPressed)


async def test_two_openings_of_a_door_wait_for_storage_and_no_button_waits_for_the_door(
    pins: Pins, folder: str
) -> None:
    pins.drive(27, high=False)
    async with listening(folder, DOOR, HELP) as (_, gateway):
        gateway.slow = asyncio.Event()
        await pins.put(27, high=True)
        await gateway.next(DoorOpened)
        await pins.put(17, high=False)
        await gateway.next(ButtonPressed)
        gateway.slow.set()
