"""The Modbus driver and relay boards on a line: read, told what to do, and all that goes wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.events import (
    ContactBack,
    ContactLost,
    DoorClosed,
    DoorOpened,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
    TamperOpened,
)
from heimvakt.core.ports import Driver
from heimvakt_drivers.serial.modbus import board
from heimvakt_drivers.serial.modbus.settings import ModbusInputs, ModbusLock, Pulse
from heimvakt_drivers.virtual.modbus import ModbusBoard
from heimvakt_drivers.virtual.modbus.board import FLASH_COIL, OFF, ON
from tests.support.drivers import running
from tests.support.locks import TENTHS, ModbusLine, unlock

WIRED = ModbusInputs(door=0, bolt=1)
SHUT = Command(command_id="shut", verb=Verb.LOCK, device_id="lock-1")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ever, only sooner."""
    monkeypatch.setattr(board, "SILENT_S", 0.5)


async def why_not(driver: Driver, command: Command) -> CommandFailed:
    with pytest.raises(CommandFailed) as failed:
        await driver.execute(command)
    return failed.value


@pytest.mark.parametrize(
    ("pulse", "write"),
    [(TENTHS, (1, 10)), (Pulse(by="coil", number=FLASH_COIL), (FLASH_COIL, 10))],
)
async def test_a_board_that_can_ends_the_release_by_itself(
    tmp_path: Path, pulse: Pulse, write: tuple[int, int]
) -> None:
    line = ModbusLine(tmp_path, options=ModbusLock(coil=0, inputs=WIRED, pulse=pulse))
    async with line.armed() as (driver, gateway):
        await driver.execute(unlock(for_s=1.0))
        assert not line.bodies[0].locked
        unlocked = await gateway.next(LockUnlocked)
        locked = await gateway.next(LockLocked)
    assert line.boards[0].executed == [write]
    assert isinstance(unlocked, LockUnlocked)
    assert isinstance(locked, LockLocked)
    assert (unlocked.by, locked.by) == (LockedBy.ORDER, LockedBy.INSIDE)


async def test_for_one_that_cannot_the_gateway_does(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path, options=ModbusLock(coil=0, inputs=WIRED))
    async with line.armed() as (driver, gateway):
        await driver.execute(unlock(for_s=1.0))
        await gateway.next(LockUnlocked)
        await gateway.next(LockLocked)
    assert line.boards[0].executed == [(0, ON), (0, OFF)]


async def test_a_coil_that_an_earlier_life_left_on_is_switched_off(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path, options=ModbusLock(coil=0, inputs=WIRED))
    line.bodies[0].release(1000)
    async with line.armed() as (_, gateway):
        await gateway.next(LockLocked)
    assert line.boards[0].executed == [(0, OFF)]


async def test_a_driver_that_is_stopped_leaves_no_door_open(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path, options=ModbusLock(coil=0, inputs=WIRED))
    async with line.bus.served():
        driver, gateway = line.driver(), line.gateway()
        async with running(driver, gateway):
            await gateway.wait_armed()
            await driver.execute(unlock(for_s=60))
        async with asyncio.timeout(30):
            await line.boards[0].written(0, OFF)


async def test_door_lid_and_several_boards(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path, locks=3)
    async with line.armed() as (driver, gateway):
        line.bodies[1].open_door()
        line.bodies[2].tamper()
        await gateway.next(DoorOpened, device_id="door-2")
        await gateway.next(TamperOpened, device_id="lock-3")
        await driver.execute(unlock(lock=3, for_s=1.0))
    assert [body.releases for body in line.bodies] == [0, 0, 1]


async def test_contacts_that_say_the_opposite(tmp_path: Path) -> None:
    options = ModbusLock(coil=0, inputs=WIRED, pulse=TENTHS, inverted=("door", "bolt"))
    line = ModbusLine(tmp_path, options=options)
    async with line.armed() as (_, gateway):
        await gateway.next(DoorOpened)
        await gateway.next(LockUnlocked)
        line.bodies[0].open_door()
        await gateway.next(DoorClosed)


