"""The service itself, in the foreground: what `heimvakt run` does once it knows what is asked.

systemd asks in the plainest of ways, and what it asks is read here. typer, which reads everything
that a person may type and helps where that is wrong, would stay in memory until the service ends.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

import structlog

from heimvakt.app import catalogue
from heimvakt.app.home_file import HomeFile, NotUsed
from heimvakt.app.life import Places
from heimvakt.app.serving import serve
from heimvakt.config.findings import Finding, render_findings
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.runtime.collector import put_off
from heimvakt.runtime.logs import configure_logs
from heimvakt.runtime.supervise import UnitGaveUp

from .exits import Exit, tell
from .places import default_socket

SWITCH_S = 0.0005
WITH_A_VALUE = ("--config", "--state", "--socket", "--log", "--driven-from")

log = structlog.get_logger("run")


class Log(StrEnum):
    """How log lines are written."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the service is to run with."""

    config: Path
    state: Path | None = None
    socket: Path | None = None
    log_format: Log = Log.AUTO
    verbose: bool = False
    driven_from: str | None = None


def asked(arguments: Sequence[str]) -> Asked | None:
    """What is asked for, behind `heimvakt run`; None: it is not said plainly, or it is wrong."""
    said: dict[str, str] = {}
    verbose = False
    left = iter(arguments)
    for name in left:
        if name == "--verbose":
            verbose = True
            continue
        value = next(left, "")
        if name not in WITH_A_VALUE or not value or value.startswith("-"):
            return None
        said[name] = value
    if "--config" not in said or said.get("--log", Log.AUTO) not in list(Log):
        return None
    return Asked(
        config=Path(said["--config"]),
        state=Path(said["--state"]) if "--state" in said else None,
        socket=Path(said["--socket"]) if "--socket" in said else None,
        log_format=Log(said.get("--log", Log.AUTO)),
        verbose=verbose,
        driven_from=said.get("--driven-from"),
    )


def run(asked: Asked) -> None:
    """Run the gateway until it is told to stop."""
    # The store's thread must not wait 5 ms for its turn whenever the event loop is at work.
    sys.setswitchinterval(SWITCH_S)
    put_off()
    faulthandler.enable()  # when the watchdog kills a hung process, its stack is in the journal
    on_terminal = asked.log_format is Log.AUTO and sys.stderr.isatty()
    configure_logs(
        "console" if on_terminal or asked.log_format is Log.CONSOLE else "json",
        verbose=asked.verbose,
    )
    config = asked.config
    directory = asked.state or Path(os.environ.get("STATE_DIRECTORY", "/var/lib/heimvakt"))
    home = HomeFile(config, directory, catalogue, _tell)
    try:
        configuration = home.begin()
    except NotUsed:
        _end(Exit.CONFIGURATION, f"{config} is not used", f"see: heimvakt check {config}")
    places = Places(
        state=directory, socket=asked.socket or default_socket(), file=config.absolute()
    )
    driven_from = asked.driven_from
    if driven_from is not None:
        log.warning("the clock of this gateway is driven from outside", start=driven_from)
    try:
        asyncio.run(
            serve(
                configuration,
                places,
                read_again=home.read,
                driven_from=datetime.fromisoformat(driven_from) if driven_from else None,
            )
        )
    except StoreUnavailable as error:
        _end(Exit.FOUND, str(error), "the gateway takes nothing that it could lose, and has ended")
    except UnitGaveUp as error:
        _end(Exit.FOUND, str(error), "the cause is in the log lines above")


def _tell(findings: Sequence[Finding]) -> None:
    print(render_findings(findings), file=sys.stderr)


def _end(code: Exit, what: str, hint: str) -> NoReturn:
    tell(what, hint)
    sys.exit(code)
