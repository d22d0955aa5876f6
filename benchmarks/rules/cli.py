"""`python -m benchmarks rules`: a table of every rule that can be judged, on generated lives."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from rich.console import Console

from benchmarks.figures import percentile
from heimvakt.replay.journal import NoSource

from .judge import ASKED, Judged
from .lives import Result, live
from .recordings import NotJudged, judge_recording
from .table import by_home, by_rule, in_words

SEEDS_FROM = 1_000
NICE = 10
"""A table is in no hurry."""


def main(arguments: Sequence[str]) -> int:
    """Live, judge, print; 1 if a high alarm was missed."""
    asked = _parser().parse_args(arguments)
    say = Console(stderr=True, soft_wrap=True)
    if asked.recording:
        return _recorded(asked, say)
    results: list[Result] = []
    try:
        for result in _lived(asked.homes, asked.days, asked.jobs, well=asked.well):
            results.append(result)
            _say(result, say, false=asked.false)
    except KeyboardInterrupt:
        if not results:
            raise
        say.print(f"stopped: the table is of the first {len(results)} homes")
    total = {kind: Judged() for kind in ASKED}
    for result in results:
        for kind, judged in result.judged.items():
            total[kind].add(judged)
    homes_30_days = len(results) * asked.days / 30
    for part in (
        by_rule(total, homes_30_days),
        by_home(results, asked.days),
        in_words(results, asked.days),
    ):
        print("\n".join(part), end="\n\n")
    events, took_s = sum(r.events for r in results), sum(r.took_s for r in results)
    print(f"{events:,} events, {events / took_s:,.0f} a second of one processor")
    if asked.json:
        print(json.dumps(_as_json(total, homes_30_days)))
    return int(any(result.high_missed for result in results))


def _recorded(asked: argparse.Namespace, say: Console) -> int:
    if asked.labels is None or asked.home is None:
        say.print("a recording needs --labels FILE and --home FILE")
        return 2
    try:
        print("\n".join(judge_recording(asked.recording, asked.labels, asked.home)))
    except (NotJudged, NoSource, OSError) as error:
        say.print(str(error), markup=False)
        return 1
    return 0


def _lived(homes: int, days: int, jobs: int, *, well: bool) -> Iterator[Result]:
    """In the order of their seeds, so that those that are done are always the first of them."""
    seeds = range(SEEDS_FROM, SEEDS_FROM + homes)
    if jobs == 1:
        yield from map(partial(live, days=days, well=well), seeds)
        return
    pool = ProcessPoolExecutor(jobs, initializer=os.nice, initargs=(NICE,))
    try:
        yield from pool.map(partial(live, days=days, well=well), seeds)
    finally:
        pool.shutdown(cancel_futures=True)


def _say(result: Result, say: Console, *, false: bool) -> None:
    say.print(f"seed {result.seed}: {result.events:,} events", highlight=False)
    for alarm in result.false if false else ():
        say.print(f"  false {alarm.priority} {alarm.kind} {alarm.began_at}: {alarm.text.en}")
    for truth in result.high_missed:
        say.print(f"  [red]missed[/red] {truth.what} {truth.begin}")


def _as_json(total: dict[str, Judged], homes_30_days: float) -> dict[str, object]:
    return {
        kind: {
            "truths": judged.truths,
            "found": judged.hits,
            "false_in_30_days": judged.false / homes_30_days,
            "false_high_in_30_days": judged.false_high / homes_30_days,
            "after_s_median": percentile(sorted(judged.after_s), 50) if judged.after_s else None,
        }
        for kind, judged in total.items()
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks rules",
        description="Judge the rules at their shipped defaults, on lives that are made up from "
        f"the seeds {SEEDS_FROM} on.",
    )
    parser.add_argument("--homes", type=int, default=20, help="how many")
    parser.add_argument("--days", type=int, default=90, help="of each")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--well", action="store_true", help="nothing happens: every alarm is false")
    parser.add_argument("--false", action="store_true", help="name each false alarm")
    parser.add_argument("--recording", type=Path, help="a recorded home instead of generated ones")
    parser.add_argument("--labels", type=Path, help="what was truly done in it")
    parser.add_argument("--home", type=Path, help="its file: sensors, and what rules live on")
    parser.add_argument("--json", action="store_true", help="one line for programs at the end")
    return parser
