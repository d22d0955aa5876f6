"""`heimvakt mode`: what the home is set to, and to set it to something else."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from heimvakt.core.events import Mode

from .client import SocketOption, ask
from .exits import Exit, fail
from .mode_line import line
from .pair import seconds

EXAMPLE = "Example: heimvakt mode privacy --for 2h"


def command(
    mode: Annotated[
        Mode | None,
        typer.Argument(
            help="What to set it to; nothing: say what it is set to.",
            show_default=False,
        ),
    ] = None,
    lasting: Annotated[
        str | None,
        typer.Option("--for", help="How long, such as 2h; without it as the file of the home has."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """Say what the home is set to, or set it.

    away: nobody is in. visit: a carer is here. privacy: movements are not taken. service: a
    technician is at work, and alarms are marked as tests. Each ends by itself; home ends it now.
    Buttons and dangers are alarms all the time.
    """
    if mode is None:
        if lasting is not None:
            fail(Exit.USAGE, "--for goes with a mode", EXAMPLE)
        facts = ask(socket, {"do": "mode"})
    else:
        for_s = None if lasting is None else seconds(lasting)
        facts = ask(socket, {"do": "set-mode", "mode": mode, "for_s": for_s})
    print(json.dumps(facts, ensure_ascii=False) if as_json else line(facts, facts["timezone"]))
