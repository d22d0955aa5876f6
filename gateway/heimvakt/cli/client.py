"""Talk to the running service over its control socket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from .exits import Exit, fail
from .places import default_socket

SOON_S = 1.0
ANSWER_S = 10.0
"""A service that says nothing for so long is not well."""

SocketOption = Annotated[
    Path | None,
    typer.Option("--socket", help="Control socket of the service.", show_default=False),
]


def is_there(path: Path | None) -> bool:
    """Whether a service has its socket there; it may still not answer."""
    return (path or default_socket()).is_socket()


def ask(path: Path | None, request: Mapping[str, Any]) -> dict[str, Any]:
    """One request, one answer; ends the command with code 3 if nobody answers."""
    for answer in _lines(path, request):
        if "error" in answer:
            fail(Exit.FOUND, str(answer["error"]))
        return answer
    fail(Exit.NO_SERVICE, "the service hung up without an answer", "see: journalctl -u heimvakt")


def take_over(path: Path | None, *, within_s: float, digest: str | None = None) -> bool:
    """Let the service take the file of the home anew, if it is this one; whether this life of it
    goes on. If not, it has hung up when this returns: whoever answers next is another one."""
    meant = {"digest": digest} if digest else {}
    said = _lines(path, {"do": "take-over", **meant}, within_s)
    for answer in said:
        if "error" in answer:
            fail(Exit.FOUND, str(answer["error"]))
        if not answer["goes_on"]:
            for _ in said:
                pass  # it says nothing more
        return bool(answer["goes_on"])
    fail(Exit.NO_SERVICE, "the service hung up without an answer", "see: journalctl -u heimvakt")


def ask_if_there(
    path: Path | None, request: Mapping[str, Any], *, within_s: float = SOON_S
) -> dict[str, Any] | None:
    """The answer, or None while nobody answers: for the Tab key, and while a service begins."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.settimeout(within_s)
        try:
            end.connect(str(path or default_socket()))
            end.sendall(json.dumps(request).encode() + b"\n")
            with end.makefile("rb") as lines:
                answer: dict[str, Any] = json.loads(lines.readline())
        except (OSError, ValueError):
            return None
    return None if "error" in answer else answer


def follow(
    path: Path | None, request: Mapping[str, Any], *, quiet_s: float = ANSWER_S
) -> Iterator[dict[str, Any]]:
    """One request that is answered in steps: each of them, up to the one that says `done`.

    Hanging up, as by Ctrl-C or by leaving this iteration, ends what was begun. The command ends as
    with `ask`, also when nothing comes for `quiet_s`.
    """
    for answer in _lines(path, request, quiet_s):
        if "error" in answer:
            fail(Exit.FOUND, str(answer["error"]))
        yield answer
        if answer.get("done"):
            return
    fail(Exit.NO_SERVICE, "the service hung up in the middle", "see: journalctl -u heimvakt")


def watch(path: Path | None) -> Iterator[dict[str, Any]]:
    """Every committed event from now on, until the service hangs up or Ctrl-C."""
    return _lines(path, {"do": "watch"}, None)


def _lines(
    path: Path | None, request: Mapping[str, Any], quiet_s: float | None = ANSWER_S
) -> Iterator[dict[str, Any]]:
    where = path or default_socket()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.settimeout(quiet_s)
        try:
            end.connect(str(where))
            end.sendall(json.dumps(request).encode() + b"\n")
            with end.makefile("rb") as lines:
                for line in lines:
                    yield json.loads(line)
        except (FileNotFoundError, ConnectionError):
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
                f"the service at {where} did not answer within {quiet_s or 0:.0f} s",
                "see: journalctl -u heimvakt",
            )
