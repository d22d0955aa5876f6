"""`heimvakt page`: a code for the local page, and the page itself as a service."""

from __future__ import annotations

import asyncio
import json
import os
import socket as sockets
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from heimvakt.core.page_address import NotLocal, UnixAddress, parse_page_address

from .client import SOON_S, SocketOption
from .exits import Exit, fail

group = typer.Typer(
    name="page",
    help="The local page: a code to enter it, and the page itself.",
    epilog="Example: heimvakt page --open",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
CONTROL = Path("/run/heimvakt/control")
"""Of the gateway; `$RUNTIME_DIRECTORY` is here that of the page."""
DeskOption = Annotated[
    Path | None,
    typer.Option("--desk", help="Where the page gives codes.", show_default=False),
]


@group.callback(invoke_without_command=True)
def code(
    context: typer.Context,
    open_it: Annotated[
        bool, typer.Option("--open", help="Open it in the browser of this machine.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    desk: DeskOption = None,
) -> None:
    """Show a code that opens the page once, within minutes, and how to come to it."""
    if context.invoked_subcommand is not None:
        return
    told = _fetch(desk or _default_desk())
    if as_json:
        print(json.dumps(told))
        return
    print("\n".join(lines(told)))
    if open_it:
        _open(told)


@group.command(name="serve", epilog="Example: heimvakt page serve")
def serve_command(desk: DeskOption = None, socket: SocketOption = None) -> None:
    """Serve the page where [page] of the home says, until told to stop; systemd runs just this."""
    # Here, so that whoever only wants a code pays for no server.
    from heimvakt.page.serving import Off, serve
    from heimvakt.runtime.logs import configure_logs

    configure_logs("console" if sys.stderr.isatty() else "json")
    try:
        asyncio.run(serve(socket or CONTROL, desk or _default_desk()))
    except Off:
        fail(
            Exit.CONFIGURATION,
            "this home has no page",
            'write [page] and listen = "127.0.0.1:8380" into its file: see page.md',
        )
    except NotLocal as error:
        fail(Exit.CONFIGURATION, str(error), error.hint)
    except OSError as error:
        fail(Exit.FOUND, f"the page cannot listen: {error}", "see: ss -lntp")


def lines(told: dict[str, Any]) -> list[str]:
    """The code, and the way to the page."""
    address = parse_page_address(told["listen"])
    minutes, hour = told["code_s"] / 60, told["session_s"] / 60
    shown = [f"code  {told['code']}   once, within {minutes:.0f} min; it opens for {hour:.0f} min"]
    if isinstance(address, UnixAddress):
        forward = f"8380:{address.path}"
    else:
        shown.append(f"page  http://{address}")
        forward = f"8380:{address}"
    shown.append(f"      from a laptop: ssh -L {forward} {sockets.gethostname()}")
    shown.append("      and there http://127.0.0.1:8380")
    return shown


def _open(told: dict[str, Any]) -> None:
    address = parse_page_address(told["listen"])
    if isinstance(address, UnixAddress):
        fail(Exit.FOUND, f"no browser opens {address}", "come to it over ssh, as above")
    # Behind the #: no server is sent it, and none writes it down.
    if not webbrowser.open(f"http://{address}/enter#{told['code']}"):
        fail(Exit.FOUND, "there is no browser on this machine", "come to it over ssh, as above")


def _fetch(path: Path) -> dict[str, Any]:
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as end:
        end.settimeout(5 * SOON_S)
        try:
            end.connect(str(path))
            end.sendall(b'{"do": "code"}\n')
            with end.makefile("rb") as answer:
                told: dict[str, Any] = json.loads(answer.readline())
        except PermissionError:
            fail(Exit.NO_SERVICE, f"no permission to open {path}", "try again with sudo")
        except (OSError, ValueError):
            fail(
                Exit.NO_SERVICE,
                f"no page answers at {path}",
                "write [page] into the file of the home, then: "
                "systemctl enable --now heimvakt-page; see page.md",
            )
    return told


def _default_desk() -> Path:
    return Path(os.environ.get("RUNTIME_DIRECTORY", "/run/heimvakt-page")) / "desk"
