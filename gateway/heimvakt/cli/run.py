"""`heimvakt run`: the service itself, in the foreground; systemd runs just this."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import structlog
import typer

from heimvakt.app import catalogue
from heimvakt.app.home_file import HomeFile, NotUsed
from heimvakt.app.life import Places
from heimvakt.app.serving import serve
from heimvakt.config.findings import Finding, render_findings
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.runtime.collector import put_off
from heimvakt.runtime.logs import configure_logs
from heimvakt.runtime.supervise import UnitGaveUp

from .client import SocketOption, default_socket
from .exits import Exit, fail

EXAMPLE = "Example: heimvakt run --config /etc/heimvakt/home.toml"

SWITCH_S = 0.0005

log = structlog.get_logger("run")


class Log(StrEnum):
    """How log lines are written."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


def command(
    config: Annotated[Path, typer.Option("--config", help="The file of this home.")],
    state: Annotated[
        Path | None,
        typer.Option(
            help="Where the database is kept; under systemd its state directory.",
            show_default="/var/lib/heimvakt",
        ),
    ] = None,
    socket: SocketOption = None,
    log_format: Annotated[
        Log, typer.Option("--log", help="auto: console on a terminal, else json.")
    ] = Log.AUTO,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log details too.")] = False,
    driven_from: Annotated[
        str | None, typer.Option(hidden=True, help="Stand still at this time until driven.")
    ] = None,
) -> None:
    """Run the gateway until it is told to stop."""
    # The store's thread must not wait 5 ms for its turn whenever the event loop is at work.
    sys.setswitchinterval(SWITCH_S)
    put_off()
    faulthandler.enable()  # when the watchdog kills a hung process, its stack is in the journal
    on_terminal = log_format is Log.AUTO and sys.stderr.isatty()
    configure_logs(
        "console" if on_terminal or log_format is Log.CONSOLE else "json", verbose=verbose
    )
    directory = state or Path(os.environ.get("STATE_DIRECTORY", "/var/lib/heimvakt"))
    home = HomeFile(config, directory, catalogue, _tell)
    try:
        configuration = home.begin()
    except NotUsed:
        fail(Exit.CONFIGURATION, f"{config} is not used", f"see: heimvakt check {config}")
    places = Places(state=directory, socket=socket or default_socket(), file=config.absolute())
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
        fail(Exit.FOUND, str(error), "the gateway takes nothing that it could lose, and has ended")
    except UnitGaveUp as error:
        fail(Exit.FOUND, str(error), "the cause is in the log lines above")


def _tell(findings: Sequence[Finding]) -> None:
    print(render_findings(findings), file=sys.stderr)
