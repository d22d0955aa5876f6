"""`heimvakt pair`: take a new sensor into the home, and see at once whether it works."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from heimvakt.app import catalogue
from heimvakt.config.device_changes import paired as paired_device
from heimvakt.config.device_changes import with_device
from heimvakt.config.writing import Changed
from heimvakt.core.devices import Role

from .client import SocketOption, ask, follow
from .completion import devices, not_paired
from .exits import Exit, fail
from .homefile import home_file, not_written, put_in_force
from .steps import Steps

EXAMPLE = "Example: heimvakt pair --as kitchen-motion --role motion --room kitchen"

NO_ADDRESS = "00:00:00:00:00:00:00:00"
"""Stands in the file that is tried before a sensor is there."""

_UNITS = {"s": 1, "m": 60, "h": 3_600}


def seconds(text: str) -> int:
    """`4m`, `90s`, `1h`."""
    found = re.fullmatch(r"(\d{1,4})([smh])", text.strip())
    if found is None:
        raise typer.BadParameter(f'"{text}" is no time: write it as 90s, 4m or 1h')
    return int(found[1]) * _UNITS[found[2]]


ForOption = Annotated[
    str, typer.Option("--for", help="How long the network is open: 90s, 4m, at most 1h.")
]
ThroughOption = Annotated[
    str | None,
    typer.Option(
        help="Only through this router, by its id or address.",
        show_default=False,
        autocompletion=devices,
    ),
]
InstallCodeOption = Annotated[
    str | None,
    typer.Option(help="From its label, if it has one: digits or QR text.", show_default=False),
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        help="Only this device; one that has joined already need not join again.",
        show_default=False,
    ),
]
DriverOption = Annotated[
    str | None, typer.Option(help="Which driver, if several.", show_default=False)
]


def command(
    name: Annotated[
        str,
        typer.Option("--as", help="Its id in the home: kitchen-motion.", autocompletion=not_paired),
    ],
    role: Annotated[
        Role | None,
        typer.Option(
            help="What it is to the rules; not needed for one that stands in the file already.",
            show_default=False,
        ),
    ] = None,
    room: Annotated[str | None, typer.Option(help="Where it is.", show_default=False)] = None,
    outer: Annotated[bool, typer.Option("--outer", help="A door that leads out.")] = False,
    address: AddressOption = None,
    install_code: InstallCodeOption = None,
    through: ThroughOption = None,
    open_for: ForOption = "4m",
    driver: DriverOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: a step a line.")] = False,
    socket: SocketOption = None,
) -> None:
    """Take a new device into the home: open the network, set it up, write it to the home's file.

    Ctrl-C closes the network. Ends with 1 if the device is not taken, or is heard too weakly.
    """
    file = home_file(socket)
    known = catalogue()
    planned = _planned(socket, name)
    if planned is not None:
        if role or room or outer or driver:
            fail(Exit.USAGE, f"devices.{name} says already what it is: change that in {file}")
        role, driver = Role(planned["role"]), planned["driver"]
    elif role is None:
        fail(
            Exit.USAGE,
            f"{file} does not say what {name} is",
            f"say it, such as: heimvakt pair --as {name} --role motion --room kitchen",
        )
    fields: dict[str, str | bool] = {"role": role.value, "driver": driver or "zigbee"}
    more: dict[str, str | bool] = {"room": room} if room else {}
    more |= {"outer": True} if outer else {}

    def written(driver: str, address: str) -> Changed:
        if planned is not None:
            return paired_device(file, known, name, address)
        of = {**fields, "driver": driver, "address": address, **more}
        return with_device(file, known, name, of)

    # What would be wrong with the file is said before anybody walks to a sensor.
    with not_written():
        written(str(fields["driver"]), NO_ADDRESS)
    paired = run(
        socket,
        {
            "device_id": name,
            "role": role.value,
            "address": address,
            "install_code": install_code,
            "through": through,
            "for_s": seconds(open_for),
            "driver": driver,
        },
        as_json=as_json,
    )
    fields |= {"driver": paired["driver"], "address": paired["address"], **more}
    with not_written():
        changed = written(paired["driver"], paired["address"])
    put_in_force(socket, changed, _silent if as_json else print)
    if as_json:
        print(json.dumps({"step": "written", "file": str(file), **fields, "device_id": name}))
    if paired["troubled"]:
        raise typer.Exit(Exit.FOUND)


def _planned(socket: Path | None, name: str) -> dict[str, Any] | None:
    """What the file says of a device that is still to be brought; None where it says nothing."""
    device: dict[str, Any] | None = ask(socket, {"do": "devices"})["devices"].get(name)
    return device if device is not None and not device["address"] else None


def run(
    socket: Path | None, request: Mapping[str, Any], *, as_json: bool, language: str = "en"
) -> dict[str, Any]:
    """Pair, and show each step; what became of it, with whether something `troubled` remains."""
    troubled = False
    on_terminal = sys.stdout.isatty() and not as_json
    with Steps(on_terminal=on_terminal, language=language) as steps:
        try:
            for step in follow(socket, {"do": "pair", **request}, quiet_s=60.0):
                if step.get("done"):
                    return {**step, "troubled": troubled}
                if as_json:
                    print(json.dumps(step, ensure_ascii=False), flush=True)
                else:
                    steps.show(step)
                troubled = troubled or bool(step.get("lasts"))
        except KeyboardInterrupt:
            fail(Exit.FOUND, "given up: the network is closed")
    raise AssertionError("the last step says done")


def _silent(_: str) -> None:
    return None
