"""The OSDP driver and locks on a line: reached, told, told what to do, and all that goes wrong."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Role
from heimvakt.core.events import (
    BatteryMeasured,
    ContactBack,
    ContactLost,
    DoorOpened,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
    TagBy,
    TagPresented,
    TamperOpened,
)
from heimvakt.core.ports import Driver
from heimvakt_drivers.serial.osdp import link, peer
from heimvakt_drivers.serial.osdp.reasons import CLASH
from heimvakt_drivers.serial.osdp.settings import OsdpInputs, OsdpLock
from heimvakt_drivers.virtual.locks import LockBody
from heimvakt_drivers.virtual.osdp import OsdpDevice
from tests.support.drivers import Gateway, running
from tests.support.locks import CARD, OsdpLine, unlock

LONG_S = 60.0
"""For which a door is let go where nobody waits for its end: a busy machine must not miss it."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ever, only sooner; the true times are held by the tests of `link`."""
    monkeypatch.setattr(link, "SILENT_S", 0.5)
    monkeypatch.setattr(link, "BACK_S", 0.1)
    monkeypatch.setattr(peer, "GIVEN_UP_S", 0.4)


async def why_not(driver: Driver, command: Command) -> CommandFailed:
    with pytest.raises(CommandFailed) as failed:
        await driver.execute(command)
    return failed.value


async def lost(gateway: Gateway, device_id: str = "lock-1") -> str:
    event = await gateway.next(ContactLost, device_id=device_id)
    assert isinstance(event, ContactLost)
    return event.reason


# ------------------------------------------------------------------------------ how it should be


