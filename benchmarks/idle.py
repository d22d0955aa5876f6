"""What a gateway writes while nothing happens: to its files, and what that is on the card.

`python -m benchmarks idle [--hours N] [--devices N] [--json]`, as root: the real daemon as the unit
starts it, its devices check in as sensors do, a receiver answers its heartbeats, and that is all.
Its state lies on an ext4 of its own in a file, so that what the file system adds is seen as well:
what reaches the disk under it is what a card has to bear. Time is real.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console

from heimvakt.demo.receiver import Behaviour
from heimvakt_drivers.virtual.zigbee import VirtualDevice
from tests.support.beside import beside
from tests.support.home import Home, home

from . import proc
from .soak.clock import Pace
from .soak.disk import Mounted, alone, mounted
from .soak.life import things
from .soak.lives import WATCHDOG_S

CHECK_IN_S = (45 * 60.0, 55 * 60.0)
"""Between two signs of life of a sensor: most take about fifty minutes."""
SETTLE_S = 120.0
"""The store makes its room ready, and what came with joining is told."""
DAY_H = 24.0
ONE_IN_EACH = ("bed-1", "door-1", "button-1", "smoke-1", "motion-1", "light-1")
"""Which devices are taken first, by the end of their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """What was measured."""

    devices: int
    hours: float
    check_ins: int
    events: int
    written_bytes: int | None
    """By the process, as the kernel counts it: whole pages."""
    on_disk_bytes: int | None
    """What reached the disk under the file system, its journal and tables too."""
    mib_per_day: float | None
    on_disk_mib_per_day: float | None
    cpu_percent: float
    """Of one core."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks idle", description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0, help="of real time")
    parser.add_argument("--devices", type=int, default=10, help="in the home, 40 at most")
    parser.add_argument("--json", action="store_true", help="one line for programs")
    asked = parser.parse_args(arguments)
    alone("idle", arguments)
    idle = asyncio.run(measured(asked.hours, asked.devices))
    if asked.json:
        print(json.dumps(asdict(idle)))
    else:
        _show(idle, Console(width=None if sys.stdout.isatty() else 110))
    return 0


async def measured(hours: float, devices: int) -> Idle:
    """Let nothing happen for so long."""
    chosen = sorted(things(), key=lambda thing: not thing.device_id.endswith(ONE_IN_EACH))
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="heimvakt-bench-") as made, mounted(Path(made)) as disk:
        async with home(things=chosen[:devices], rules="", behaviour=Behaviour()) as h:
            h.write(more='reports = "telemetry"\n')
            pace = Path(made) / "pace"
            Pace(pace, h.scene.start)  # a clock that the network keeps, at the usual speed
            h.command = replace(
                h.command,
                entry=("benchmarks.soak.clock", str(pace)),
                state=disk.place / "state",
            )
            async with h.running(watchdog_s=WATCHDOG_S) as service:
                await asyncio.sleep(SETTLE_S)
                seq = (await service.ask("status"))["journal_seq"]
                began, before = loop.time(), _written(service.pid, disk)
                cpu_s = proc.cpu_s(service.pid)
                lives = _Lives(h)
                async with beside(lives.live()):
                    await asyncio.sleep(hours * 3600)
                took_h = (loop.time() - began) / 3600
                cpu_s = proc.cpu_s(service.pid) - cpu_s
                after = _written(service.pid, disk)
                events = (await service.ask("status"))["journal_seq"] - seq
    own, below = (
        None if a is None or b is None else a - b for a, b in zip(after, before, strict=True)
    )
    return Idle(
        devices=devices,
        hours=round(took_h, 3),
        check_ins=lives.count,
        events=events,
        written_bytes=own,
        on_disk_bytes=below,
        mib_per_day=_mib_per_day(own, took_h),
        on_disk_mib_per_day=_mib_per_day(below, took_h),
        cpu_percent=round(cpu_s / (took_h * 3600) * 100, 3),
    )


class _Lives:
    """Sensors that say that they are there."""

    def __init__(self, h: Home) -> None:
        self._home = h
        self.count = 0

    async def live(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number, device in enumerate(self._home.devices.values()):
                group.create_task(self._one(device, random.Random(number)))

    async def _one(self, device: VirtualDevice, chance: random.Random) -> None:
        wait_s = chance.uniform(0.0, CHECK_IN_S[1])
        while True:
            await asyncio.sleep(wait_s)
            self.count += bool(await device.check_in())
            wait_s = chance.uniform(*CHECK_IN_S)


def _written(pid: int, disk: Mounted) -> tuple[int | None, int | None]:
    """By the process, and to the disk below, with all that is still on its way there."""
    os.sync()
    return proc.written_bytes(pid), disk.written_bytes()


def _mib_per_day(count: int | None, hours: float) -> float | None:
    return None if count is None else round(count / 2**20 / hours * DAY_H, 1)


def _show(idle: Idle, console: Console) -> None:
    lines = (
        f"{idle.devices} devices, {idle.hours:g} h in which nothing happened: "
        f"{idle.check_ins} signs of life, {idle.events} events",
        f"written by the process {idle.written_bytes} bytes: {idle.mib_per_day} MiB a day",
        f"to the disk below {idle.on_disk_bytes} bytes: {idle.on_disk_mib_per_day} MiB a day",
        f"processor {idle.cpu_percent:g} % of a core",
    )
    for line in lines:
        console.print(line, highlight=False)
