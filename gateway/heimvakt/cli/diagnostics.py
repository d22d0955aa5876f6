"""`heimvakt diagnostics`: a bundle for whoever helps from afar, without secrets and names."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from heimvakt import __version__
from heimvakt.app import catalogue
from heimvakt.diagnostics.bundle import Part, manifest, write
from heimvakt.diagnostics.known import credential_folders, known_here, this_environment
from heimvakt.diagnostics.parts import Wanted, parts
from heimvakt.diagnostics.redaction import Redactor
from heimvakt.runtime.clock import SystemClock

from .client import SocketOption, ask_if_there
from .diagnostics_words import (
    ADD_IT,
    ARE_IN,
    ARE_OUT,
    FOR_YOU_ALONE,
    IN_IT,
    NOTHING,
    TAKEN_OUT,
    about_events,
    language_of,
    what_is,
)
from .exits import Exit, fail

EXAMPLE = """Examples:
heimvakt diagnostics;
heimvakt diagnostics --dry-run;
heimvakt diagnostics --with-events 2 --out /tmp/for-support.tar.gz"""

CONFIG = Path("/etc/heimvakt/home.toml")
STATE = Path("/var/lib/heimvakt")
LINES = 2000
LINES_MAX = 20_000
DAYS_MAX = 30
FILE_MAX = 1024 * 1024
ANSWER_S = 10.0


def command(
    out: Annotated[
        Path | None,
        typer.Option(help="Where it goes.", show_default="heimvakt-diagnostics-TIME.tar.gz"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be in it, and write nothing.")
    ] = False,
    lines: Annotated[int, typer.Option(help="Lines of the log.", min=1, max=LINES_MAX)] = LINES,
    log: Annotated[
        Path | None,
        typer.Option(help="A file with the log, where there is no journalctl.", metavar="FILE"),
    ] = None,
    with_events: Annotated[
        int | None,
        typer.Option(
            help="Also what happened in the home on the last days: when somebody was up, out, in "
            "the bathroom. Asks first.",
            min=1,
            max=DAYS_MAX,
            metavar="DAYS",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about --with-events.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    config: Annotated[Path, typer.Option(help="The file of this home.")] = CONFIG,
    state: Annotated[Path, typer.Option(help="The state folder of the gateway.")] = STATE,
    socket: SocketOption = None,
) -> None:
    """Gather what a helper needs to see into one file that only you may read.

    Works whether the service runs or not, and whatever is broken: what cannot be had says why.
    Secrets and names are taken out and looked for once more in all that is written.
    """
    text = _text(config)
    language = language_of(text)
    if with_events is not None and not yes and not dry_run:
        _ask_about_events(with_events, language)
    clock = SystemClock()
    now = clock.now()
    environment = this_environment()
    known = known_here(
        text, state=state, folders=credential_folders(environment), environment=environment
    )
    redactor = Redactor(known)
    wanted = Wanted(
        config=config,
        text=text,
        state=state,
        catalogue=catalogue,
        ask=lambda what: ask_if_there(socket, {"do": what}, within_s=ANSWER_S),
        lines=lines,
        log=log,
        events_of_days=with_events,
        now=now,
        monotonic=clock.monotonic,
    )
    made = list(parts(wanted, redactor))
    facts = {
        "made_at": now.isoformat(),
        "version": __version__,
        "taken_out": [words.en for words in TAKEN_OUT],
        "in_it": [words.en for words in IN_IT],
        "events_of_days": with_events,
    }
    made.insert(0, manifest(made, facts))
    name = f"heimvakt-diagnostics-{now:%Y%m%dT%H%M%SZ}"
    file = (out or Path(f"{name}.tar.gz")).absolute()
    size = 0
    if not dry_run:
        try:
            size = write(file, name, made, now)
        except FileExistsError:
            fail(Exit.USAGE, f"{file} is there already", "name another one with --out")
        except OSError as error:
            fail(Exit.FOUND, f"{file}: {error.strerror}", "name another place with --out")
    if as_json:
        _print_json(made, None if dry_run else file, size, facts)
    else:
        _print(made, None if dry_run else file, size, language)


def _ask_about_events(days: int, language: str) -> None:
    print(about_events(days).in_language(language), file=sys.stderr)
    if not sys.stdin.isatty():
        fail(Exit.USAGE, "nobody is there to be asked", "say --yes if you have decided")
    typer.confirm(ADD_IT.in_language(language), abort=True, err=True)


def _text(config: Path) -> str:
    """The file as it is; what cannot be read is none, and the findings say why."""
    try:
        with config.open("rb") as stream:
            return stream.read(FILE_MAX).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _print_json(
    made: Sequence[Part], file: Path | None, size: int, facts: Mapping[str, Any]
) -> None:
    rows = [
        {"name": p.name, "what": p.what, "bytes": len(p.content), "complete": p.complete}
        for p in made
    ]
    told = {**facts, "file": str(file) if file else None, "bytes": size, "parts": rows}
    print(json.dumps(told, ensure_ascii=False, indent=2))


def _print(made: Sequence[Part], file: Path | None, size: int, language: str) -> None:
    for part in made:
        what = what_is(part.name, part.what).in_language(language)
        note = "" if part.complete else f"   {_first_line(part)}"
        print(f"  {part.name:<18} {len(part.content):>9,}  {what}{note}")
    for title, found in ((ARE_OUT, TAKEN_OUT), (ARE_IN, IN_IT)):
        print(title.in_language(language))
        for words in found:
            print(f"  {words.in_language(language)}")
    mine = FOR_YOU_ALONE.in_language(language)
    print(f"{file}: {size:,} B, {mine}" if file else NOTHING.in_language(language))


def _first_line(part: Part) -> str:
    return part.content[:100].decode(errors="replace").partition("\n")[0]
