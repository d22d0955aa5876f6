"""`python -m benchmarks rules`: a table of every rule about the person, on lives of given seeds."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date

from rich.console import Console
from rich.table import Table

from benchmarks.figures import percentile
from heimvakt.generate.life import Life
from heimvakt.replay.again import Again

from .homes import ZONE, usual_home
from .judge import ABOUT, Judged, Truth, judge, missed_by_all

FIRST = date(2026, 1, 5)
SEEDS_FROM = 1_000


def main(arguments: Sequence[str]) -> int:
    """Live, judge, print; 1 if a high alarm was missed."""
    asked = _parser().parse_args(arguments)
    say = Console(stderr=True)
    total = {kind: Judged() for kind in ABOUT}
    home, events, took_s, missed = usual_home(), 0, 0.0, 0
    for seed in range(SEEDS_FROM, SEEDS_FROM + asked.homes):
        life = Life(home, seed, FIRST, asked.days, unwell=not asked.well)
        lived = list(life.events())
        truths = [
            Truth(
                truth.what,
                truth.begin.replace(tzinfo=ZONE).astimezone(UTC),
                truth.end.replace(tzinfo=ZONE).astimezone(UTC),
            )
            for truth in life.truths
        ]
        again, began_s = Again(home), time.process_time()
        for _ in again.anew(lived):
            pass
        took_s += time.process_time() - began_s
        events += len(lived)
        alarms = list(again.alarms.values())
        for kind, found in judge(alarms, truths).items():
            total[kind].add(found)
        missed += len(missed_by_all(alarms, truths))
        say.print(f"[dim]seed {seed}: {len(lived):,} events, {len(truths)} truths[/dim]")
    homes_30_days = asked.homes * asked.days / 30
    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(_table(total, homes_30_days))
    print(f"truths that no alarm of any kind was about: {missed}")
    print(f"{events:,} events, {events / took_s:,.0f} a second of processor")
    if asked.json:
        print(json.dumps(_as_json(total, homes_30_days, missed)))
    return 0


def _table(total: dict[str, Judged], homes_30_days: float) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "truths", "found", "false in 30 days", "of these high", "after"):
        table.add_column(heading, justify="left" if heading == "rule" else "right")
    for kind, judged in total.items():
        after = percentile(judged.after_s, 50) / 60 if judged.after_s else None
        table.add_row(
            kind,
            str(judged.truths),
            f"{100 * judged.hits / judged.truths:.1f} %" if judged.truths else "",
            f"{judged.false / homes_30_days:.2f}",
            f"{judged.false_high / homes_30_days:.2f}",
            "" if after is None else f"{after:.0f} min",
        )
    return table


def _as_json(total: dict[str, Judged], homes_30_days: float, missed: int) -> dict[str, object]:
    return {
        "missed_by_all": missed,
        "rules": {
            kind: {
                "truths": judged.truths,
                "found": judged.hits,
                "false_in_30_days": judged.false / homes_30_days,
                "false_high_in_30_days": judged.false_high / homes_30_days,
                "after_s_median": percentile(judged.after_s, 50) if judged.after_s else None,
            }
            for kind, judged in total.items()
        },
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks rules",
        description="Judge every rule about the person at its shipped defaults, on lives that are "
        f"made up from the seeds {SEEDS_FROM} on.",
    )
    parser.add_argument("--homes", type=int, default=20, help="how many")
    parser.add_argument("--days", type=int, default=90, help="of each")
    parser.add_argument("--well", action="store_true", help="nothing happens: every alarm is false")
    parser.add_argument("--json", action="store_true", help="one line for programs at the end")
    return parser
