"""SIGKILL of the dispenser, and the end of the driver, at any moment around a dose, on a real line.

HEIMVAKT_DISPENSER_KILLS says how often (2 without it), HEIMVAKT_SEED when.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Device
from heimvakt.core.doses import doses
from heimvakt.core.events import ContactBack, DoseTaken
from heimvakt.core.records import Record
from heimvakt_drivers.serial.dispenser.driver import DispenserDriver
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from tests.support.dispenser import (
    KEY,
    KEY_REFERENCE,
    MEDICINE,
    OSLO,
    DispenserBench,
    dispenser_device,
    hours_from_now,
)
from tests.support.drivers import Gateway, running

KILLS = int(os.environ.get("HEIMVAKT_DISPENSER_KILLS", "2"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
KILLS_OF_ONE_FILLING = 14

pytestmark = pytest.mark.fault


class Process:
    """A virtual dispenser in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._link = folder / "dispenser"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "heimvakt_drivers.virtual.dispenser",
            str(self._link),
            str(self._folder / "device"),
            f"--key={KEY.hex()}",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert await self._line() == "ready"

    async def hand(self, what: str) -> str:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n".encode())
        return await self._line()

    async def kill(self) -> None:
        if self._process is not None:
            # First, as the number of a terminal that is gone may be another test's in a moment.
            self._link.unlink(missing_ok=True)
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()
            self._process = None

    async def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(300):
            return (await self._process.stdout.readline()).decode().strip()


@asynccontextmanager
async def process(folder: Path) -> AsyncIterator[Process]:
    dispenser = Process(folder)
    try:
        yield dispenser
    finally:
        await dispenser.kill()


@pytest.mark.timeout(600 + 60 * KILLS)
async def test_killed_at_any_moment_no_dose_is_given_twice_and_none_is_lost_from_view(
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    for filling, first in enumerate(range(0, KILLS, KILLS_OF_ONE_FILLING)):
        folder = tmp_path / str(filling)
        folder.mkdir()
        await _live(folder, min(KILLS - first, KILLS_OF_ONE_FILLING), chance)


async def _live(folder: Path, kills: int, chance: random.Random) -> None:
    """One filling, of which so many doses are released and taken, with a kill at each."""
    home, device = Home(folder), dispenser_device(hours_from_now(*range(3, 21)))
    now = datetime.now(UTC)
    coming = doses(device.doses, OSLO, now, now + timedelta(days=2))
    wanted = [dose.at for dose, _ in zip(coming, range(kills), strict=False)]
    async with process(folder) as dispenser:
        await dispenser.start()
        await dispenser.hand("refill 28")
        for dose in wanted:
            async with home.lived(device) as (driver, gateway):
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_released(driver, dose, "first"))
                    await asyncio.sleep(chance.uniform(0.0, 0.08))
                    await dispenser.kill()
                    await dispenser.start()
                again = f"again {chance.random()}"
                while not await _released(driver, dose, again):  # noqa: ASYNC110 - only asking tells
                    await asyncio.sleep(0.1)
                assert await dispenser.hand("take") == "True"
                if chance.random() < 0.5:  # else the driver ends before it can hear of it
                    await gateway.next(DoseTaken)
        async with home.lived(device) as (_, gateway):
            await gateway.next(ContactBack)
        body = json.loads((folder / "device" / "body.json").read_text())
    assert [event.dose for event in home.taken] == wanted
    assert [given["dose"] for given in body["given"]] == [to_minute(dose) for dose in wanted]
    assert body["turns"] == [[1, section + 1] for section in range(kills)]


class Home:
    """The side of the gateway, over the lives of its driver."""

    def __init__(self, folder: Path) -> None:
        self._bench = DispenserBench(folder)
        self._records: dict[str, Record] = {}
        self.taken: list[DoseTaken] = []

    @asynccontextmanager
    async def lived(self, device: Device) -> AsyncIterator[tuple[DispenserDriver, Gateway]]:
        """One life."""
        gateway = Gateway([device], self._bench.state_directory)
        gateway.secrets[KEY_REFERENCE] = KEY.hex()
        gateway.records = self._records
        driver = self._bench.driver()
        async with running(driver, gateway):
            await gateway.wait_armed()
            yield driver, gateway
        self.taken += [event for event in gateway.durable if isinstance(event, DoseTaken)]


async def _released(driver: DispenserDriver, dose: datetime, command_id: str) -> bool:
    """Whether the dose is out, as far as is known."""
    try:
        await driver.execute(
            Command(
                command_id=f"{dose} {command_id}",
                verb=Verb.RELEASE_DOSE,
                device_id=MEDICINE,
                dose=dose,
            )
        )
    except CommandFailed:
        return False
    return True
