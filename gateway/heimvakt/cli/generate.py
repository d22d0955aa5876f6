"""`heimvakt generate`: the events of a life that nobody lived, with what should be told of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from heimvakt.app import catalogue
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.core.codec import encode_event
from heimvakt.core.events import Event
from heimvakt.generate.life import Life

from .exits import Exit, fail
from .times import count

EXAMPLE = "Example: heimvakt generate --config home.toml --days 365 --seed 7 --out year.jsonl"
SAY_EVERY = 20_000
"""Events between two words of progress."""
YEARS = range(1970, 2100)


@dataclass(slots=True)
class _Written:
    events: int = 0


def command(
    config: Annotated[Path, typer.Option("--config", help="The file of the home.")],
    out: Annotated[Path, typer.Option(help="Where the events go, one a line.")],
    days: Annotated[int, typer.Option(help="How long.", min=1, max=3_660)] = 30,
    seed: Annotated[int, typer.Option(help="Which life: the same seed, the same life.")] = 1,
    begin: Annotated[str, typer.Option("--from", help="The first day.")] = "2026-01-05",
    well: Annotated[
        bool, typer.Option("--well", help="Nothing happens that somebody should hear of.")
    ] = False,
) -> None:
    """Make up a life in a home: habits, nights, outings, visits, doses, and sensors that err.

    What should be told of it is written beside it, as FILE.truth.jsonl. Rooms are found by their
    names: bedroom, bathroom, kitchen, living, hall. See it with: heimvakt replay.
    """
    loaded = load(config, catalogue())
    if loaded.configuration is None:
        fail(Exit.CONFIGURATION, render_findings(loaded.findings))
    try:
        first = date.fromisoformat(begin)
    except ValueError:
        fail(Exit.USAGE, f'"{begin}" is no day', "write it as 2026-01-05")
    if first.year not in YEARS:
        fail(Exit.USAGE, f"no life begins in {first.year}", "take a year from 1970 to 2099")
    life = Life(loaded.configuration.to_home(), seed, first, days, unwell=not well)
    truth = out.with_name(f"{out.name}.truth.jsonl")
    written = _Written()
    try:
        _write(out, _events(life, written))
        _write(truth, _truths(life))
    except OSError as error:
        fail(Exit.FOUND, f"{error.filename}: {error.strerror}")
    print(
        f"{out}: {count(days, 'day')}, {written.events:,} events; "
        f"{truth.name}: {count(len(life.truths), 'truth')}"
    )


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """All or nothing: a file that is half of a life would be taken for a whole one."""
    half = path.with_name(f"{path.name}.new")
    with half.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    half.replace(path)


def _events(life: Life, written: _Written) -> Iterator[dict[str, Any]]:
    for event in life.events():
        written.events += 1
        _progress(written, event)
        yield encode_event(event)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def _progress(written: _Written, event: Event) -> None:
    if written.events % SAY_EVERY == 0 and sys.stderr.isatty():
        print(f"\r{written.events:,} events, {event.at:%d %b %Y}", end="", file=sys.stderr)


def _truths(life: Life) -> Iterator[dict[str, Any]]:
    zone = life.home.zone
    for truth in sorted(life.truths, key=lambda truth: truth.begin):
        told = {
            "what": truth.what,
            "begin": _utc(truth.begin, zone),
            "end": _utc(truth.end, zone),
        }
        yield told if truth.device_id is None else {**told, "device": truth.device_id}


def _utc(local: datetime, zone: ZoneInfo) -> str:
    return local.replace(tzinfo=zone).astimezone(UTC).isoformat()