async def test_an_order_opens_the_door_and_it_shuts_by_itself(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (driver, gateway):
        await driver.execute(unlock(for_s=1.0))
        assert not line.bodies[0].locked
        assert line.locks[0].executed == [(0, 5, 10)]
        unlocked = await gateway.next(LockUnlocked)
        locked = await gateway.next(LockLocked)
    assert isinstance(unlocked, LockUnlocked)
    assert isinstance(locked, LockLocked)
    assert (unlocked.by, locked.by) == (LockedBy.ORDER, LockedBy.INSIDE)


async def test_the_same_order_again_is_not_done_again(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (driver, _):
        await driver.execute(unlock("one", for_s=1.0))
        await driver.execute(unlock("one", for_s=1.0))
        assert line.bodies[0].releases == 1
        await driver.execute(unlock("two", for_s=1.0))
        assert line.bodies[0].releases == 2


async def test_an_order_to_lock_ends_a_release(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (driver, gateway):
        await driver.execute(unlock(for_s=60))
        await driver.execute(Command(command_id="shut", verb=Verb.LOCK, device_id="lock-1"))
        assert line.bodies[0].locked
        await gateway.next(LockLocked)


async def test_it_beeps_so_that_somebody_finds_it(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (driver, _):
        await driver.execute(Command(command_id="1", verb=Verb.IDENTIFY, device_id="lock-1"))
    assert line.bodies[0].beeps == 1


async def test_card_and_code_say_whose_they_are_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (_, gateway):
        lock = line.locks[0]
        lock.present(26, bytes.fromhex(CARD.removeprefix("26:")))
        lock.type(b"9" + b"\x7f" + b"4711\r")
        lock.present(26, b"\x00\x00\x00\x01")
        lock.type(b"0815\r")
        told = [await gateway.next(TagPresented) for _ in range(4)]
    assert told == [
        TagPresented(device_id="reader-1", tag="anna", by=TagBy.CARD),
        TagPresented(device_id="reader-1", tag="bo", by=TagBy.CODE),
        TagPresented(device_id="reader-1", tag="", by=TagBy.CARD),
        TagPresented(device_id="reader-1", tag="", by=TagBy.CODE),
    ]
    assert not any(
        code in f"{gateway.emitted}{caplog.text}{capsys.readouterr()}" for code in ("4711", "0815")
    )


async def test_what_else_the_lock_says_of_itself_is_told(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (_, gateway):
        body = line.bodies[0]
        body.open_door()
        body.tamper()
        body.battery()
        await gateway.next(DoorOpened, device_id="door-1")
        await gateway.next(TamperOpened, device_id="lock-1")
        event = await gateway.next(BatteryMeasured, device_id="lock-1")
    assert isinstance(event, BatteryMeasured)
    assert event.low


async def test_several_locks_on_one_line_and_one_that_is_gone_keeps_no_other(
    tmp_path: Path,
) -> None:
    line = OsdpLine(tmp_path, locks=3)
    async with line.armed() as (driver, gateway):
        line.bus.deaf.add(line.locks[1])
        assert await lost(gateway, "lock-2") == "it does not answer any more"
        for number in (1, 3):
            await driver.execute(unlock(f"order-{number}", number, for_s=LONG_S))
        assert (await why_not(driver, unlock("gone", 2))).certain
        line.bus.deaf.clear()
        await gateway.next(ContactBack, device_id="lock-2")
        await driver.execute(unlock("back", 2, for_s=LONG_S))
    assert [body.releases for body in line.bodies] == [1, 1, 1]


async def test_what_changed_while_it_was_out_of_reach_is_told_before_it_is_back(
    tmp_path: Path,
) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (_, gateway):
        line.bus.deaf.add(line.locks[0])
        await lost(gateway)
        line.bodies[0].turn_key(locked=False)
        line.bus.deaf.clear()
        line.locks[0].restart()
        await gateway.next(ContactBack, device_id="lock-1")
    kinds = gateway.of("lock-1")
    assert kinds.index(LockUnlocked) < kinds.index(ContactBack)


async def test_a_lock_without_contacts_is_believed(
    tmp_path: Path,
) -> None:
    line = OsdpLine(tmp_path, options=OsdpLock())
    async with line.armed() as (driver, gateway):
        await driver.execute(unlock(for_s=0.2))
        await gateway.next(LockUnlocked)
        await gateway.next(LockLocked)


async def test_on_a_slow_line_where_answers_come_in_pieces_all_is_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "SILENT_S", 30.0)  # nothing is lost here, however slow the machine is
    monkeypatch.setattr(peer, "GIVEN_UP_S", 30.0)
    line = OsdpLine(tmp_path)
    line.bus.pieces = 6
    async with line.armed() as (driver, gateway):
        await driver.execute(unlock(for_s=LONG_S))
        await gateway.next(LockUnlocked)


# ----------------------------------------------------------------------------- what goes wrong


async def test_a_lock_with_another_key_is_refused_and_never_spoken_with_in_clear(
    tmp_path: Path,
) -> None:
    line = OsdpLine(tmp_path)
    line.locks[0].key = secrets.token_bytes(16)
    async with line.armed() as (driver, gateway):
        assert await lost(gateway) == "its key is another one, or it has none yet"
        assert (await why_not(driver, unlock())).certain
    assert line.bodies[0].releases == 0


async def test_a_lock_that_has_no_key_yet_is_not_given_one(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    line.locks[0].key = None
    async with line.armed() as (_, gateway):
        assert await lost(gateway) == "its key is another one, or it has none yet"
    assert line.locks[0].key is None


async def test_a_key_that_cannot_be_had_is_told_and_read_again(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    there, line.secrets = line.secrets, {}
    async with line.armed() as (_, gateway):
        assert (await lost(gateway)).startswith("its key cannot be had: ")
        gateway.secrets |= there
        await gateway.next(ContactBack, device_id="lock-1")


async def test_two_locks_at_one_address_are_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "SILENT_S", 2.5)  # the true one: it takes some tries to tell
    line = OsdpLine(tmp_path)
    twin = OsdpDevice(1, line.locks[0].key, LockBody())
    line.bus.devices = [*line.locks, twin]
    async with line.armed() as (_, gateway):
        assert await lost(gateway) == CLASH


async def test_a_lock_that_answers_too_late_is_told_as_lost(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    line.bus.answers_after_s = 0.4
    async with line.armed() as (driver, gateway):
        assert await lost(gateway)
        assert (await why_not(driver, unlock())).certain
        line.bus.answers_after_s = 0.0
        await gateway.next(ContactBack, device_id="lock-1")
        await driver.execute(unlock(for_s=LONG_S))
    assert line.bodies[0].releases == 1


async def test_an_answer_that_is_lost_is_no_reason_to_do_it_again(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (driver, _):
        ordering = asyncio.get_running_loop().create_task(driver.execute(unlock(for_s=3.0)))
        while not line.bodies[0].releases:
            line.bus.silent.update(line.locks)
            await asyncio.sleep(0)
        line.bus.silent.clear()
        await ordering
    assert line.bodies[0].releases == 1


async def test_a_bolt_that_does_not_follow_is_jammed_and_nobody_knows(tmp_path: Path) -> None:
    wired = OsdpInputs(door=0, bolt=1, handle=2)
    line = OsdpLine(
        tmp_path, options=OsdpLock.model_validate({"inputs": wired, "bolt_within": "1s"})
    )
    line.bodies[0].stuck = True
    async with line.armed() as (driver, gateway):
        failed = await why_not(driver, unlock(for_s=0.2))
        await gateway.next(LockJammed, device_id="lock-1")
    assert not failed.certain
    assert "bolt" in str(failed)


async def test_an_order_that_was_given_up_while_the_line_was_dead_is_never_done(
    tmp_path: Path,
) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (driver, gateway):
        line.bus.cut_after(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await driver.execute(unlock())
        await lost(gateway)
        line.bus.mend()
        await gateway.next(ContactBack, device_id="lock-1")
        await driver.execute(Command(command_id="2", verb=Verb.LOCK, device_id="lock-1"))
    assert line.bodies[0].releases == 0


async def test_noise_breaks_the_channel_and_it_comes_back_by_itself(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    async with line.armed() as (driver, _):
        line.bus.noise = 0.01
        await asyncio.sleep(1.0)
        line.bus.noise = 0.0
        for number in range(100):
            try:
                await driver.execute(unlock(f"order-{number}", for_s=LONG_S))
                break
            except CommandFailed:
                await asyncio.sleep(0.1)
        else:
            pytest.fail("it did not come back")


async def test_what_is_no_lock_cannot_be_told_anything(tmp_path: Path) -> None:
    line = OsdpLine(tmp_path)
    assert line.devices[1].role is Role.DOOR
    async with line.armed() as (driver, _):
        for device_id, verb in (("door-1", Verb.UNLOCK), ("lock-1", Verb.SIREN)):
            failed = await why_not(driver, Command(command_id="1", verb=verb, device_id=device_id))
            assert failed.certain


async def test_when_the_driver_runs_again_a_lock_that_it_told_as_lost_is_told_as_back(
    tmp_path: Path,
) -> None:
    line = OsdpLine(tmp_path)
    async with line.bus.served():
        one = line.driver()
        line.bus.deaf.update(line.locks)
        before = line.gateway()
        async with running(one, before):
            await lost(before)
        line.bus.deaf.clear()
        after = line.gateway()
        async with running(one, after):
            await after.next(ContactBack, device_id="lock-1")
