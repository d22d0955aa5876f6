"""`heimvakt export`: what a gateway has stored as a file of lines, whole or with nobody in it."""

from __future__ import annotations

import json
import random
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from heimvakt.app import catalogue
from heimvakt.config.configuration import Configuration
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.core.codec import encode_event
from heimvakt.core.devices import Home
from heimvakt.core.events import Event
from heimvakt.replay.journal import NoSource
from heimvakt.replay.redacted.events import Redacted
from heimvakt.replay.redacted.home import CannotRedact, redacted_home
from heimvakt.replay.redacted.names import GATEWAY, Names
from heimvakt.replay.redacted.toml import to_toml
from heimvakt.replay.redacted.weeks import NoWeeks, weeks_back
from heimvakt.replay.source import Source, open_source

from .exits import Exit, fail
from .times import as_day, count

EXAMPLE = """Examples:
heimvakt export --out november.jsonl --from 2026-11-01 --to 2026-11-30;
heimvakt export --redacted --out case.jsonl; heimvakt replay --config case.toml case.jsonl"""
STATE = Path("/var/lib/heimvakt")
HOME = Path("/etc/heimvakt/home.toml")


def command(
    out: Annotated[Path, typer.Option(help="Where the events go, one a line.")],
    state: Annotated[Path, typer.Option(help="The state folder of the gateway.")] = STATE,
    config: Annotated[Path, typer.Option("--config", help="The file of the home.")] = HOME,
    first: Annotated[
        str | None, typer.Option("--from", help="The first day, such as 2026-11-01.", metavar="DAY")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day.", metavar="DAY")] = None,
    redacted: Annotated[
        bool,
        typer.Option(
            "--redacted", help="Other names, moved times, and the file of the home beside it."
        ),
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="How far times move: the same seed, the same weeks.")
    ] = None,
) -> None:
    """Write what is stored to a file that `heimvakt replay` reads.

    The service may run. What is redacted tells no name, room, address or date; that somebody is ill
    or gets medicine it may still tell to those who know the home: give it to few.
    """
    if out.suffix != ".jsonl":
        fail(Exit.USAGE, f"{out} is to be a file of JSON lines", "end its name with .jsonl")
    days = (as_day(first), as_day(last))
    configuration = _configured(config) if redacted or any(days) else None
    span = _Span.of(*days, configuration.zone) if configuration else _Span()
    try:
        source = open_source(state)
        if configuration is None or not redacted:
            written = _write(out, span.within(source.events(_NOBODY)))
            print(f"{out}: {count(written, 'event')}")
        else:
            _redact(configuration, config, source, span, out, seed)
    except NoSource as error:
        fail(Exit.FOUND, str(error), error.hint)
    except OSError as error:
        fail(Exit.FOUND, f"{error.filename}: {error.strerror}")
    if source.unread:
        print(f"{count(source.unread, 'event')} could not be read:", file=sys.stderr)
        for why in source.examples[:3]:
            print(f"  {why}", file=sys.stderr)


_NOBODY = Home(gateway_id="")
"""A journal needs no home to be read."""


@dataclass(frozen=True, slots=True)
class _Span:
    """The days that are wanted, as moments."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, first: date | None, last: date | None, zone: ZoneInfo) -> _Span:
        def midnight(day: date) -> datetime:
            return datetime(day.year, day.month, day.day, tzinfo=zone)

        return cls(
            midnight(first) if first else None,
            midnight(last + timedelta(days=1)) if last else None,
        )

    def within(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if (self.since is None or self.since <= event.at) and (
                self.until is None or event.at < self.until
            ):
                yield event


def _configured(path: Path) -> Configuration:
    loaded = load(path, catalogue())
    if loaded.configuration is None:
        fail(Exit.CONFIGURATION, render_findings(loaded.findings))
    return loaded.configuration


def _redact(
    configuration: Configuration,
    config: Path,
    source: Source,
    span: _Span,
    out: Path,
    seed: int | None,
) -> None:
    home = configuration.to_home()
    names = Names.of(home, configuration.tags, (path.name for path in configuration.paths))
    beside = out.with_suffix(".toml")
    if beside.exists() and GATEWAY not in beside.read_text(encoding="utf-8"):
        fail(Exit.USAGE, f"{beside} is there already", "the home goes there: choose another --out")
    try:
        data = tomllib.loads(config.read_text(encoding="utf-8"))
        tables = redacted_home(data, names, catalogue().rules)
        by = _weeks(span.within(source.events(home)), home.zone, seed)
    except CannotRedact as error:
        fail(Exit.FOUND, f"{config}: {error}", "give a copy without it by --config")
    except NoWeeks as error:
        fail(Exit.FOUND, str(error), "give fewer days with --from and --to")
    _put(beside, to_toml(tables))
    loaded = load(beside, catalogue())
    if loaded.configuration is None:
        fail(Exit.FOUND, f"{beside} cannot be used as it is:\n{render_findings(loaded.findings)}")
    own = Redacted(names, by, home.gateway_id)
    written = _write(out, own.events(span.within(source.events(home))))
    print(f"{out}: {count(written, 'event')}, moved by whole weeks; the home: {beside}")


def _weeks(events: Iterable[Event], zone: ZoneInfo, seed: int | None) -> timedelta:
    first: datetime | None = None
    last: datetime | None = None
    for event in events:
        first = event.at if first is None else min(first, event.at)
        last = event.at if last is None else max(last, event.at)
    if first is None or last is None:
        fail(Exit.FOUND, "there is no event in these days")
    return weeks_back(
        first, last, zone, random.SystemRandom().getrandbits(64) if seed is None else seed
    )


def _write(path: Path, events: Iterable[Event]) -> int:
    """All or nothing: a file that is half of a journal would be taken for a whole one."""
    half = path.with_name(f"{path.name}.new")
    written = 0
    with half.open("w", encoding="utf-8") as file:
        for event in events:
            file.write(json.dumps(encode_event(event), ensure_ascii=False) + "\n")
            written += 1
    half.replace(path)
    return written


def _put(path: Path, text: str) -> None:
    half = path.with_name(f"{path.name}.new")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
