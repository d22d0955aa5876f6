"""`python -m benchmarks.rules.learned`: limits that are learned against fixed ones, side by side.

The same lives are heard by each rule in three ways: as it is shipped, learning within its fixed
limit, and learning up to a longer ceiling. Judged is what comes after the first weeks, in which
nothing is known yet. Asked for is whatever lasted longer than the floor of what is learned.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from benchmarks.figures import percentile
from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Home
from heimvakt.generate.habits import draw
from heimvakt.generate.life import Life
from heimvakt.replay.again import Again
from heimvakt.rules import KINDS, Context, absence, quiet

from .homes import WIRING, ZONE, usual_home
from .judge import ASKED, SLACK, Truth
from .lives import FIRST, truths_of

SEEDS_FROM = 4_000
"""Others than those that any limit was chosen by."""
BEGINS_AFTER = timedelta(weeks=5)
NICE = 10
FLOORS: Mapping[str, timedelta] = {
    "inactivity": quiet.FLOOR,
    "bed-exit": absence.FLOOR,
    "night-wandering": absence.FLOOR,
}
CEILINGS = {"inactivity": "8h", "bed-exit": "45m", "night-wandering": "45m"}
WAYS = ("fixed", "learned", "learned, up to {ceiling}")


@dataclass(slots=True)
class Found:
    """Of one rule in one way, over many homes."""

    truths: int = 0
    hits: int = 0
    false: int = 0
    after_s: list[float] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Count another home too."""
        self.truths += other.truths
        self.hits += other.hits
        self.false += other.false
        self.after_s += other.after_s


def main(arguments: Sequence[str] | None = None) -> int:
    """Live, judge, print."""
    asked = _parser().parse_args(arguments)
    total = {(kind, way): Found() for kind in FLOORS for way in WAYS}
    seeds = range(SEEDS_FROM, SEEDS_FROM + asked.homes)
    with ProcessPoolExecutor(asked.jobs, initializer=os.nice, initargs=(NICE,)) as pool:
        for seed, found in zip(
            seeds, pool.map(partial(_live, days=asked.days), seeds), strict=True
        ):
            for key, one in found.items():
                total[key].add(one)
            print(f"seed {seed}", file=sys.stderr)
    homes_30_days = asked.homes * (timedelta(days=asked.days) - BEGINS_AFTER) / timedelta(days=30)
    print("\n".join(_table(total, homes_30_days)))
    return 0


def _live(seed: int, days: int) -> dict[tuple[str, str], Found]:
    habits = draw(Random(seed), unwell=True)
    home = _three_ways(usual_home(habits))
    life = Life(home, seed, FIRST, days, unwell=True)
    lived = list(life.events())
    begins = lived[0].at + BEGINS_AFTER
    truths = [truth for truth in truths_of(life) if truth.begin >= begins]
    again = Again(home)
    for _ in again.anew(lived):
        pass
    raised = [alarm for alarm in again.alarms.values() if alarm.raised_at >= begins]
    return {
        (kind, way): _judge(kind, [a for a in raised if a.rule_id == _rule_id(kind, way)], truths)
        for kind in FLOORS
        for way in WAYS
    }


def _three_ways(home: Home) -> Home:
    context = Context(devices=home.devices, zone=ZONE, gateway_id=home.gateway_id)
    rules: dict[str, Any] = {}
    for kind in FLOORS:
        learned: dict[str, object] = {"learn": True}
        wider = {**learned, "at_most": CEILINGS[kind]}
        for way, written in zip(WAYS, ({}, learned, wider), strict=True):
            settings = KINDS[kind].settings.model_validate({**WIRING[kind], **written})
            rule_id = _rule_id(kind, way)
            rules[rule_id] = KINDS[kind].bind(rule_id, settings, context)
    return replace(home, rules=rules)


def _rule_id(kind: str, way: str) -> str:
    return f"{kind}-{WAYS.index(way)}"


def _judge(kind: str, alarms: Sequence[Alarm], truths: Iterable[Truth]) -> Found:
    asked, truths = ASKED[kind], list(truths)
    mine = [
        truth
        for truth in truths
        if truth.what in asked.about
        and kind not in truth.unseen_by
        and truth.end - truth.begin >= FLOORS[kind]
    ]
    found = Found(truths=len(mine))
    for truth in mine:
        if about := [alarm.raised_at for alarm in alarms if _is_of(truth, alarm)]:
            found.hits += 1
            found.after_s.append((min(about) - truth.begin).total_seconds())
    explained = [t for t in truths if t.what in asked.also | asked.about.keys()]
    found.false = sum(not any(_is_of(t, alarm) for t in explained) for alarm in alarms)
    return found


def _is_of(truth: Truth, alarm: Alarm) -> bool:
    return truth.begin <= alarm.raised_at <= truth.end + SLACK


def _table(total: Mapping[tuple[str, str], Found], homes_30_days: float) -> Iterator[str]:
    yield "| rule | limits | truths | found | false in 30 days | after (median) | after (90 %) |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for (kind, way), found in total.items():
        took_s = sorted(found.after_s)
        after = [f"{percentile(took_s, n) / 60:.0f} min" if took_s else "" for n in (50, 90)]
        yield (
            f"| `{kind}` | {way.format(ceiling=CEILINGS[kind])} | {found.truths} "
            f"| {100 * found.hits / max(found.truths, 1):.1f} % "
            f"| {found.false / homes_30_days:.2f} | {after[0]} | {after[1]} |"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rules.learned",
        description="Limits that are learned against fixed ones, on lives that are made up from "
        f"the seeds {SEEDS_FROM} on.",
    )
    parser.add_argument("--homes", type=int, default=20, help="how many")
    parser.add_argument("--days", type=int, default=150, help="of each")
    parser.add_argument("--jobs", type=int, default=1, help="how many at the same time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
