"""`heimvakt replay`: what was, once more through the rules, under this configuration or another."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from heimvakt.app import catalogue
from heimvakt.config.configuration import Configuration
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.core.alarms import Alarm
from heimvakt.replay.again import Again
from heimvakt.replay.difference import Change, difference
from heimvakt.replay.journal import NoSource
from heimvakt.replay.picture.files import NoPicture, check, write
from heimvakt.replay.picture.seen import Seen
from heimvakt.replay.source import Source, open_source

from .exits import Exit, fail
from .times import as_day, count

EXAMPLE = """Examples:
heimvakt replay --config home.toml --against wider.toml /var/lib/heimvakt;
heimvakt replay --config home.toml --plot november.html --from 2026-11-01 /var/lib/heimvakt"""
FIRST = "The first day of the picture, such as 2026-11-01."
LAST = "The last day of it: the night that begins on it is the last row."
SAY_EVERY = 20_000
"""Events between two words of progress."""
NAMED_MAX = 6
"""Alarms that are gone or new, named on one line."""


def command(
    source: Annotated[
        Path,
        typer.Argument(
            help="A state folder or heimvakt.db, an export of events, or a recorded home.",
            metavar="SOURCE",
        ),
    ],
    config: Annotated[Path, typer.Option("--config", help="The file of the home.")],
    against: Annotated[
        Path | None, typer.Option(help="Another file: which alarms would be gone, which new?")
    ] = None,
    as_it_was: Annotated[
        bool,
        typer.Option(
            "--as-it-was",
            help="Hold what comes of the journal against the alarms that were raised live.",
        ),
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(
            help="Draw the days too, as --config has them: FILE.html, .svg or .png.",
            metavar="FILE",
        ),
    ] = None,
    first_day: Annotated[str | None, typer.Option("--from", help=FIRST, metavar="DAY")] = None,
    last_day: Annotated[str | None, typer.Option("--to", help=LAST, metavar="DAY")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Let what has been happen again, and see which alarms come of it.

    Nothing is sent and nothing is stored: not even a running service notices. Deadlines come as
    they are due under the file that is given, and every alarm is taken as accepted at once.
    """
    wanted = _wanted(plot, first_day, last_day, as_it_was=as_it_was)
    if as_it_was:
        _check(source, _configured(config), as_json=as_json)
        return
    try:
        found = open_source(source)
        began_s = time.perf_counter()
        here = _configured(config)
        seen = Seen(here.to_home()) if wanted else None
        runs = [_run(here, found, seen)]
        if against is not None:
            runs.append(_run(_configured(against), found))
        took_s = time.perf_counter() - began_s
    except NoSource as error:
        fail(Exit.FOUND, str(error), error.hint)
    if wanted is not None and seen is not None:
        _draw(wanted, seen, runs[0], here)
    changes = difference(runs[0].alarms.values(), runs[-1].alarms.values())
    zone = here.zone
    if as_json:
        print(json.dumps(_as_json(found, runs, changes), ensure_ascii=False, indent=2))
        return
    first = runs[0]
    print(f"{_days(first)}, {first.events:,} events in {took_s:.1f} s")
    for line in _lines(changes, zone, compared=against is not None) or ["no alarm"]:
        print(f"  {line}")
    sys.stdout.flush()
    _say_left_out(found, runs)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A picture that was asked for."""

    file: Path
    first: date | None
    last: date | None


def _wanted(
    plot: Path | None, first: str | None, last: str | None, *, as_it_was: bool
) -> _Wanted | None:
    """Find what is wrong with it before a year is replayed for nothing."""
    if plot is None:
        if first or last:
            fail(Exit.USAGE, "--from and --to are the days of a picture", "add --plot FILE.html")
        return None
    if as_it_was:
        fail(Exit.USAGE, "a picture is drawn without --as-it-was", "leave it out")
    try:
        check(plot)
    except NoPicture as error:
        fail(Exit.USAGE, str(error), error.hint)
    return _Wanted(plot, as_day(first), as_day(last))


def _draw(wanted: _Wanted, seen: Seen, run: Again, configuration: Configuration) -> None:
    """Told on standard error: what is on standard output may be for a program."""
    alarms = sorted(run.alarms.values(), key=lambda alarm: alarm.raised_at)
    language = configuration.gateway.language
    try:
        said = write(wanted.file, seen, alarms, language, wanted.first, wanted.last)
    except NoPicture as error:
        fail(Exit.FOUND, str(error), error.hint)
    print(said, file=sys.stderr)


def _check(path: Path, configuration: Configuration, *, as_json: bool) -> None:
    """Whether the journal, taken as it stands, gives the alarms that are stored."""
    home = configuration.to_home()
    try:
        source = open_source(path)
        stored = source.alarms()
        if stored is None:
            fail(Exit.USAGE, f"{path} has no alarms to be held against", "give the state folder")
        again = Again(home)
        for _ in again.as_it_was(source.events(home)):
            pass
    except NoSource as error:
        fail(Exit.FOUND, str(error), error.hint)
    wrong = sorted(
        alarm_id
        for alarm_id in stored.keys() | again.alarms.keys()
        if stored.get(alarm_id) != again.alarms.get(alarm_id)
    )
    if as_json:
        print(json.dumps({"events": again.events, "alarms": len(stored), "different": wrong}))
    else:
        print(f"{again.events:,} events, {count(len(stored), 'alarm')}")
        for alarm_id in wrong:
            print(f"  {alarm_id}: {_how(stored.get(alarm_id), again.alarms.get(alarm_id))}")
        print("  NOT as it was" if wrong else "  as it was, to the letter")
    if wrong:
        raise typer.Exit(Exit.FOUND)


def _how(stored: Alarm | None, again: Alarm | None) -> str:
    if stored is None:
        return "was not raised live"
    return "is not raised again" if again is None else "is another one"


def _configured(path: Path) -> Configuration:
    loaded = load(path, catalogue())
    if loaded.configuration is None:
        print(render_findings(loaded.findings), file=sys.stderr)
        raise typer.Exit(Exit.CONFIGURATION)
    return loaded.configuration


def _run(configuration: Configuration, source: Source, seen: Seen | None = None) -> Again:
    home = configuration.to_home()
    again = Again(home)
    progress = sys.stderr.isatty()
    said = 0
    events = source.events(home)
    for outcome in again.anew(events if seen is None else seen.watch(events)):
        if seen is not None:
            seen.derived(outcome.derived)
        if progress and again.events >= said + SAY_EVERY:
            said = again.events
            print(f"\r{again.events:,} events, {again.last_at:%d %b %Y}", end="", file=sys.stderr)
    if said:
        print("\r\033[K", end="", file=sys.stderr)
    if again.last_at is None:
        raise NoSource(f"{source.path}: there is no event in it")
    return again


def _days(again: Again) -> str:
    if again.first_at is None or again.last_at is None:
        return "nothing"
    return count(max(1, round((again.last_at - again.first_at) / timedelta(days=1))), "day")


def _lines(changes: Sequence[Change], zone: ZoneInfo, *, compared: bool) -> list[str]:
    widest = max((len(change.rule_id) for change in changes), default=0)
    lines = []
    for change in changes:
        cells = [change.rule_id.ljust(widest), count(len(change.before), "alarm").ljust(10)]
        if compared:
            cells += [f"->  {len(change.after):<4}"]
            cells += [_named("gone", change.gone, zone), _named("new", change.new, zone)]
        else:
            cells.append(_moments(change.before, zone))
        lines.append("  ".join(filter(None, cells)).rstrip())
    return lines


def _named(word: str, alarms: Sequence[Alarm], zone: ZoneInfo) -> str:
    return f"{word}: {_moments(alarms, zone)}" if alarms else ""


def _moments(alarms: Iterable[Alarm], zone: ZoneInfo) -> str:
    moments = [_moment(alarm.began_at.astimezone(zone)) for alarm in alarms]
    more = len(moments) - NAMED_MAX
    return ", ".join(moments[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%b %H:%M}"


def _say_left_out(source: Source, runs: Sequence[Again]) -> None:
    """On standard error, so that what was counted is known to be not all."""
    if source.unread:
        print(f"{count(source.unread, 'line')} could not be read:", file=sys.stderr)
        for why in source.examples[:3]:
            print(f"  {why}", file=sys.stderr)
    strange = source.strangers or runs[0].left_out
    if strange:
        named = ", ".join(f"{name} ({number})" for name, number in sorted(strange.items())[:12])
        print(f"of no device of this home: {named}", file=sys.stderr)


def _as_json(source: Source, runs: Sequence[Again], changes: Sequence[Change]) -> dict[str, Any]:
    first = runs[0]
    return {
        "events": first.events,
        "from": first.first_at.isoformat() if first.first_at else None,
        "to": first.last_at.isoformat() if first.last_at else None,
        "unread": source.unread,
        "strangers": dict(source.strangers or first.left_out),
        "rules": [
            {
                "rule": change.rule_id,
                "before": [_alarm(alarm) for alarm in change.before],
                "after": [_alarm(alarm) for alarm in change.after],
                "gone": [alarm.alarm_id for alarm in change.gone],
                "new": [alarm.alarm_id for alarm in change.new],
            }
            for change in changes
        ],
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "alarm_id": alarm.alarm_id,
        "kind": alarm.kind,
        "priority": alarm.priority,
        "device_id": alarm.device_id,
        "began_at": alarm.began_at.isoformat(),
        "raised_at": alarm.raised_at.isoformat(),
        "text": alarm.text.en,
    }
