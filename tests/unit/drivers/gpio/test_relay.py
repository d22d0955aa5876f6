"""A lock behind a relay: opened for its time and no longer, also when the gateway hangs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Role
from heimvakt.core.events import ContactLost, DeviceSeen, LockedBy, LockLocked, LockUnlocked
from heimvakt_drivers.gpio import relay
from tests.support.pins import Pins, device, listening, mock_pins, quick

RELAY, BOLT = 23, 24
PLAIN = device("lock", Role.LOCK, RELAY, release="1s")
WITH_BOLT = device("lock", Role.LOCK, RELAY, release="1s", bolt=BOLT)


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pins]:
    quick(monkeypatch)
    with mock_pins() as made:
        yield made


def unlock(number: int = 1) -> Command:
    return Command(command_id=f"order-{number}", verb=Verb.UNLOCK, device_id="lock")


async def test_an_order_opens_it_for_its_time(pins: Pins, tmp_path: Path) -> None:
    async with listening(str(tmp_path), PLAIN) as (driver, gateway):
        assert not pins.level(RELAY)
        await driver.execute(unlock())
        assert pins.level(RELAY)
        event = await gateway.next(LockUnlocked)
        assert event == LockUnlocked(device_id="lock", by=LockedBy.ORDER)
        assert await gateway.next(LockLocked) == LockLocked(device_id="lock", by=LockedBy.INSIDE)
        assert not pins.level(RELAY)
        on, off = pins.turns(RELAY)
    assert off.at - on.at > 0.9


async def test_an_order_may_say_for_how_long_and_not_for_too_long(
    pins: Pins, tmp_path: Path
) -> None:
    slow = device("lock", Role.LOCK, RELAY, release="30s")
    async with listening(str(tmp_path), slow) as (driver, gateway):
        await driver.execute(replace(unlock(), lasting=timedelta(seconds=0.2)))
        await gateway.next(LockUnlocked)
        assert await pins.until(lambda: not pins.level(RELAY)) < 20
        with pytest.raises(CommandFailed, match="600 s at the most"):
            await driver.execute(replace(unlock(2), lasting=timedelta(hours=1)))
        assert not pins.level(RELAY)


async def test_it_closes_also_while_the_event_loop_hangs(pins: Pins, tmp_path: Path) -> None:
    async with listening(str(tmp_path), PLAIN) as (driver, _):
        await driver.execute(unlock())
        until = time.monotonic() + 30
        while pins.level(RELAY) and time.monotonic() < until:
            time.sleep(0.01)  # noqa: ASYNC251 - the loop hangs: that is the test
        assert not pins.level(RELAY)


async def test_the_event_loop_closes_it_when_the_library_does_not(
    pins: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "END_S", 0.0)
    monkeypatch.setattr("heimvakt_drivers.gpio.timed.TimedOutput._over", lambda self: None)
    async with listening(str(tmp_path), PLAIN) as (driver, gateway):
        await driver.execute(unlock())
        await gateway.next(LockUnlocked)
        await gateway.next(LockLocked)
        assert not pins.level(RELAY)


async def test_one_order_opens_it_once(pins: Pins, tmp_path: Path) -> None:
    async with listening(str(tmp_path), PLAIN) as (driver, gateway):
        await driver.execute(unlock(1))
        await driver.execute(unlock(1))
        await gateway.next(LockUnlocked)
        await gateway.next(LockLocked)
        await driver.execute(unlock(1))
        assert len(pins.turns(RELAY)) == 2
        await driver.execute(unlock(2))
        assert pins.level(RELAY)
    assert not pins.level(RELAY), "it closes with the driver"


async def test_a_driver_that_ends_in_the_middle_leaves_nobody_to_think_it_is_open(
    pins: Pins, tmp_path: Path
) -> None:
    async with listening(str(tmp_path), PLAIN) as (driver, gateway):
        await driver.execute(unlock())
        await gateway.next(LockUnlocked)
    async with listening(str(tmp_path), PLAIN) as (_, gateway):
        event = await gateway.next(LockLocked)
        assert event == LockLocked(device_id="lock", by=LockedBy.UNKNOWN)


async def test_where_a_contact_tells_of_the_bolt_an_order_waits_for_it(
    pins: Pins, tmp_path: Path
) -> None:
    pins.drive(BOLT, high=False)  # out
    async with listening(str(tmp_path), WITH_BOLT) as (driver, gateway):
        await gateway.next(LockLocked)
        order = asyncio.get_running_loop().create_task(driver.execute(unlock()))
        await pins.until(lambda: pins.level(RELAY))
        assert not order.done()
        await pins.put(BOLT, high=True)
        await order
        event = await gateway.next(LockUnlocked)
        assert event == LockUnlocked(device_id="lock", by=LockedBy.ORDER)
        await pins.put(BOLT, high=False)
        assert await gateway.next(LockLocked) == LockLocked(device_id="lock")


async def test_a_bolt_that_does_not_move_is_told_as_not_known(
    pins: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BOLT_S", 0.1)
    pins.drive(BOLT, high=False)
    async with listening(str(tmp_path), WITH_BOLT) as (driver, _):
        with pytest.raises(CommandFailed, match="did not move") as failed:
            await driver.execute(unlock())
        assert not failed.value.certain, "the relay was on: nobody knows what the door did"


async def test_what_a_relay_cannot_do_is_refused(pins: Pins, tmp_path: Path) -> None:
    async with listening(str(tmp_path), PLAIN) as (driver, _):
        for verb in (Verb.LOCK, Verb.IDENTIFY):
            with pytest.raises(CommandFailed):
                await driver.execute(Command(command_id="1", verb=verb, device_id="lock"))
        with pytest.raises(CommandFailed, match="nothing on the pins"):
            await driver.execute(Command(command_id="1", verb=Verb.UNLOCK, device_id="other"))
        assert not pins.turns(RELAY)


async def test_a_lock_whose_pin_is_taken_is_told_and_takes_no_order(
    pins: Pins, tmp_path: Path
) -> None:
    pins.take(RELAY)
    button = device("help", Role.BUTTON, 17)
    async with listening(str(tmp_path), PLAIN, button) as (driver, gateway):
        await gateway.next(ContactLost, device_id="lock")
        with pytest.raises(CommandFailed, match="busy"):
            await driver.execute(unlock())
        pins.take()
        await gateway.next(DeviceSeen, device_id="lock")
        await driver.execute(unlock())
