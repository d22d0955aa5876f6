"""`heimvakt radio`: another radio in the place of the old one, and copies of its network."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from heimvakt.app import catalogue
from heimvakt.config.driver_changes import with_port
from heimvakt.config.writing import NotWritten, write

from .client import SocketOption, ask, follow
from .exits import Exit, fail

EXAMPLE = "Example: heimvakt radio swap"

QUIET_S = 180.0
"""Asking an unknown stick what it is takes up to a minute, writing to it another."""

VERDICTS = {
    "same": "The radio holds the network of this home. It is taken as it is.",
    "nothing": "The radio is blank. The stored network is written to it; no sensor need be paired "
    "again.",
    "foreign": "THE RADIO HOLDS ANOTHER NETWORK, perhaps a neighbour's. It is ERASED.",
}


class Do(StrEnum):
    """What can be done."""

    SWAP = "swap"
    BACKUP = "backup"
    RESTORE = "restore"


def command(
    do: Annotated[Do, typer.Argument(help="swap, backup FILE or restore FILE.")],
    file: Annotated[
        Path | None, typer.Argument(help="For backup and restore.", show_default=False)
    ] = None,
    port: Annotated[
        str | None,
        typer.Option(help="Where the new radio is: see heimvakt radios.", show_default=False),
    ] = None,
    driver: Annotated[
        str | None, typer.Option(help="Which driver, if several.", show_default=False)
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also if the radio holds another network.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; needs --yes.")] = False,
    socket: SocketOption = None,
) -> None:
    """Put another radio in the place of the old one, without pairing anything again.

    It shows what is stored and what the new radio holds, and asks. `backup` writes the stored
    network to a file, which holds its key: keep it as one keeps a key. `restore` is a swap with
    such a file.
    """
    if (do is Do.SWAP) is (file is not None):
        fail(Exit.USAGE, f"radio {do} takes {'no' if do is Do.SWAP else 'a'} file")
    if do is Do.BACKUP and file is not None:
        _keep(file, ask(socket, {"do": "radio-backup", "driver": driver})["backup"])
        print(f"{file}: written. It holds the key of the network.")
        return
    if as_json and not yes:
        fail(Exit.USAGE, "a program cannot answer: say --yes as well")
    backup = None if file is None else _read(file)
    compared = _done(socket, {"do": "radio-compare", "driver": driver, "port": port}, not as_json)
    if not as_json:
        print("\n".join(table(compared)))
        print(f"\n{VERDICTS[compared['holds']] if backup is None else f'{file} is written to it.'}")
    foreign = compared["holds"] == "foreign"
    if foreign and not overwrite:
        fail(Exit.FOUND, "nothing was done", "to erase that network say: --overwrite")
    if not yes and not typer.confirm("Go on?"):
        fail(Exit.FOUND, "nothing was done")
    request = {"do": "radio-swap", "driver": driver, "port": compared["port"], "backup": backup}
    swapped = _done(socket, {**request, "overwrite": overwrite}, not as_json)
    in_file = _note(socket, driver, swapped["port"])
    if as_json:
        print(json.dumps(swapped, ensure_ascii=False, indent=2))
        return
    print(f"The radio is at {swapped['port']} now. The service opens it: see heimvakt status.")
    print(in_file)
    print("Put the old radio away for good: two with the same address disturb each other.")


def table(compared: Mapping[str, Any]) -> list[str]:
    """Stored and found, side by side."""
    stored, found = compared["stored"], compared["found"]
    equal = {True: "the same", False: "ANOTHER", None: "nothing"}[compared["same_key"]]
    rows = [
        ("made", _moment(stored), "now"),
        ("channel", _of(stored, "channel"), _of(found, "channel")),
        ("PAN id", _hex(stored), _hex(found)),
        *(
            (label, _of(stored, key), _of(found, key))
            for label, key in (("extended PAN id", "extended_pan_id"), ("address", "address"))
        ),
        ("network key", "nothing" if stored is None else "stored", _key(found, equal)),
        ("frame counter", _count(stored), _count(found)),
    ]
    where = f"at {compared['port']} ({compared['family']})"
    head = f"{'':<19}{'stored':<25}{where}"
    return [head, *(f"  {label:<17}{one:<25}{other}" for label, one, other in rows)]


def _note(socket: Path | None, driver: str | None, port: str) -> str:
    """Write the port into the file of the home, where it names one; what became of that.

    The service goes on as it is: it remembers where the radio is until it reads the file anew.
    """
    name = driver or next(iter(ask(socket, {"do": "radios"})["radios"]))
    file = Path(ask(socket, {"do": "home-file"})["file"])
    try:
        changed = with_port(file, catalogue(), name, port)
        if changed is None:
            return f"{file} need not be changed."
        write(changed)
    except (NotWritten, OSError) as problem:
        return f'{file} is not changed ({problem}). Where it names the port, write: port = "{port}"'
    return f"{file} says so too; how it was before is beside it."


def _done(socket: Path | None, request: Mapping[str, Any], aloud: bool) -> dict[str, Any]:
    compared: dict[str, Any] = {}
    for step in follow(socket, request, quiet_s=QUIET_S):
        if aloud and "doing" in step:
            print(f"{step['doing']} ...")
        compared = step.get("compared", compared)
    return compared


def _keep(file: Path, backup: Mapping[str, Any]) -> None:
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as written:
            written.write(json.dumps(backup, indent=2) + "\n")
    except FileExistsError:
        fail(Exit.FOUND, f"{file} is there already", "choose another name")
    except OSError as error:
        fail(Exit.FOUND, f"{file} cannot be written: {error.strerror}")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        fail(Exit.FOUND, f"{file} cannot be read: {error.strerror}")
    except ValueError:
        fail(Exit.FOUND, f"{file} is no JSON", "take a file that `heimvakt radio backup` wrote")


def _of(settings: Mapping[str, Any] | None, key: str) -> str:
    return "nothing" if settings is None else str(settings[key])


def _hex(settings: Mapping[str, Any] | None) -> str:
    return "nothing" if settings is None else f"0x{settings['pan_id']:04x}"


def _count(settings: Mapping[str, Any] | None) -> str:
    return "nothing" if settings is None else f"{settings['frame_counter']:,}"


def _key(found: Mapping[str, Any] | None, equal: str) -> str:
    return "nothing" if found is None else equal


def _moment(stored: Mapping[str, Any] | None) -> str:
    if stored is None:
        return "never"
    return f"{datetime.fromisoformat(stored['made_at']):%Y-%m-%d %H:%M} UTC"