async def test_without_a_contact_at_the_bolt_the_coil_says_where_it_is(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path, options=ModbusLock(coil=0, pulse=TENTHS))
    async with line.armed() as (driver, gateway):
        await driver.execute(unlock(for_s=1.0))
        await gateway.next(LockUnlocked)
        await gateway.next(LockLocked)


async def test_the_same_order_again_is_not_done_again(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path)
    async with line.armed() as (driver, _):
        await driver.execute(unlock(for_s=1.0))
        await driver.execute(unlock(for_s=1.0))
    assert line.bodies[0].releases == 1


async def test_an_order_that_was_given_up_does_not_go_out_as_another(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path)
    async with line.armed() as (driver, _):
        line.bus.deaf.update(line.boards)
        with pytest.raises(TimeoutError):  # a question that nobody answers has the line
            async with asyncio.timeout(0.02):
                await driver.execute(unlock())
        line.bus.deaf.clear()
        await driver.execute(SHUT)
    assert line.bodies[0].releases == 0
    assert line.boards[0].executed == [(0, OFF)]


async def test_a_board_that_says_no_is_believed(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path)
    line.boards[0].refuses = True
    async with line.armed() as (driver, _):
        assert (await why_not(driver, unlock())).certain
    assert line.bodies[0].releases == 0


async def test_an_answer_that_is_lost_shows_in_the_contacts(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path)
    async with line.armed() as (driver, _):
        ordering = asyncio.get_running_loop().create_task(driver.execute(unlock(for_s=3.0)))
        while not line.bodies[0].releases:
            line.bus.silent.update(line.boards)
            await asyncio.sleep(0)
        line.bus.silent.clear()
        await ordering
    assert line.bodies[0].releases == 1


async def test_a_bolt_that_does_not_follow_is_jammed_and_nobody_knows(tmp_path: Path) -> None:
    options = ModbusLock.model_validate(
        {"coil": 0, "inputs": WIRED, "pulse": TENTHS, "bolt_within": "1s"}
    )
    line = ModbusLine(tmp_path, options=options)
    line.bodies[0].stuck = True
    async with line.armed() as (driver, gateway):
        assert not (await why_not(driver, unlock(for_s=1.0))).certain
        await gateway.next(LockJammed)


async def test_a_board_that_is_gone_is_told_and_keeps_no_other(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path, locks=2)
    async with line.armed() as (driver, gateway):
        line.bus.deaf.add(line.boards[0])
        lost = await gateway.next(ContactLost, device_id="lock-1")
        assert isinstance(lost, ContactLost)
        assert lost.reason == "it does not answer"
        assert (await why_not(driver, unlock())).certain
        await driver.execute(unlock(lock=2, for_s=1.0))
        line.bodies[0].open_door()
        line.bus.deaf.clear()
        await gateway.next(ContactBack, device_id="door-1")
    kinds = gateway.of("door-1")
    assert kinds.index(DoorOpened) < kinds.index(ContactBack)


async def test_two_boards_at_one_address_spoil_each_other_and_are_told(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path)
    twin = ModbusBoard(1, line.bodies[0])
    line.bus.devices = [*line.boards, twin]
    line.bus.garbage = b"\x01\x02\x03"  # what two that speak at once sound like
    async with line.armed() as (driver, gateway):
        lost = await gateway.next(ContactLost, device_id="lock-1")
        assert isinstance(lost, ContactLost)
        assert lost.reason == "what comes is damaged"
        assert (await why_not(driver, unlock())).certain
        assert driver.counts()["damaged frames"] > 0


async def test_one_that_answers_too_late_is_told_as_lost(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path)
    line.bus.answers_after_s = 0.5
    async with line.armed() as (driver, gateway):
        await gateway.next(ContactLost)
        assert (await why_not(driver, unlock())).certain
    assert line.bodies[0].releases == 0


async def test_it_does_not_know_what_it_cannot_do(tmp_path: Path) -> None:
    line = ModbusLine(tmp_path)
    async with line.armed() as (driver, _):
        beep = Command(command_id="1", verb=Verb.IDENTIFY, device_id="lock-1")
        assert (await why_not(driver, beep)).certain
        await driver.execute(SHUT)
