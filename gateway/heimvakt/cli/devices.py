"""`heimvakt devices`: every device of the home, how it is, and which rules need it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from heimvakt.core.tending import WEAK_LQI

from .client import SocketOption, ask
from .times import spell

EXAMPLE = "Example: heimvakt devices --unknown"
WIDTH = 200
WORRYING_DAYS = 60


def command(
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Those in the network that the home does not name.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """List the devices: role, room, last heard, check-in, battery, link, and the rules.

    Links are known since the service was started, and the worst of them is of a week at most.
    """
    answer = ask(socket, {"do": "devices"})
    if as_json:
        print(json.dumps(answer["unknown" if unknown else "devices"], ensure_ascii=False, indent=2))
        return
    rows = answer["unknown"] if unknown else answer["devices"]
    if not rows:
        print("nobody is in the network that the home does not name" if unknown else "no device")
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    now = datetime.fromisoformat(answer["now"])
    console.print(strangers(rows) if unknown else table(rows, now))
    if unknown:
        print("\nto take one in: heimvakt pair --as NAME --role ROLE --address ADDRESS")
    elif answer["unknown"]:
        others = len(answer["unknown"])
        print(f"\nand {others} that the home does not name: heimvakt devices --unknown")


def table(rows: Mapping[str, Mapping[str, Any]], now: datetime) -> Table:
    """A line for each device of the home."""
    lines = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("device", "role", "room", "last heard", "usual", "battery", "link", "rules"):
        lines.add_column(head)
    lines.add_column("")
    for device_id, row in rows.items():
        bad = row["silent"] or row["trouble"] or row["joined"] is False or row["not_in_use"]
        lines.add_row(
            device_id,
            row["role"],
            row["room"] or "",
            _heard(row, now),
            _usual(row),
            _battery(row),
            _link(row),
            ", ".join(row["rules"]) or "none",
            _wrong(device_id, row),
            style="red" if bad else None,
        )
    return lines


def strangers(rows: list[Mapping[str, Any]]) -> Table:
    """A line for each device that the home does not name."""
    lines = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("address", "device", "says", "could be", "link"):
        lines.add_column(head)
    for row in rows:
        name = " ".join(filter(None, (row["manufacturer"], row["model"])))
        lines.add_row(
            row["address"],
            name or ("no name" if row["interviewed"] else "not interviewed yet"),
            ", ".join(row["says"]),
            ", ".join(row["roles"]),
            "" if row["lqi"] is None else f"LQI {row['lqi']}",
        )
    return lines


def _heard(row: Mapping[str, Any], now: datetime) -> str:
    if row["last_seen"] is None:
        return "never"
    ago = spell(now - datetime.fromisoformat(row["last_seen"]))
    return f"{ago} ago, SILENT" if row["silent"] else f"{ago} ago"


def _usual(row: Mapping[str, Any]) -> str:
    """How often it speaks where that is known, and after what silence it is missed."""
    missed = row["silent_after_s"]
    parts = [] if row["usual_s"] is None else [f"every {spell(timedelta(seconds=row['usual_s']))}"]
    if missed is not None:
        parts.append(f"missed after {spell(timedelta(seconds=missed))}")
    return ", ".join(parts)


def _battery(row: Mapping[str, Any]) -> str:
    if row["battery_percent"] is None:
        return "LOW" if row["battery_low"] else ""
    text = f"{row['battery_percent']:.0f} %"
    if row["battery_days"] is not None:
        text += f" (about {row['battery_days']} days)"
    return f"{text} LOW" if row["battery_low"] else text


def _link(row: Mapping[str, Any]) -> str:
    if row["lqi"] is None:
        return ""
    text = f"LQI {row['lqi']}"
    worst = row["lqi_worst"]
    if worst is not None and worst < row["lqi"]:
        text += f", worst {worst}"
    return f"{text} WEAK" if min(row["lqi"], worst or row["lqi"]) < WEAK_LQI else text


def _wrong(device_id: str, row: Mapping[str, Any]) -> str:
    if row["not_in_use"]:
        return f"NOT IN USE: {row['not_in_use']}"
    if not row["address"]:
        return f"not paired yet: heimvakt pair --as {device_id}"
    if row["joined"] is False:
        return "not in the network: heimvakt pair, or press its button"
    if row["enrolled"] is False:
        return "NOT ENROLLED: its alarms are not heard"
    return row["trouble"] or ""
