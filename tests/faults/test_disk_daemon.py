"""The real daemon on a disk that somebody else fills to the last byte while sensors report.

`test_disk` asks the same of the store alone, on more kinds of disk. Here the daemon has a small
tmpfs in a mount namespace of its own, and the test reaches into that by /proc. HEIMVAKT_DISK_EVENTS
says how many events it has to take on the full disk (200 without it).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from heimvakt.demo.receiver import Behaviour
from heimvakt.demo.scene import GATEWAY_ID
from heimvakt.store.limits import Limits
from heimvakt_drivers.virtual.zigbee import MotionSensor
from tests.support.broker import needs_mosquitto
from tests.support.home import MOTION, PENDANT, Home, home
from tests.support.kept import Kept, kept
from tests.support.kills import settled, told_events
from tests.support.promises import centre_and_store_agree, centre_has_every_report
from tests.support.restless import tell_all
from tests.support.service import Command, Service
from tests.support.small_disk import Disk
from tests.support.timed import in_time, timed
from tests.support.watched import Watched

EVENTS = int(os.environ.get("HEIMVAKT_DISK_EVENTS", "200"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
DISK_MIB = 40
STORE = "\n[store]\nmegabytes = 32\n"
EACH_PRESS = '[rules.button]\none_alarm_within = "0s"\n'
MANY_SENSORS = (PENDANT, *(replace(MOTION, device_id=f"motion-{n}") for n in range(8)))
"""No doors: one that changes so often chatters, and is told with measure."""
PRESSES = 5
AFTER = 20
ROOM_S_MAX = 20.0
ALARM_S_MAX = 5.0
"""Promise 2."""
FRAMES_OF_ONE = 200
REST_S = 10.5
"""zigpy takes a frame for a repeat when it equals one of the last 10 s, and numbers go to 255."""


def _alone() -> tuple[str, ...]:
    return (
        *("unshare", "--mount", "--propagation", "private"),
        *(() if os.geteuid() == 0 else ("--user", "--map-root-user")),
    )


def _may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    with tempfile.TemporaryDirectory() as place:
        mount = [*_alone(), "mount", "-t", "tmpfs", "tmpfs", place]
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.fault,
    needs_mosquitto,
    pytest.mark.skipif(not _may_mount(), reason="nothing can be mounted in a namespace here"),
    pytest.mark.timeout(120 + EVENTS // 10),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSmallDisk(Command):
    """The daemon's command line, with its state on a disk of its own."""

    def arguments(self, driven_from: datetime | None = None) -> list[str]:
        mount = f'mount -t tmpfs -o size={DISK_MIB}m,mode=0700 tmpfs "$0" && exec "$@"'
        command = Command.arguments(self, driven_from)
        return [*_alone(), "sh", "-c", mount, str(self.state.parent), *command]


@timed
async def test_what_was_told_as_taken_is_there_and_alarms_go_through_a_full_disk() -> None:
    behaviour = Behaviour(accept_after_s=0.0, keep_events=True)
    async with home(things=MANY_SENSORS, rules=EACH_PRESS, behaviour=behaviour) as h:
        tell_all(h)
        with h.command.configuration.open("a") as file:
            file.write(STORE)
        (h.folder / "disk").mkdir()
        h.command = OnSmallDisk(
            configuration=h.command.configuration,
            folder=h.folder,
            state=h.folder / "disk" / "state",
        )
        sensors, took_s, free = Sensors(h), list[float](), list[int]()
        async with h.running() as service, service.link() as (_, watched):
            disk = Disk(Path(f"/proc/{service.pid}/root{h.folder}/disk"))
            await _has_its_room(disk.state / "heimvakt.db")
            eaten = await asyncio.to_thread(disk.eat)
            for number in range(1, PRESSES + 1):
                await sensors.report(watched, EVENTS // PRESSES)
                await asyncio.to_thread(disk.eat)  # what was given back meanwhile
                free.append(disk.free)
                took_s.append(await _press(h, number))
            told = sensors.told
            await asyncio.to_thread(disk.give_back)
            await sensors.report(watched, AFTER)
            await _press(h, PRESSES + 1)
            status = await service.status_when(settled)
            final = _kept_while_it_stands_still(service, disk.state)
            assert not [x for x in service.logged() if x["event"] == "unit starts again"]
            await service.kill()  # it was the same process all along
        print(
            f"{told} events told as taken on a full disk of {DISK_MIB} MiB, {eaten >> 20} MiB of "
            f"it somebody else's, {PRESSES} presses at the centre after {max(took_s):.3f} s at "
            f"most; {AFTER} events and a press when there was room again; lost 0"
        )
        assert free == [0] * PRESSES, "the disk was full"
        assert status["store"]["full"] is False
        gone = [x for x in watched.lines if final.journal.get(x["event"]["seq"]) != x["event"]]
        assert not gone, "told as taken, and not there"
        in_time(max(took_s), ALARM_S_MAX)
        assert len(h.centre.alarms) == PRESSES + 1
        centre_and_store_agree(h.centre.alarms, final)
        numbers = h.centre.numbers[GATEWAY_ID]
        centre_has_every_report(numbers, told_events(h.centre.received), final.journal)


class Sensors:
    """Rooms in which somebody moves, and rests, in turn."""

    def __init__(self, h: Home) -> None:
        self._sensors = [d for d in h.devices.values() if isinstance(d, MotionSensor)]
        self.told = 0

    async def report(self, watched: Watched, count: int) -> None:
        """So many events; returns when they were told as taken."""
        for _ in range(count):
            if self.told and self.told % (FRAMES_OF_ONE * len(self._sensors)) == 0:
                await asyncio.sleep(REST_S)
            turn, place = divmod(self.told, len(self._sensors))
            sensor = self._sensors[place]
            assert await (sensor.clear() if turn % 2 else sensor.motion())
            self.told += 1
        await watched.until(lambda: _movements(watched) == self.told, within_s=60)


def _movements(watched: Watched) -> int:
    kinds = ("motion-detected", "motion-cleared")
    return sum(line["event"]["kind"] in kinds for line in watched.lines)


async def _press(h: Home, number: int) -> float:
    """Seconds from the press to the centre."""
    pressed = time.monotonic()
    await h.pendant.press()
    await h.centre.alarm("button", number)
    took_s = time.monotonic() - pressed
    await h.pendant.release()
    return took_s


async def _has_its_room(database: Path) -> None:
    """Return when the store holds ready what it wants to hold ready."""
    async with asyncio.timeout(ROOM_S_MAX):
        while not _is_roomy(database):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.05)


def _is_roomy(database: Path) -> bool:
    limits = Limits()
    wanted = limits.reserve_bytes + limits.ahead_bytes
    return database.exists() and database.stat().st_size >= wanted


def _kept_while_it_stands_still(service: Service, state: Path) -> Kept:
    """The disk goes with the process, and a copy of a file must not be of two moments."""
    service.process.send_signal(signal.SIGSTOP)
    try:
        return kept(state / "heimvakt.db")
    finally:
        service.process.send_signal(signal.SIGCONT)
