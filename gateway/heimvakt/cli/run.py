"""`heimvakt run`, as a person types it: the service is in `service`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import service
from .client import SocketOption
from .service import Asked, Log

EXAMPLE = "Example: heimvakt run --config /etc/heimvakt/home.toml"


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
    service.run(
        Asked(
            config=config,
            state=state,
            socket=socket,
            log_format=log_format,
            verbose=verbose,
            driven_from=driven_from,
        )
    )
