"""One generated life, run through the rules and judged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from heimvakt.core.alarms import Alarm
from heimvakt.generate.failings import Span
from heimvakt.generate.habits import Kind, draw
from heimvakt.generate.life import Life
from heimvakt.generate.lived import Doing, Happened
from heimvakt.generate.lived import Truth as Lived
from heimvakt.replay.again import Again

from .homes import CHECKS, ZONE, usual_home
from .judge import (
    ASKED,
    AWAY,
    ELSEWHERE,
    Judged,
    Truth,
    false_alarms,
    high_asked,
    high_missed,
    judge,
)

OF_A_SENSOR = (Happened.DEVICE_DEAD, Happened.BATTERY_LOW)
"""What makes a rule blind is not hidden by it."""
JUST_NOW = timedelta(minutes=1)
FIRST = date(2026, 1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one life."""

    seed: int
    kind: Kind
    partner: bool
    events: int
    took_s: float
    """Of the processor, in the rules alone."""
    judged: dict[str, Judged]
    false: list[Alarm]
    high_asked: int
    high_missed: list[Truth]


def live(seed: int, days: int, *, well: bool) -> Result:
    """Live it, let the rules hear it, judge them."""
    habits = draw(Random(seed), unwell=not well)
    home = usual_home(habits)
    life = Life(home, seed, FIRST, days, unwell=not well)
    lived = list(life.events())
    truths = list(truths_of(life))
    again, began_s = Again(home), time.process_time()
    for _ in again.anew(lived):
        pass
    took_s = time.process_time() - began_s
    alarms = list(again.alarms.values())
    return Result(
        seed=seed,
        kind=habits.kind,
        partner=habits.partner,
        events=len(lived),
        took_s=took_s,
        judged=judge(alarms, truths),
        false=false_alarms(alarms, truths),
        high_asked=len(high_asked(truths, ZONE)),
        high_missed=high_missed(alarms, truths, ZONE),
    )


def truths_of(life: Life) -> Iterator[Truth]:
    """What should be told of a life whose events have all been read, and what explains alarms."""
    off = list(life.failings.deaf())
    for truth in life.truths:
        blind = {
            rule.kind
            for rule in life.home.rules.values()
            for device_id in rule.needs
            if truth.what not in OF_A_SENSOR
            and any(_meet(span, truth) for span in life.failings.dead.get(device_id, ()))
        }
        if any(_meet(span, truth) for span in off):
            blind = set(ASKED)
        begin, end = _utc(truth.begin), _utc(truth.end)
        yield Truth(truth.what, begin, end, truth.device_id, frozenset(blind))
    for trip in life.trips:
        if trip.told:
            yield Truth(AWAY, _utc(datetime.combine(trip.day, CHECKS[0])), _utc(trip.back))
    up = [stay for stay in life.stays if stay.doing is not Doing.SLEEPS]
    for day in range(life.days):
        for at in CHECKS:
            check = datetime.combine(life.first + timedelta(days=day), at)
            if any(trip.told and trip.holds(check) for trip in life.trips):
                continue  # the home knows that there is nothing to be seen
            # Who lies down in this very minute may be told as there or not.
            if any(stay.begin <= check and check - JUST_NOW < stay.end for stay in up):
                yield Truth(ELSEWHERE, _utc(check), _utc(check))


def _meet(span: Span, truth: Lived) -> bool:
    return span.begin <= truth.end and truth.begin <= span.end


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=ZONE).astimezone(UTC)
