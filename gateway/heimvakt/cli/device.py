"""`heimvakt device`: rename, replace, remove one device, or let it show itself."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from heimvakt.app import catalogue
from heimvakt.config.device_changes import renamed, with_address, without

from .client import SocketOption, ask
from .completion import devices
from .exits import Exit, fail
from .homefile import home_file, not_written, put_in_force
from .pair import (
    AddressOption,
    ForOption,
    InstallCodeOption,
    ThroughOption,
    run,
    seconds,
)

EXAMPLE = "Example: heimvakt device replace hall-motion"

group = typer.Typer(
    help="Rename, replace, remove a device, or let it show itself.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLE,
)

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="See heimvakt devices.", autocompletion=devices)
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


@group.command(epilog="Example: heimvakt device rename hall-motion corridor-motion")
def rename(
    old: IdArgument,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new id.")],
    as_json: JsonOption = False,
    socket: SocketOption = None,
) -> None:
    """Give a device another id, also in the rules that name it.

    What was learned of its check-ins begins anew. Rules that name it begin anew too.
    """
    file = home_file(socket)
    with not_written():
        changed = renamed(file, catalogue(), old, new)
    put_in_force(socket, changed, _say(as_json))
    _tell(as_json, {"renamed": old, "to": new})


@group.command(epilog="Example: heimvakt device replace hall-motion")
def replace(
    device_id: IdArgument,
    address: AddressOption = None,
    install_code: InstallCodeOption = None,
    through: ThroughOption = None,
    open_for: ForOption = "4m",
    as_json: JsonOption = False,
    socket: SocketOption = None,
) -> None:
    """Put a new sensor in the place of one; role, room and rules stay.

    The old one is heard until the new one is, and sent away then.
    """
    file = home_file(socket)
    before = _device(socket, device_id)
    if not before["address"]:
        fail(Exit.FOUND, f"{device_id} is not paired yet", f"heimvakt pair --as {device_id}")
    paired = run(
        socket,
        {
            "device_id": device_id,
            "role": before["role"],
            "address": address,
            "install_code": install_code,
            "through": through,
            "for_s": seconds(open_for),
            "driver": before["driver"],
        },
        as_json=as_json,
    )
    after = paired["address"]
    if after.lower() == before["address"].lower():
        _tell(as_json, {"replaced": device_id, "address": after})
        return  # the same one again: nothing to be written
    with not_written():
        changed = with_address(file, catalogue(), device_id, before["address"], after)
    put_in_force(socket, changed, _say(as_json))
    ask(socket, {"do": "forget", "address": before["address"], "driver": before["driver"]})
    _tell(as_json, {"replaced": device_id, "address": after})
    if paired["troubled"]:
        raise typer.Exit(Exit.FOUND)


@group.command(epilog="Example: heimvakt device remove hall-motion")
def remove(
    device_id: IdArgument,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also if rules need it: they go on without it.")
    ] = False,
    as_json: JsonOption = False,
    socket: SocketOption = None,
) -> None:
    """Take a device out of the home and out of its network; refused while rules need it."""
    file = home_file(socket)
    before = _device(socket, device_id)
    if before["rules"] and not anyway:
        fail(
            Exit.FOUND,
            f"{device_id} is needed by {', '.join(before['rules'])}, and is not removed",
            "change the rules first, or say: --anyway (see --help)",
        )
    with not_written():
        gone = without(file, catalogue(), device_id)
    say = _say(as_json)
    put_in_force(socket, gone.changed, say)
    if gone.rules_narrowed:
        say(f"  they go on without it: {', '.join(gone.rules_narrowed)}")
    if gone.rules_dropped:
        say(f"  TAKEN OUT, since they cannot be without it: {', '.join(gone.rules_dropped)}")
    if gone.rules_waiting:
        say(f"  NOT ARMED until another is paired: {', '.join(gone.rules_waiting)}")
    if before["joined"]:
        ask(socket, {"do": "forget", "address": before["address"], "driver": before["driver"]})
    _tell(
        as_json,
        {
            "removed": device_id,
            "rules_narrowed": gone.rules_narrowed,
            "rules_dropped": gone.rules_dropped,
            "rules_waiting": gone.rules_waiting,
        },
    )


@group.command(epilog="Example: heimvakt device identify hall-motion")
def identify(
    device_id: IdArgument, as_json: JsonOption = False, socket: SocketOption = None
) -> None:
    """Let a device blink or beep for ten seconds, so that it is found."""
    answer = ask(socket, {"do": "identify", "device_id": device_id})
    _say(as_json)(f"{device_id} shows itself now")
    _tell(as_json, {"identified": answer["identified"]})


def _device(socket: Any, device_id: str) -> dict[str, Any]:
    found: dict[str, Any] | None = ask(socket, {"do": "devices"})["devices"].get(device_id)
    if found is None:
        fail(Exit.FOUND, f"there is no device {device_id}", "see: heimvakt devices")
    return found


def _say(as_json: bool) -> Any:
    return (lambda _: None) if as_json else print


def _tell(as_json: bool, what: dict[str, Any]) -> None:
    if as_json:
        print(json.dumps(what, ensure_ascii=False))
