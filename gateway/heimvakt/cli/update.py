"""`heimvakt update`: a signed file of the home, or a signed program, put in place on trial."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from heimvakt import __version__
from heimvakt.core.codec import CannotDecode, encode
from heimvakt.core.events import ChangeOf
from heimvakt.core.fields import parse_duration
from heimvakt.updates.asking import FACTS, facts_in
from heimvakt.updates.change import Change, Stage, State
from heimvakt.updates.handover import ASKED, Wish, ask, ask_back
from heimvakt.updates.refusing import Refused
from heimvakt.updates.state_file import look

from .client import SocketOption, ask_if_there
from .exits import Exit, fail
from .places import default_socket
from .update_lines import ended_line, is_good, stage_line, status_lines, story
from .update_making import keygen, make

group = typer.Typer(
    name="update",
    help="Put a signed file of the home, or a signed program, in place; it is on trial first.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
FOLDER = Path("/var/lib/heimvakt-update")
HOME = Path("/etc/heimvakt/home.toml")
STATE = Path("/var/lib/heimvakt")
BASE = Path("/usr/lib/heimvakt")
USER = "heimvakt"
CONTROL = Path("/run/heimvakt/control")
"""Of the gateway, whatever folder systemd gives the updater."""
TAKEN_S = 30.0
"""Systemd starts the updater within a second; on a busy box it takes some."""
COPIED_S = 120.0
"""A program is copied and looked at in some seconds, from a slow card in a minute."""
WAITS_S = 5.0
"""So long somebody looks on while it waits."""
POLL_S = 0.2
BY_HAND = "on-site"
BUNDLE = "asked.heimvakt"

FolderOption = Annotated[
    Path, typer.Option(help="The updater's own folder.", show_default=False, metavar="FOLDER")
]
HomeOption = Annotated[
    Path, typer.Option("--home-file", help="The file of the home.", show_default=False)
]
BundleArgument = Annotated[
    Path,
    typer.Argument(help="What `make` has made.", metavar="BUNDLE", exists=True, dir_okay=False),
]

group.command(epilog="Example: heimvakt update keygen --name fleet-2026 --key fleet.jwk")(keygen)
group.command(
    epilog="Examples:\nheimvakt update make home.toml --key fleet.jwk;\n"
    "heimvakt update make heimvakt_1.4.0_arm64.deb --key fleet.jwk"
)(make)


@group.command(epilog="Example: heimvakt update check /media/stick/heimvakt-1.4.0-arm64.heimvakt")
def check(
    bundle: BundleArgument, home_file: HomeOption = HOME, folder: FolderOption = FOLDER
) -> None:
    """Say what is in a bundle, and whether it may be put in place here; nothing is changed."""
    from heimvakt.updates.serving import Options, preparing

    there = Options(folder=folder, home=home_file, state=STATE, base=BASE, version=__version__)
    try:
        with bundle.open("rb") as stream:
            manifest, key = preparing(there).look(stream, _state(folder), None)
    except Refused as why:
        fail(Exit.FOUND, f"{bundle}: {why}", why.hint)
    except OSError as error:
        fail(Exit.FOUND, f"{bundle}: {error.strerror}")
    print(f"{story(manifest)}, signed by {key}: it may be put in place here")
    if manifest.note:
        print(f"  {manifest.note}")


@group.command(epilog="Example: heimvakt update apply /media/stick/heimvakt-1.4.0-arm64.heimvakt")
def apply(
    bundle: BundleArgument,
    now: Annotated[
        bool, typer.Option("--now", help="Also while the service does not answer.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Until it is kept or was returned.")] = False,
    folder: FolderOption = FOLDER,
    socket: SocketOption = None,
) -> None:
    """Hand a bundle to the updater, and say what becomes of it until it is on trial."""
    wish = Wish(do="apply", bundle=BUNDLE, now=now, by=BY_HAND, mark=secrets.token_hex(8))
    with _as_root(folder):
        number = ask(folder, wish, bundle)
    asyncio.run(_follow(folder, number, socket, to_the_end=wait))


@group.command(
    epilog="Examples:\nheimvakt update back --program;\nheimvakt update back --configuration"
)
def back(
    program: Annotated[bool, typer.Option("--program", help="To the program before.")] = False,
    configuration: Annotated[
        bool, typer.Option("--configuration", help="To the file of the home before.")
    ] = False,
    folder: FolderOption = FOLDER,
) -> None:
    """Take back what is on trial, or what was kept last."""
    if program is configuration:
        fail(Exit.USAGE, "say what: --program or --configuration")
    what = ChangeOf.PROGRAM if program else ChangeOf.CONFIGURATION
    state = _state(folder)
    on = state.change is not None and state.change.what is what
    if not on and what not in state.kept:
        fail(Exit.FOUND, f"there is no {what} to go back to", "see: heimvakt update status")
    wish = Wish(do="back", what=what, by=BY_HAND, mark=secrets.token_hex(8))
    with _as_root(folder):
        number = ask_back(folder, wish, "" if on else state.kept[what].change_id)
    known = state.change.change_id if state.change is not None and on else number
    asyncio.run(_follow(folder, known, None, to_the_end=True, back=True))


@group.command(epilog="Example: heimvakt update status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    folder: FolderOption = FOLDER,
    socket: SocketOption = None,
) -> None:
    """Say what is on trial or waits, what was kept and what was not."""
    state = _state(folder)
    answer = ask_if_there(socket or default_socket(), FACTS)
    if as_json:
        print(json.dumps({**encode(state), "facts": answer}, ensure_ascii=False, indent=2))
        return
    asked = (folder / ASKED).exists()
    print("\n".join(status_lines(state, facts_in(answer), folder, BASE, asked=asked)))


@group.command(epilog="Example: heimvakt update serve")
def serve(
    folder: FolderOption = FOLDER,
    home_file: HomeOption = HOME,
    state: Annotated[Path, typer.Option(help="The state folder of the gateway.")] = STATE,
    base: Annotated[Path, typer.Option(help="The program of the package.")] = BASE,
    socket: SocketOption = None,
    reload: Annotated[
        list[str] | None, typer.Option(help="The command by which the service takes its file anew.")
    ] = None,
    restart: Annotated[
        list[str] | None, typer.Option(help="The commands by which it begins anew, in their order.")
    ] = None,
    health: Annotated[
        str | None, typer.Option(help="The command that says ActiveState= and NRestarts= of it.")
    ] = None,
    user: Annotated[str, typer.Option(help="As whom a program is asked about a file.")] = USER,
    within: Annotated[
        str | None, typer.Option(help="How long a trial is, instead of what the file says: 20s.")
    ] = None,
) -> None:
    """Do what is wanted until nothing is left to do; systemd starts just this."""
    # Here, so that whoever only wants to look pays for nothing.
    from heimvakt.runtime.clock import SystemClock
    from heimvakt.runtime.logs import configure_logs
    from heimvakt.updates.service import Commands
    from heimvakt.updates.serving import Options
    from heimvakt.updates.serving import serve as serve_all

    own = Commands()
    clock = SystemClock()
    commands = Commands(
        reload=reload or own.reload,
        restart=restart or own.restart,
        health=health or own.health,
        user=user,
    )
    try:
        within_s = parse_duration(within).total_seconds() if within else None
    except ValueError as error:
        fail(Exit.USAGE, f"--within: {error}", "write it as 20s or 15m")
    options = Options(
        folder=folder,
        home=home_file,
        state=state,
        base=base,
        socket=socket or CONTROL,
        commands=commands,
        version=__version__,
        within_s=within_s,
    )
    try:
        with _alone(folder):
            configure_logs("console" if sys.stderr.isatty() else "json")
            asyncio.run(serve_all(options, clock, clock.boot_id))
    except OSError as error:
        fail(Exit.FOUND, f"{error.filename or folder}: {error.strerror}", "it has to be root")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two updaters would undo what each other does."""
    os.umask(0o022)
    folder.mkdir(mode=0o755, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail(Exit.FOUND, f"another updater is at work in {folder}")
        yield


def _state(folder: Path) -> State:
    try:
        return look(folder)
    except CannotDecode as error:
        fail(Exit.FOUND, f"{folder}/state.json cannot be read: {error}")
    except OSError as error:
        fail(Exit.FOUND, f"{folder}: {error.strerror}", "try again with sudo")


@contextmanager
def _as_root(folder: Path) -> Iterator[None]:
    """Say why it cannot be asked for, and end the command."""
    try:
        yield
    except Refused as why:
        fail(Exit.FOUND, str(why), why.hint)
    except OSError as error:
        fail(Exit.FOUND, f"{error.filename or folder}: {error.strerror}", "try again with sudo")


async def _follow(
    folder: Path, number: str, socket: Path | None, *, to_the_end: bool, back: bool = False
) -> None:
    """Say each step of a change; ends the command with 1 where it was not what was asked for."""
    loop = asyncio.get_running_loop()
    asked_at, waits_since, said = loop.time(), None, ""
    while True:
        state = _state(folder)
        on = state.change
        if ended := [one for one in state.ended if one.change_id == number]:
            print(ended_line(ended[-1]))
            raise typer.Exit(Exit.GOOD if is_good(ended[-1], back=back) else Exit.FOUND)
        if on is None or on.change_id != number:
            _must_be_taken(folder, on, loop.time() - asked_at)
        else:
            facts = facts_in(ask_if_there(socket or default_socket(), FACTS))
            if (line := stage_line(on, facts)) != said:
                print(line, flush=True)
                said = line
            if on.stage is Stage.TRYING and not to_the_end:
                print("how it goes on says: heimvakt update status")
                return
            if on.stage is not Stage.WAITING:
                waits_since = None
            elif waits_since is None:
                waits_since = loop.time()
            elif loop.time() - waits_since > WAITS_S and not to_the_end:
                print("it is put in place as soon as it can be: heimvakt update status")
                return
        await asyncio.sleep(POLL_S)


def _must_be_taken(folder: Path, on: Change | None, since_s: float) -> None:
    waits = (folder / ASKED).exists()
    if since_s < (TAKEN_S if waits else COPIED_S):
        return
    if on is not None and waits:
        print(f"it is taken when this is over: {stage_line(on, None)}")
        raise typer.Exit(Exit.GOOD)
    fail(
        Exit.NO_SERVICE,
        "nobody takes it",
        "see: systemctl status heimvakt-update.path heimvakt-update",
    )
