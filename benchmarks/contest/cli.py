"""`python -m benchmarks peers [--kills N] [--records N ...] [--json]`; `--help` has the rest."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.machine import describe

from .entrants import entrants
from .installation import VERSION
from .mosquitto import version
from .plan import Plan
from .run import Contest
from .table import show


def main(arguments: Sequence[str]) -> None:
    """Measure, print the table, and with --json one line for programs."""
    asked = vars(_parser().parse_args(arguments))
    folder, as_json, only = asked.pop("folder"), asked.pop("json"), asked.pop("only")
    plan = Plan(**asked | {"records": tuple(asked["records"])})
    mosquitto = version()
    if mosquitto is None:
        raise SystemExit("mosquitto is needed: sudo apt install --no-install-recommends mosquitto")
    progress = Console(stderr=True)

    def say(text: str) -> None:
        progress.print(f"[dim]{text}[/dim]", highlight=False)

    found, why_not = entrants(say)
    chosen = [each for each in found if not only or any(word in each.name for word in only)]
    with tempfile.TemporaryDirectory(prefix="heimvakt-contest-", dir=folder) as made:
        machine = asdict(describe(Path(made), broker="mosquitto", peer="not asked for"))
        contest = Contest(chosen, plan, Path(made), say)
        asyncio.run(contest.run())
    results: dict[str, Any] = {
        "machine": machine | {"load_after": os.getloadavg()[0]},
        "mosquitto": mosquitto,
        "thingsboard": why_not or VERSION,
        "plan": asdict(plan),
        "contest": {name: asdict(figures) for name, figures in contest.figures.items()},
    }
    show(results, Console(width=None if sys.stdout.isatty() else 150))
    if as_json:
        print(json.dumps(results, ensure_ascii=False))


def _parser() -> argparse.ArgumentParser:
    short = Plan()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks peers",
        description="Hold Heimvakt against ThingsBoard gateway and mosquitto's bridge when they "
        "are killed, when the line is a black hole, with a backlog, and when the line comes back. "
        "docs/benchmarks.md says what the figures mean.",
    )
    add = parser.add_argument
    add("--kills", type=int, default=short.kills, help="kills of each")
    add("--kill-events", type=int, default=short.kill_events, help="fed around a kill")
    add("--kill-per-s", type=float, default=short.kill_per_s, help="and so many a second")
    add("--runs", type=int, default=short.runs, help="runs of everything else")
    add("--hole-s", type=float, default=short.hole_s, help="seconds of a black hole")
    add("--hole-per-s", type=float, default=short.hole_per_s, help="events a second in it")
    add("--records", type=int, nargs="+", default=short.records, help="events in a backlog")
    add("--rest-s", type=float, default=short.rest_s, help="seconds from a backlog to the return")
    add("--down-s", type=float, default=short.down_s, help="seconds down before a reconnect")
    add("--beside", type=int, default=short.beside, help="contestants at the same time")
    add("--seed", type=int, default=short.seed, help="of the random moments")
    add("--only", nargs="+", help="contestants with one of these words in their names")
    add("--folder", type=Path, help="where databases are put; the disk makes a difference")
    add("--json", action="store_true", help="end with one JSON line")
    return parser
