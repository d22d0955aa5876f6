"""`heimvakt selftest`: all that can be looked at, looked at: by the running service, or alone where
none runs."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from heimvakt.checks.junit import junit
from heimvakt.checks.page import page
from heimvakt.core.checks import Needs, Result
from heimvakt.core.codec import decode, encode
from heimvakt.core.self_test import SelfTest, summary

from . import completion
from .client import SocketOption, ask, follow, is_there
from .exits import Exit, fail
from .selftest_screen import Screen

EXAMPLE = "Example: heimvakt selftest --only hall-motion --only store"

QUIET_S = 150.0
"""Longer than any one check may take, with a person who thinks it over."""
CONFIG = Path("/etc/heimvakt/home.toml")
STATE = Path("/var/lib/heimvakt")


def command(
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these: a part or words of an id, such as store/free; repeatable.",
            autocompletion=completion.checks,
        ),
    ] = None,
    with_bolt: Annotated[
        bool, typer.Option("--with-bolt", help="Also move the bolts of locks, there and back.")
    ] = False,
    with_hand: Annotated[
        bool, typer.Option("--with-hand", help="Also what a person here must see or hear.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", help="Write it as JUnit too.", metavar="FILE")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write it as a page to print.", metavar="FILE")
    ] = None,
    config: Annotated[
        Path, typer.Option(help="The file of this home, where no service runs.")
    ] = CONFIG,
    state: Annotated[
        Path, typer.Option("--state", help="Where the database is, where no service runs.")
    ] = STATE,
    socket: SocketOption = None,
) -> None:
    """Look at the box, its clock and disk, radios, sensors, locks, paths and the centre.

    While the service works it does the tests itself, and misses nothing meanwhile. Where none runs
    only the box and the way to the brokers can be looked at. Ends with 1 if anything has failed.
    """
    allowed = [Needs.BOLT] * with_bolt + [Needs.HAND] * with_hand
    if as_json and with_hand:
        fail(Exit.USAGE, "a program cannot see lamps: leave --with-hand or --json out")
    screen = Screen(quiet=as_json)
    with screen:
        if is_there(socket):
            report, kept = by_service(socket, only or [], allowed, screen)
        else:
            report, kept = _alone(config, state, only or [], frozenset(allowed), screen)
    _write(junit_file, lambda: junit(report))
    _write(html_file, lambda: page(report))
    if as_json:
        print(json.dumps({**encode(report), "kept": kept}, ensure_ascii=False, indent=2))
    else:
        where = kept or "not kept"
        print(f"{summary(report.results).in_language(report.language)}    report: {where}")
    raise typer.Exit(Exit.FOUND if report.has_failed else Exit.GOOD)


def by_service(
    socket: Path | None, only: list[str], allowed: list[Needs], screen: Screen
) -> tuple[SelfTest, str | None]:
    """Let the service do it, and show how it goes; what was found, and the page of it."""
    request = {"do": "self-test", "only": only, "with": allowed}
    results: list[Any] = []
    last: dict[str, Any] = {}
    for last in follow(socket, request, quiet_s=QUIET_S):
        if "begins" in last:
            language = screen.language = last["language"]
            part, title = last["part"][_of(language)], last["title"][_of(language)]
            screen.begins(part, title, last["number"], last["of"])
        elif "result" in last:
            results.append(last["result"])
            screen.ends(decode(Result, last["result"]))
        elif "asks" in last:
            yes = screen.asks(last["asks"][_of(screen.language)])
            ask(socket, {"do": "self-test-answer", "question": last["question"], "yes": yes})
    return decode(SelfTest, {**last["report"], "results": results}), last["kept"]


def _alone(
    config: Path, state: Path, only: list[str], allowed: frozenset[Needs], screen: Screen
) -> tuple[SelfTest, str | None]:
    # Here, so that whoever asks a service pays for no gateway.
    from heimvakt.app import catalogue
    from heimvakt.app.self_tests import SelfTests
    from heimvakt.checks.running import Nobody
    from heimvakt.config.findings import render_findings
    from heimvakt.config.loader import load
    from heimvakt.core.checks import Check
    from heimvakt.runtime.clock import SystemClock
    from heimvakt.runtime.logs import configure_logs

    configure_logs("console", verbose=False)
    loaded = load(config, catalogue())
    configuration = loaded.configuration
    if configuration is None:
        print(render_findings(loaded.findings), file=sys.stderr)
        fail(Exit.CONFIGURATION, f"no service runs, and {config} is not used", "see: --config FILE")
    if not state.is_dir():
        fail(Exit.NO_SERVICE, f"no service runs, and {state} is not there", "see: --state DIR")
    screen.language = configuration.gateway.language
    tests = SelfTests(lambda: configuration, state, SystemClock())
    checks = tests.meant(only)
    if not checks:
        fail(Exit.FOUND, f"there is no check of that name: {', '.join(only)}")

    done = 0

    async def begins(check: Check) -> None:
        part, title = (words.in_language(screen.language) for words in (check.part, check.title))
        screen.begins(part, title, done + 1, len(checks))

    async def ends(result: Result) -> None:
        nonlocal done
        done += 1
        screen.ends(result)

    return asyncio.run(
        tests.run(checks, by="command", hand=Nobody(), allowed=allowed, begins=begins, ends=ends)
    )


def _of(language: str) -> str:
    return "nb" if language == "nb" else "en"


def _write(file: Path | None, content: Callable[[], str]) -> None:
    if file is None:
        return
    try:
        file.write_text(content(), encoding="utf-8")
    except OSError as error:
        fail(Exit.FOUND, f"{file}: {error.strerror}", "the test itself was done")
