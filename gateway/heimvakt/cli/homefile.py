"""Change the file of the home from a command, and let the running service take it over.

The command writes, not the service, which has no right to: whoever may change the file by hand may
change it by a command.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from heimvakt.config.findings import render_findings
from heimvakt.config.writing import Changed, NotWritten, can_write, write

from . import client
from .client import ask, ask_if_there
from .exits import Exit, fail

BACK_S = 30.0
"""How long a service that begins a new life may take until it answers again."""
POLL_S = 0.2


def home_file(socket: Path | None) -> Path:
    """The file of the running service; ends the command if it cannot be changed here."""
    file = Path(ask(socket, {"do": "home-file"})["file"])
    if not file.exists():
        fail(Exit.FOUND, f"{file} is not there", "is this the machine of the service?")
    if not can_write(file):
        fail(Exit.FOUND, f"{file} cannot be changed by this user", "try again with sudo")
    return file


@contextmanager
def not_written() -> Iterator[None]:
    """Say why a file was not written, and end the command."""
    try:
        yield
    except NotWritten as problem:
        if problem.findings:
            print(render_findings(problem.findings), file=sys.stderr)
        fail(Exit.FOUND, str(problem), problem.hint)


def put_in_force(socket: Path | None, changed: Changed, say: Callable[[str], None]) -> None:
    """Write the file and let the service take it over; what the checker warns of is said."""
    with not_written():
        write(changed)
    if take_over(socket):
        say(f"written to {changed.file}; the service has taken it over")
    else:
        say(f"written to {changed.file}; the service has begun anew with it")
    for finding in changed.findings:
        say(f"  {finding.what}: {'; '.join(finding.hints)}")


def take_over(socket: Path | None, digest: str | None = None) -> bool:
    """Let the service take its file anew, if it is the one with this digest; whether it went on,
    or has begun another life with it."""
    if client.take_over(socket, within_s=BACK_S, digest=digest):
        return True
    _wait(socket)
    return False


def _wait(socket: Path | None) -> None:
    """Until the service listens again: it closes the radio and its connections for a moment."""
    end = time.monotonic() + BACK_S  # noqa: TID251 - a command waits, not the gateway
    while time.monotonic() < end:  # noqa: TID251
        time.sleep(POLL_S)  # noqa: TID251
        status = ask_if_there(socket, {"do": "status"})
        if status is not None and all(map(_is_settled, status["drivers"].values())):
            return
    fail(Exit.NO_SERVICE, "the service is not back yet", "see: heimvakt status")


def _is_settled(driver: Mapping[str, Any]) -> bool:
    return bool(driver["armed"] or driver["lost_since"])
