"""SIGKILL of the real daemon at random points around a dose window: the books agree afterwards.

The dispenser goes on at its end of the wire; only the daemon dies, again and again, on one state
directory. HEIMVAKT_DISPENSER_KILLS says how often (2 without it, one dose), HEIMVAKT_SEED when.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.core.doses import doses as doses_of
from heimvakt.core.events import DoseMissed, DoseOffered, DoseTaken, LoggedEvent
from heimvakt.core.records import Records, is_known, taken
from heimvakt.demo.link import Link, ServiceGone
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from heimvakt_drivers.virtual.dispenser import VirtualDispenser
from tests.support.beside import beside
from tests.support.dispenser import KEY, OSLO, moment, plan
from tests.support.dispenser_book import books_agree, given_once
from tests.support.lives import journal
from tests.support.service import Command, Service, started

KILLS = int(os.environ.get("HEIMVAKT_DISPENSER_KILLS", "2"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
FIRST = moment("02 09:00")
FILL_EVERY = 14
WAIT_S = 300.0

HOME = """
version = 1

[gateway]
id = "no-1505-004711"
timezone = "Europe/Oslo"
language = "nb"

[store]
event_days = 366

[drivers.dispenser]
port = "{folder}/port"
baudrate = 115200
key = "file:{folder}/key"

[devices.medicine]
role = "dispenser"
driver = "dispenser"
address = "1"
doses = [{{ at = "09:00", window = "60m" }}]

[receivers.centre]
kind = "mqtt"
brokers = ["mqtts://127.0.0.1:1"]
username = "no-1505-004711"
password = "file:{folder}/key"
"""

pytestmark = pytest.mark.fault


async def until(true: Callable[[], object]) -> None:
    """Return when it is so; no event tells what a dispenser knows."""
    async with asyncio.timeout(WAIT_S):
        while not true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)


@asynccontextmanager
async def dispenser(folder: Path) -> AsyncIterator[tuple[VirtualDispenser, Command]]:
    """At its port, filled, with a daemon to be started beside it."""
    (folder / "key").write_text(KEY.hex())
    (folder / "key").chmod(0o600)
    (folder / "home.toml").write_text(HOME.format(folder=folder))
    device = VirtualDispenser(key=KEY)
    device.refill(28)
    device.start()
    async with device.serve(folder / "port"):
        yield (
            device,
            Command(configuration=folder / "home.toml", folder=folder, state=folder / "state"),
        )


@asynccontextmanager
async def life(
    device: VirtualDispenser, command: Command, since: datetime
) -> AsyncIterator[tuple[Service, Link]]:
    """The daemon runs, and the dispenser knows the time and the plan."""
    boot = device.requests
    async with started(command, driven_from=since) as service:
        await _hears(service)
        await until(lambda: device.machine.memory.plan and device.requests > boot)
        async with service.link() as (link, _):
            yield service, link


async def _hears(service: Service) -> None:
    """However long it takes to start: the machine may be busy."""
    async with asyncio.timeout(WAIT_S):
        while True:
            assert service.process.returncode is None, service.said()
            with suppress(OSError, ServiceGone):  # the socket is not there yet, or a dead one's
                await service.status_when(
                    lambda status: bool(status["drivers"]["dispenser"]["armed"]), WAIT_S
                )
                return
            await asyncio.sleep(0.05)


async def drive(link: Link, to: datetime) -> None:
    with suppress(ServiceGone):
        await link.advance(to)


async def window(
    device: VirtualDispenser, command: Command, at: datetime, chance: random.Random
) -> None:
    """One dose: a kill as it is offered, and one as it is taken, or left."""
    minute = to_minute(at)
    seconds, minutes = timedelta(seconds=1), timedelta(minutes=1)
    async with (
        life(device, command, at - minutes) as (service, link),
        beside(drive(link, at + 6 * seconds)),
    ):
        await asyncio.sleep(chance.uniform(0.0, 0.4))
        await service.kill()
    async with life(device, command, at + 6 * seconds) as (service, link):
        await until(device.offered)
        if chance.random() < 0.7:
            assert device.take()
        await asyncio.sleep(chance.uniform(0.0, 0.3))
        await service.kill()
    async with life(device, command, at + 10 * minutes) as (service, link):
        await link.advance(at + 61 * minutes)
        await until(lambda: device.machine.memory.doses[minute].settled)
        await until(lambda: not device.machine.memory.records)


@pytest.mark.timeout(600 + 60 * KILLS)
async def test_killed_around_a_dose_each_is_given_and_told_once() -> None:
    chance = random.Random(SEED)
    count = -(-KILLS // 2)
    coming = doses_of(plan(("09:00", "60")), OSLO, FIRST, FIRST + timedelta(days=count))
    doses = [dose.at for dose, _ in zip(coming, range(count), strict=False)]
    with tempfile.TemporaryDirectory(prefix="hv-") as name:  # the path of a socket must be short
        folder = Path(name)
        async with dispenser(folder) as (device, command):
            for number, dose in enumerate(doses):
                if number and number % FILL_EVERY == 0:
                    device.refill(28)
                await window(device, command, dose, chance)
        told: list[LoggedEvent] = []
        records: Records = {}
        for event in journal(command.state):
            if isinstance(event, LoggedEvent) and not is_known(records, event):
                records = taken(records, event)
                told.append(event)
    given_once(device)
    books_agree(device, told)
    assert [e.dose for e in told if isinstance(e, DoseOffered)] == doses
    ended = [e for e in told if isinstance(e, DoseTaken | DoseMissed)]
    assert [e.dose for e in ended] == doses
    by_hand = {given.dose for given in device.given}
    assert {to_minute(e.dose) for e in ended if isinstance(e, DoseTaken)} == by_hand
