"""A day in a large home: forty devices, every frame counted into the journal, memory hour by hour.

`python -m benchmarks day [--hours N] [--seed N] [--json]`: the real daemon under a driven clock, a
virtual radio on a pseudo-terminal, a real broker and a response centre. The home's clock waits for
each frame, so a day takes about a minute; processor time is what the daemon used for it, held
against the length of the day.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from heimvakt.demo.play import journalled, play
from heimvakt.demo.scene import Moment, Scene, Thing
from heimvakt.demo.stage import staged
from heimvakt.demo.story import CHECK_IN

from . import proc
from .broker import mosquitto
from .hosts import AS_BY_THE_UNIT

START = datetime(2026, 11, 4, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KINDS: Sequence[tuple[str, str, int]] = (
    ("MotionSensor", "motion", 10),
    ("OccupancySensor", "motion", 4),
    ("ContactSensor", "door", 9),
    ("BedMat", "bed", 2),
    ("EmergencyButton", "button", 3),
    ("SmokeDetector", "smoke", 2),
    ("Lamp", "light", 9),
    ("Siren", "siren", 1),
)
"""Virtual device, role, how many: thirty that sleep, ten on mains that hear at any time."""
ACTS = {
    "motion": {"MotionSensor": ("motion", "clear"), "OccupancySensor": ("occupied", "vacant")},
    "door": {"ContactSensor": ("open", "close")},
    "bed": {"BedMat": ("leave", "occupy")},
    "button": {"EmergencyButton": ("press", "release")},
}
PER_HOUR = {"motion": 12.0, "door": 2.0, "bed": 0.3, "button": 0.05}
"""Of one device, between seven and eleven; a tenth of it at night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was measured."""

    devices: int
    hours: float
    frames: int
    """Changes that were written to the radio's line, check-ins too."""
    journalled: int
    alarms: dict[str, int]
    all_accepted: bool
    cpu_s: float
    cpu_percent: float
    """Of one core, over the length of the day."""
    cpu_ms_per_frame: float
    rss_mib: list[float]
    """At the end of each hour."""
    written_mib: float | None
    took_s: float


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and say with the exit code whether nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks day", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="how long the day is")
    parser.add_argument("--seed", type=int, default=1, help="which day it is")
    parser.add_argument("--json", action="store_true", help="one line for programs")
    asked = parser.parse_args(arguments)
    # The daemon of the demo is begun plainly and takes these from us: as the package begins it.
    os.environ |= {**AS_BY_THE_UNIT, "PYTHONNODEBUGRANGES": "1"}
    day = asyncio.run(live(asked.hours, asked.seed))
    if asked.json:
        print(json.dumps(asdict(day)))
    else:
        _show(day, Console(width=None if sys.stdout.isatty() else 110))
    return 0 if day.journalled == day.frames and day.all_accepted else 1


async def live(hours: float, seed: int) -> Day:
    """Live through it."""
    loop = asyncio.get_running_loop()
    scene = forty(hours, seed)
    rss: list[float] = []
    with tempfile.TemporaryDirectory(prefix="heimvakt-bench-") as made:
        folder = Path(made)
        async with staged(
            scene,
            folder,
            tell=lambda *_: None,
            driven=True,
            mosquitto=mosquitto(),
            accept_after_s=0.0,
        ) as stage:
            pid = stage.daemon.process.pid
            next_look = scene.start + HOUR
            cpu_s, written, began = proc.cpu_s(pid), proc.written_bytes(pid), loop.time()

            def look(now: datetime) -> None:
                nonlocal next_look
                while now >= next_look:
                    rss.append(round(proc.memory(pid).rss, 1))
                    next_look += HOUR

            await play(stage, speed=0, for_s=None, show_time=look, before=lambda *_: None)
            accepted = await stage.settle(30.0)
            took_s, cpu_s = loop.time() - began, proc.cpu_s(pid) - cpu_s
            now_written, tally = proc.written_bytes(pid), stage.tally
        held = journalled(folder, tally.seqs)
    both_known = written is not None and now_written is not None
    return Day(
        devices=len(scene.things),
        hours=hours,
        frames=tally.changes_in,
        journalled=held,
        alarms=dict(Counter(alarm["kind"] for alarm in tally.alarms.values())),
        all_accepted=accepted,
        cpu_s=round(cpu_s, 2),
        cpu_percent=round(100 * cpu_s / (hours * 3_600), 3),
        cpu_ms_per_frame=round(1_000 * cpu_s / max(tally.changes_in, 1), 2),
        rss_mib=rss,
        written_mib=round(((now_written or 0) - (written or 0)) / 2**20, 1) if both_known else None,
        took_s=round(took_s, 1),
    )


def forty(hours: float, seed: int) -> Scene:
    """The home and its day."""
    things = tuple(
        Thing(device_id=f"{role}-{kind.lower()}-{number}", kind=kind, role=role, room="home")
        for kind, role, count in KINDS
        for number in range(1, count + 1)
    )
    end = START + timedelta(hours=hours)
    chance = random.Random(seed)
    lives = [_life(thing, end, random.Random(chance.random())) for thing in things]
    signs = [_check_ins(thing, end, random.Random(chance.random())) for thing in things]
    return Scene(
        title="a large home",
        zone=ZoneInfo("Europe/Oslo"),
        start=START,
        things=things,
        rules="",
        moments=heapq.merge(*lives, *signs, key=lambda moment: moment.at),
        end=end,
    )


def _life(thing: Thing, end: datetime, chance: random.Random) -> Iterator[Moment]:
    """Its two states in turn, at random moments, more of them by day."""
    acts = ACTS.get(thing.role, {}).get(thing.kind)
    if acts is None:
        return
    now, turn = START, 0
    while True:
        by_day = 6 <= now.hour < 22
        per_hour = PER_HOUR[thing.role] * (1.0 if by_day else 0.1)
        now += max(timedelta(seconds=11), HOUR * chance.expovariate(2 * per_hour))
        if now >= end:
            return
        yield Moment(at=now, device_id=thing.device_id, act=acts[turn], recorded=True)
        turn = 1 - turn


def _check_ins(thing: Thing, end: datetime, chance: random.Random) -> Iterator[Moment]:
    now = START + CHECK_IN * chance.random()
    while now < end:
        yield Moment(at=now, device_id=thing.device_id, act="check-in", recorded=True)
        now += CHECK_IN * chance.uniform(0.9, 1.1)


def _show(day: Day, console: Console) -> None:
    first, last, most = day.rss_mib[0], day.rss_mib[-1], max(day.rss_mib)
    lines = (
        f"{day.devices} devices, {day.hours:g} h in {day.took_s:g} s",
        f"frames {day.frames}, journalled {day.journalled}",
        f"alarms {day.alarms or 'none'}, {'all' if day.all_accepted else 'NOT all'} accepted",
        f"processor {day.cpu_s:g} s: {day.cpu_percent:g} % of a core over the day, "
        f"{day.cpu_ms_per_frame:g} ms a frame",
        f"memory (RSS) after an hour {first} MiB, at the end {last} MiB, most {most} MiB",
        f"written {day.written_mib} MiB",
    )
    for line in lines:
        console.print(line, highlight=False)
