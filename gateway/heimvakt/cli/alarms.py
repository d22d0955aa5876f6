"""`heimvakt alarms`: the newest alarms and what has become of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from .client import SocketOption, ask

EXAMPLE = "Example: heimvakt alarms --limit 5"
COLOURS = {"high": "bold red", "medium": "yellow", "low": "cyan", "information": "dim"}


def command(
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=10_000)] = 20,
    only_open: Annotated[
        bool, typer.Option("--open", help="Only those that are open, most urgent first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """List the newest alarms, newest first, or those that are open."""
    alarms = ask(socket, {"do": "alarms", "limit": limit, "open": only_open})["alarms"]
    if as_json:
        print(json.dumps(alarms, ensure_ascii=False, indent=2))
        return
    if not alarms:
        print("no alarm is open" if only_open else "no alarm yet")
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for alarm in alarms:
        table.add_row(
            str(alarm["number"]),
            alarm["priority"],
            alarm["kind"],
            alarm["device_id"] or "",
            _raised(alarm),
            _became(alarm),
            style=COLOURS[alarm["priority"]] if alarm["accepted_by"] is None else None,
        )
    Console(highlight=False).print(table)


def _raised(alarm: dict[str, Any]) -> str:
    """When it was raised, as truly as is known."""
    if alarm["clock"] != "unknown":
        return _local(alarm["raised_at"])
    offset_s = alarm.get("clock_offset_s")
    if offset_s is None:
        return _local(alarm["raised_at"]) + " by a clock that was not set"
    at = datetime.fromisoformat(alarm["raised_at"]) + timedelta(seconds=offset_s)
    return _local(at.isoformat())


def _local(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%a %d %b %H:%M:%S")


def _became(alarm: dict[str, Any]) -> str:
    last = alarm["history"][-1] if alarm["history"] else None
    if last is None:
        return "waiting to be cancelled"
    by = f" by {last['by']}" if last.get("by") else ""
    undelivered = "" if alarm["delivered_at"] else ", not delivered yet"
    return f"{last['state']} {_local(last['at'])[-8:]}{by}{undelivered}"
