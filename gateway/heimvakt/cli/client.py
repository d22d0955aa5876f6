"""Talk to the running service over its control socket."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from .exits import Exit, fail

ANSWER_S = 10.0
"""A service that says nothing for so long is not well."""

SocketOption = Annotated[
    Path | None,
    typer.Option("--socket", help="Control socket of the service.", show_default=False),
]


def default_socket() -> Path:
    """Where the service of this machine listens: `$RUNTIME_DIRECTORY` under systemd."""
    return Path(os.environ.get("RUNTIME_DIRECTORY", "/run/heimvakt")) / "control"


def ask(path: Path | None, request: Mapping[str, Any]) -> dict[str, Any]:
    """One request, one answer; ends the command with code 3 if nobody answers."""
    for answer in _lines(path, request):
        if "error" in answer:
            fail(Exit.FOUND, str(answer["error"]))
        return answer
    fail(Exit.NO_SERVICE, "the service hung up without an answer", "see: journalctl -u heimvakt")


def _lines(path: Path | None, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    where = path or default_socket()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.settimeout(ANSWER_S)
        try:
            end.connect(str(where))
            end.sendall(json.dumps(request).encode() + b"\n")
            with end.makefile("rb") as lines:
                for line in lines:
                    yield json.loads(line)
        except (FileNotFoundError, ConnectionRefusedError):
            fail(
                Exit.NO_SERVICE,
                f"no service answers at {where}",
                "start it with: systemctl start heimvakt, or: heimvakt run --config FILE",
            )
        except PermissionError:
            fail(Exit.NO_SERVICE, f"no permission to open {where}", "try again with sudo")
        except TimeoutError:
            fail(
                Exit.NO_SERVICE,
                f"the service at {where} did not answer within {ANSWER_S:.0f} s",
                "see: journalctl -u heimvakt",
            )
