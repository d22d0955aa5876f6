"""A recorded home, run through the rules and judged by the labels that were written beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from heimvakt.app import catalogue
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Home
from heimvakt.replay.again import Again
from heimvakt.replay.source import open_source

from .judge import ASKED, Truth, false_alarms, judge, missed
from .labels import Label, read, truths
from .table import by_rule


class NotJudged(Exception):
    """It cannot be; the text says why."""


def judge_recording(recording: Path, labels: Path, home: Path) -> Iterator[str]:
    """Lines: the table, and each alarm that is false and each truth that is missed.

    Args:
        recording: what the sensors showed.
        labels: what was truly done.
        home: the file of the home: which sensor is what, and what the rules live on.

    Raises:
        NotJudged: a file is not what it should be.
    """
    loaded = load(home, catalogue())
    if loaded.configuration is None:
        raise NotJudged(render_findings(loaded.findings))
    here = loaded.configuration.to_home()
    written = read(labels)
    if not written:
        raise NotJudged(f"{labels}: there is no label in it")
    again = Again(here)
    for _ in again.anew(open_source(recording).events(here)):
        pass
    if again.first_at is None or again.last_at is None:
        raise NotJudged(f"{recording}: there is no event of this home in it")
    alarms = list(again.alarms.values())
    true = [  # labels may begin before the sensors do, and go on after them
        truth
        for truth in truths(written, here.zone)
        if again.first_at <= truth.begin <= again.last_at
    ]
    kinds = {rule.kind for rule in here.rules.values()}
    judged = {
        kind: found
        for kind, found in judge(alarms, true).items()
        if kind in kinds and (found.truths or found.alarms)
    }
    days = (again.last_at - again.first_at) / timedelta(days=1)
    yield f"{days:.0f} days, {again.events:,} events"
    yield from by_rule(judged, days / 30)
    yield from _one_by_one(here, alarms, true, written)


def _one_by_one(
    home: Home, alarms: Sequence[Alarm], true: Sequence[Truth], labels: Sequence[Label]
) -> Iterator[str]:
    yield "| what | when | what the labels say |"
    yield "| --- | --- | --- |"
    lines = [
        (alarm.raised_at, f"false `{alarm.kind}`, {alarm.priority}")
        for alarm in false_alarms(alarms, true)
    ]
    lines += [
        (truth.begin, f"missed by `{kind}`: {truth.what}")
        for kind in ASKED
        if any(rule.kind == kind for rule in home.rules.values())
        for truth in missed(kind, alarms, true)
    ]
    for at, what in sorted(lines):
        local = at.astimezone(home.zone)
        yield f"| {what} | {local:%d %b %H:%M} | {_label_at(labels, local)} |"


def _label_at(labels: Sequence[Label], at: datetime) -> str:
    wall = at.replace(tzinfo=None)
    now = [label.what for label in labels if label.holds(wall)]
    if now:
        return ", ".join(now)
    before = max((each for each in labels if each.end < wall), key=_end, default=None)
    return f"nothing; before: {before.what} until {before.end:%H:%M}" if before else ""


def _end(label: Label) -> datetime:
    return label.end
