"""The dispenser driver on a real serial line: a pseudo-terminal with a dispenser at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.doses import DosePlan, doses
from heimvakt.core.events import (
    BatteryMeasured,
    ContactBack,
    ContactLost,
    DeviceSeen,
    DispenserTilted,
    DispenserUpright,
    DoseOffered,
    DoseTaken,
    RadioLost,
    TakenHow,
)
from heimvakt.core.ports import DriverError
from heimvakt_drivers.serial.dispenser import ordering, talk
from heimvakt_drivers.serial.dispenser.kept import Kept, load
from heimvakt_drivers.serial.dispenser.plugin import PLUGIN
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from heimvakt_drivers.virtual.dispenser import VirtualDispenser
from tests.support.dispenser import KEY, KEY_REFERENCE, MEDICINE, DispenserBench
from tests.support.drivers import Gateway, running


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[DispenserBench]:
    bench = DispenserBench(tmp_path)
    async with bench.served():
        yield bench


def next_dose(gateway: Gateway) -> datetime:
    plans: tuple[DosePlan, ...] = gateway.devices["1"].doses
    now = datetime.now(UTC)
    return next(doses(plans, gateway.zone, now, now + timedelta(days=2))).at


def release(dose: datetime, number: int = 1) -> Command:
    return Command(command_id=f"c{number}", verb=Verb.RELEASE_DOSE, device_id=MEDICINE, dose=dose)


async def test_it_is_met_and_says_how_it_is(bench: DispenserBench) -> None:
    bench.dispenser.battery(71)
    async with bench.armed() as (_, gateway):
        assert gateway.of(MEDICINE, ContactBack) == [ContactBack]
        assert gateway.of(MEDICINE, DeviceSeen) == [DeviceSeen]
        [battery] = [e for e in gateway.emitted if isinstance(e, BatteryMeasured)]
        assert (battery.percent, battery.low) == (71.0, False)


async def test_a_dose_is_released_and_taken(bench: DispenserBench) -> None:
    async with bench.armed() as (driver, gateway):
        dose = next_dose(gateway)
        await driver.execute(release(dose))
        assert bench.dispenser.offered() is not None
        assert bench.dispenser.take()
        offered = await gateway.next(DoseOffered)
        taken = await gateway.next(DoseTaken)
        assert isinstance(offered, DoseOffered)
        assert isinstance(taken, DoseTaken)
        assert (offered.dose, taken.dose, taken.how) == (dose, dose, TakenHow.EARLY)


async def test_a_dose_is_written_down_on_our_side_before_the_dispenser_hears_of_it(
    bench: DispenserBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.armed() as (driver, gateway):
        carry_out = bench.dispenser.machine.release
        written: list[Kept] = []

        def watched(command: int, dose: int, travel: bool) -> tuple[int, int]:
            written.append(load(bench.folder / f"{MEDICINE}.json"))
            return carry_out(command, dose, travel)

        monkeypatch.setattr(bench.dispenser.machine, "release", watched)
        dose = next_dose(gateway)
        await driver.execute(release(dose))
        assert [kept.touched for kept in written] == [{to_minute(dose)}]


async def test_the_same_command_again_is_not_carried_out_again(bench: DispenserBench) -> None:
    async with bench.armed() as (driver, gateway):
        dose = next_dose(gateway)
        await driver.execute(release(dose))
        bench.dispenser.take()
        await driver.execute(release(dose))
        with pytest.raises(CommandFailed, match="given or locked away already") as failed:
            await driver.execute(release(dose, 2))
        assert failed.value.certain
        assert len(bench.dispenser.turns) == 1


async def test_two_orders_at_once_are_carried_out_one_after_the_other(
    bench: DispenserBench,
) -> None:
    async with bench.armed() as (driver, gateway):
        beep = Command(command_id="b", verb=Verb.IDENTIFY, device_id=MEDICINE)
        quiet = Command(command_id="s", verb=Verb.SILENCE, device_id=MEDICINE)
        await asyncio.gather(
            driver.execute(beep), driver.execute(release(next_dose(gateway))), driver.execute(quiet)
        )
        assert bench.dispenser.machine.beeps == 1
        assert len(bench.dispenser.turns) == 1


async def test_an_order_that_it_refuses_says_why(bench: DispenserBench) -> None:
    bench.dispenser.tilt()
    async with bench.armed() as (driver, gateway):
        with pytest.raises(CommandFailed, match="not upright") as failed:
            await driver.execute(release(next_dose(gateway)))
        assert failed.value.certain


async def test_a_verb_that_no_dispenser_knows_is_refused(bench: DispenserBench) -> None:
    async with bench.armed() as (driver, _):
        with pytest.raises(CommandFailed, match="cannot unlock"):
            await driver.execute(Command(command_id="u", verb=Verb.UNLOCK, device_id=MEDICINE))


async def test_what_came_of_an_order_is_asked_for_after_a_break(
    bench: DispenserBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "OUTCOME_S", 60.0)
    async with bench.armed() as (driver, gateway):
        carry_out = bench.dispenser.machine.release

        def carried_out_and_silent(command: int, dose: int, travel: bool) -> tuple[int, int]:
            bench.dispenser.faults.answers_lost = 10_000
            return carry_out(command, dose, travel)

        monkeypatch.setattr(bench.dispenser.machine, "release", carried_out_and_silent)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(driver.execute(release(next_dose(gateway))))
            await gateway.next(ContactLost)
            with pytest.raises(CommandFailed, match="no contact") as failed:
                await driver.execute(release(next_dose(gateway), 2))
            assert failed.value.certain
            bench.dispenser.faults.mend()
        await gateway.next(DoseOffered)
    assert len(bench.dispenser.turns) == 1


async def test_what_happens_while_it_is_out_of_reach_comes_before_contact_is_back(
    bench: DispenserBench,
) -> None:
    async with bench.armed() as (_, gateway):
        bench.dispenser.faults.cut_after = 0
        await gateway.next(ContactLost)
        bench.dispenser.tilt()
        bench.dispenser.tilt(tilted=False)
        bench.dispenser.faults.mend()
        await gateway.next(ContactBack)
    assert gateway.of(MEDICINE, ContactLost, ContactBack, DispenserTilted, DispenserUpright) == [
        ContactBack,
        ContactLost,
        DispenserTilted,
        DispenserUpright,
        ContactBack,
    ]


async def test_one_that_is_not_there_is_told_once_and_then_the_driver_hears(
    bench: DispenserBench,
) -> None:
    bench.dispenser.kill()
    async with bench.armed() as (driver, gateway):
        assert gateway.of(MEDICINE) == [ContactLost]
        with pytest.raises(CommandFailed, match="no contact"):
            await driver.execute(release(next_dose(gateway)))
        bench.dispenser.start()
        await gateway.next(ContactBack)


async def test_with_another_key_there_is_no_contact_and_the_reason_is_told(
    tmp_path: Path,
) -> None:
    bench = DispenserBench(tmp_path, key=bytes(16))
    async with bench.served(), bench.armed() as (_, gateway):
        lost = await gateway.next(ContactLost)
        assert isinstance(lost, ContactLost)
        assert "key" in lost.reason


@pytest.mark.parametrize("secret", [None, "00", "no key at all"])
async def test_without_a_key_it_says_so_and_never_what_it_read(
    bench: DispenserBench, secret: str | None
) -> None:
    gateway = bench.gateway()
    if secret is None:
        gateway.secrets.clear()
    else:
        gateway.secrets[KEY_REFERENCE] = secret
    with pytest.raises(DriverError) as failed:
        await bench.driver().run(gateway)
    assert failed.value.hint
    assert secret is None or secret not in str(failed.value)


async def test_a_record_that_storage_does_not_take_is_not_acknowledged(
    bench: DispenserBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "STORE_AGAIN_S", 0.05)
    driver, gateway = bench.driver(), bench.gateway()
    async with running(driver, gateway):
        await gateway.wait_armed()
        known, gateway.records = (
            gateway.records,
            _Full(),
        )  # as a full store: takes it, keeps nothing
        bench.dispenser.tilt()
        await gateway.until(lambda: len(gateway.of(MEDICINE, DispenserTilted)) >= 3)
        assert bench.dispenser.machine.memory.records
        assert driver.counts()["records-not-stored"] >= 2
        gateway.records = known
        bench.dispenser.tilt(tilted=False)
        await gateway.next(DispenserUpright)


async def test_a_line_that_cannot_be_opened_is_told_with_the_name_of_the_driver(
    tmp_path: Path,
) -> None:
    bench = DispenserBench(tmp_path)
    gateway = bench.gateway()
    async with running(bench.driver(), gateway):
        lost = await gateway.next(RadioLost)
        assert isinstance(lost, RadioLost)
        assert lost.driver == "dispenser"
        await gateway.next(ContactLost)


async def test_two_on_one_line_are_told_apart_and_one_may_be_gone(bench: DispenserBench) -> None:
    another = VirtualDispenser(key=KEY, address=2)
    another.refill(28)
    another.start()
    feed = bench.dispenser.feed
    bench.dispenser.feed = lambda octets: feed(octets) + another.feed(octets)  # type: ignore[method-assign]
    devices = [bench.device, replace(bench.device, device_id="another", address="2")]
    gateway = Gateway(devices, bench.state_directory)
    gateway.secrets |= bench.secrets
    driver = bench.driver()
    async with running(driver, gateway):
        await gateway.wait_armed()
        another.tilt()
        await gateway.next(DispenserTilted, device_id="another")
        await driver.execute(Command(command_id="1", verb=Verb.IDENTIFY, device_id="another"))
        assert (another.machine.beeps, bench.dispenser.machine.beeps) == (1, 0)
        another.kill()
        await gateway.next(ContactLost, device_id="another")
        bench.dispenser.tilt()
        await gateway.next(DispenserTilted, device_id=MEDICINE)
        another.start()
        await gateway.next(ContactBack, device_id="another")
    assert gateway.of(MEDICINE, ContactLost) == []


async def test_the_plugin_makes_this_driver(bench: DispenserBench) -> None:
    settings = PLUGIN.settings(port=str(bench.port), key=KEY_REFERENCE)
    gateway = bench.gateway()
    async with running(PLUGIN.create(settings), gateway):
        await gateway.next(ContactBack)


class _Full(dict):  # type: ignore[type-arg]
    def __setitem__(self, key: object, value: object) -> None:
        """Keep nothing."""
