"""How fast what was is replayed, and in how much memory: a made-up life in a busy home.

`python -m benchmarks replay [--days N ...] [--seed N] [--home FILE] [--json]`: lives of several
lengths are written as lines, as `heimvakt generate` does, and each is replayed by a process of its
own, as `heimvakt replay` does. Only the replay is measured, reading and decoding included.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from heimvakt.app import catalogue
from heimvakt.config.loader import load
from heimvakt.core.codec import encode_event
from heimvakt.core.devices import Home
from heimvakt.generate.life import Life
from heimvakt.replay.again import Again
from heimvakt.replay.source import open_source

from . import proc

BUSY = Path(__file__).with_name("busy.toml")
FIRST = date(2026, 1, 5)
DAYS = (30, 90, 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One life, once more."""

    days: int
    devices: int
    rules: int
    events: int
    alarms: int
    processor_s: float
    """Of the replay; a machine that is busy makes it longer too."""
    wall_s: float
    peak_mib: float
    """The most that the process ever had in memory."""


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a table; with --json one line for programs at the end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks replay", description=__doc__)
    parser.add_argument("--days", type=int, nargs="+", default=DAYS, help="how long each life is")
    parser.add_argument("--seed", type=int, default=7, help="which life")
    parser.add_argument("--home", type=Path, default=BUSY, help="the file of the home")
    parser.add_argument("--json", action="store_true", help="one line for programs at the end")
    asked = parser.parse_args(arguments)
    progress = Console(stderr=True)
    say = lambda text: progress.print(f"[dim]{text}[/dim]", highlight=False)  # noqa: E731
    load_before = os.getloadavg()[0]
    found = measure(asked.days, asked.seed, asked.home, say)
    Console(width=None if sys.stdout.isatty() else 110).print(_table(found))
    print(f"load before {load_before:.1f}, after {os.getloadavg()[0]:.1f}")
    if asked.json:
        print(json.dumps([asdict(each) for each in found]))
    return 0


def measure(
    days: Sequence[int], seed: int, home: Path, say: Callable[[str], None]
) -> list[Replayed]:
    """Each length by itself, the shortest first."""
    found = []
    with tempfile.TemporaryDirectory(prefix="heimvakt-bench-") as made:
        for length in sorted(days):
            say(f"{length} days are lived")
            lines = Path(made) / "life.jsonl"
            live(home_of(home), length, seed, lines)
            say(f"{length} days are replayed")
            # A new interpreter each time: what one has had in memory is not another's.
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                found.append(pool.apply(replay, (home, lines, length)))
    return found


def home_of(file: Path) -> Home:
    """The home that a file describes."""
    loaded = load(file, catalogue())
    if loaded.configuration is None:
        raise SystemExit(f"{file}: see heimvakt check {file}")
    return loaded.configuration.to_home()


def live(home: Home, days: int, seed: int, out: Path) -> None:
    """Write a life, an event a line."""
    with out.open("w", encoding="utf-8") as file:
        for event in Life(home, seed, FIRST, days).events():
            file.write(json.dumps(encode_event(event), ensure_ascii=False) + "\n")


def replay(file: Path, lines: Path, days: int) -> Replayed:
    """Have this process do it, and say what it took."""
    home = home_of(file)
    again = Again(home)
    began, began_s = time.perf_counter(), time.process_time()
    for _ in again.anew(open_source(lines).events(home)):
        pass
    return Replayed(
        days=days,
        devices=len(home.devices),
        rules=len(home.rules),
        events=again.events,
        alarms=len(again.alarms),
        processor_s=time.process_time() - began_s,
        wall_s=time.perf_counter() - began,
        peak_mib=proc.peak(os.getpid()),
    )


def _table(found: Sequence[Replayed]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("days", "events", "alarms", "processor, s", "events a second", "peak, MiB"):
        table.add_column(heading, justify="right")
    for each in found:
        table.add_row(
            str(each.days),
            f"{each.events:,}",
            f"{each.alarms:,}",
            f"{each.processor_s:.1f}",
            f"{each.events / each.processor_s:,.0f}",
            f"{each.peak_mib:.0f}",
        )
    return table
