"""`heimvakt alarms`: the newest alarms and what has become of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from .client import SocketOption, ask
from .times import local

EXAMPLE = "Example: heimvakt alarms --open"
WIDTH = 200
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
    answer = ask(socket, {"do": "alarms", "limit": limit, "open": only_open})
    alarms = answer["alarms"]
    if as_json:
        print(json.dumps(alarms, ensure_ascii=False, indent=2))
        return
    if not alarms:
        print("no alarm is open" if only_open else "no alarm yet")
        return
    # What is no terminal has no width: a line of a file is an alarm.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(table(alarms, answer["timezone"]))


def table(alarms: Sequence[dict[str, Any]], timezone: str) -> Table:
    """A line for each alarm."""
    lines = Table(box=None, pad_edge=False, show_header=False)
    for alarm in alarms:
        lines.add_row(
            str(alarm["number"]),
            alarm["priority"],
            alarm["kind"],
            alarm["device_id"] or alarm["text"]["en"].partition(" (")[0],
            _raised(alarm, timezone),
            _became(alarm, timezone),
            style=COLOURS[alarm["priority"]] if alarm["accepted_by"] is None else None,
        )
    return lines


def _raised(alarm: dict[str, Any], timezone: str) -> str:
    """When it was raised, as truly as is known."""
    at = local(alarm["raised_at"], timezone)
    if alarm["clock"] != "unknown":
        return _moment(at)
    offset_s = alarm.get("clock_offset_s")
    if offset_s is None:
        return f"{_moment(at)} (clock not set)"
    return _moment(at + timedelta(seconds=offset_s))


def _moment(at: datetime) -> str:
    return at.strftime("%a %d %b %H:%M:%S")


def _became(alarm: dict[str, Any], timezone: str) -> str:
    last = alarm["history"][-1] if alarm["history"] else None
    if last is None:
        return "waiting to be cancelled"
    by = f" by {last['by']}" if last.get("by") else ""
    if last["state"] == "suppressed":
        return f"kept back since {local(last['at'], timezone):%H:%M:%S}, mode {last['by']}"
    untold = not any(step["state"] == "raised" for step in alarm["history"])
    undelivered = "" if alarm["delivered_at"] or untold else ", not delivered yet"
    text = f"{last['state']} {local(last['at'], timezone):%H:%M:%S}{by}{undelivered}"
    if alarm.get("test"):
        text += ", a test"
    if last["state"] == "closed" and alarm.get("outcome", "unknown") != "unknown":
        text += f": {alarm['outcome']}"
    others = [told["receiver"] for told in alarm["told"][1:]]
    if others and alarm["accepted_by"] is None:
        text += f", told on to {', '.join(others)}"
    return text
