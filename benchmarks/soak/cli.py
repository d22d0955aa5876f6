"""A week of a busy home through the real daemon, at many times its speed, with faults all the way.

`python -m benchmarks soak [--days N] [--speed N] [--seed N] [--out DIR] [--json]`, as root:
`heimvakt generate` makes up a life in a home of forty devices; they play it on a virtual radio into
the real daemon, whose clock goes so fast; broker, wire, disk and receiver are real. Eleven kinds of
faults come in turn. Looks are written to DIR as they come; `--table DIR` adds up what is there,
also while it runs. It ends with 1 when anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from .disk import alone
from .report import line, show, summed
from .run import FILE, Plan, soak


def main(arguments: Sequence[str]) -> int:
    """Run, print, and say with the exit code whether nothing was lost or doubled."""
    asked = _parser().parse_args(arguments)
    folder: Path = asked.table or asked.out or Path(tempfile.mkdtemp(prefix="heimvakt-soak-"))
    if asked.table is None:
        alone("soak", [*arguments, *(() if asked.out else ("--out", str(folder)))])
        folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(
            days=asked.days,
            speed=asked.speed,
            seed=asked.seed,
            sample_s=asked.sample,
            with_faults=not asked.without_faults,
        )
        asyncio.run(_until_ended(plan, folder))
    found = summed(folder / FILE)
    if asked.json:
        print(line(found))
    else:
        show(found, Console(width=None if sys.stdout.isatty() else 110))
    return 0 if found.good else 1


async def _until_ended(plan: Plan, folder: Path) -> None:
    """A SIGTERM ends it with all that it has started."""
    week = asyncio.create_task(soak(plan, folder))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, week.cancel)
    await week


def _parser() -> argparse.ArgumentParser:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak", description=__doc__)
    add = parser.add_argument
    add("--days", type=float, default=usual.days, help="of the home")
    add("--speed", type=float, default=usual.speed, help="time in the home over real time")
    add("--seed", type=int, default=usual.seed, help="which life, and which faults")
    add("--sample", type=float, default=usual.sample_s, help="real seconds between two looks")
    add("--without-faults", action="store_true", help="the life alone")
    add("--out", type=Path, metavar="DIR", help="where the looks are written")
    add("--table", type=Path, metavar="DIR", help="run nothing: add up what is in DIR")
    add("--json", action="store_true", help="one line for programs")
    return parser
