"""`heimvakt radios`: what is plugged in that may be a radio, by the path to write into the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from heimvakt.config.catalogue import CannotUse, installed_drivers
from heimvakt.core.radios import FindsRadios, PluggedIn

from .client import SocketOption, ask, is_there

EXAMPLE = "Example: heimvakt radios"


def command(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """List the radios and other serial devices that are plugged in.

    Nothing is opened. The service need not run; if it does, the list says which one it uses.
    """
    found = plugged_in()
    used = ask(socket, {"do": "radios"})["radios"] if found and is_there(socket) else {}
    if as_json:
        print(json.dumps([_described(one, used) for one in found], ensure_ascii=False, indent=2))
    elif found:
        print("\n".join(lines(found, used)))
    else:
        print("no serial device is plugged in")


def plugged_in() -> list[PluggedIn]:
    """What the installed drivers find, each port once."""
    found: dict[str, PluggedIn] = {}
    for load in installed_drivers().values():
        try:
            plugin = load()
        except CannotUse:
            continue  # `heimvakt check` says so
        if isinstance(plugin, FindsRadios):
            found = {one.device: one for one in plugin.plugged_in()} | found
    return list(found.values())


def lines(found: Sequence[PluggedIn], used: Mapping[str, str | None]) -> list[str]:
    """Two for each port, as a person reads them; `used` has the ports of the drivers by name."""
    words = [", ".join(filter(None, (one.maker, one.product))) or "says nothing" for one in found]
    width = max(len(text) for text in words)
    told = []
    for one, text in zip(found, words, strict=True):
        told.append(one.port)
        told.append(f"    {one.usb_id}  {text:<{width}}  {one.family:<7}  {_use(one, used)}")
    return told


def _use(one: PluggedIn, used: Mapping[str, str | None]) -> str:
    driver = _driver(one, used)
    return f"used by {driver}" if driver else "free"


def _driver(one: PluggedIn, used: Mapping[str, str | None]) -> str | None:
    return next((name for name, port in used.items() if port in (one.port, one.device)), None)


def _described(one: PluggedIn, used: Mapping[str, str | None]) -> dict[str, Any]:
    return {**asdict(one), "used_by": _driver(one, used)}
