"""`heimvakt monitor`: what happens in the home and on the box, live, a line each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from heimvakt.replay.words import words_of

from .client import SocketOption, ask, watch
from .completion import devices as known_devices
from .exits import Exit, fail
from .status import not_in_use, table
from .times import count

EXAMPLE = "Example: heimvakt monitor --device hall-motion"

SIGNS_OF_LIFE = frozenset(
    {"battery-measured", "link-measured", "device-seen", "timer-fired", "alarm-delivered"}
)
"""Shown with --all: what comes all the time, and what the line of its alarm says already."""
NOT_TOLD = frozenset({"kind", "v", "seq", "at", "monotonic", "boot_id", "clock", "device_id"})
VALUES_MAX = 80
"""Characters of what an event says beside its kind."""
STYLES = {"high": "bold red", "medium": "red", "low": "yellow", "information": "cyan"}


def command(
    device: Annotated[
        str | None,
        typer.Option(help="Only of this device.", show_default=False, autocompletion=known_devices),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also signs of life, batteries, links and deadlines.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: as it comes.")] = False,
    socket: SocketOption = None,
) -> None:
    """Show what happens, as it is committed: events, alarms and their way, modes, paths.

    Nothing is asked of the home, and nobody is disturbed. Ctrl-C ends it.
    """
    status = ask(socket, {"do": "status"})
    if device is not None and device not in status["devices"]:
        fail(Exit.FOUND, f"there is no device {device}", "see: heimvakt devices")
    zone, language = ZoneInfo(status["timezone"]), status["language"]
    console = Console(highlight=False, soft_wrap=True)
    try:
        for told in watch(socket):
            if "event" in told and not _is_meant(told, device, everything=everything):
                continue
            if as_json:
                print(json.dumps(told, ensure_ascii=False), flush=True)
            elif "event" in told:
                for text, style in lines(told, zone, language):
                    console.print(text, style=style, markup=False)
                sys.stdout.flush()
            else:
                told_first = [f"{_head(status)}. Ctrl-C ends.", *table(not_in_use(status))]
                print("\n".join(told_first), flush=True)
    except KeyboardInterrupt:
        return
    fail(
        Exit.NO_SERVICE,
        "the service hung up: it has ended, or this end did not read for too long",
        "see: systemctl status heimvakt",
    )


def _head(status: Mapping[str, Any]) -> str:
    opened = count(status["open_alarms"], "alarm")
    return f"{status['gateway_id']}: mode {status['mode']['mode']}, {opened} open"


def _is_meant(told: Mapping[str, Any], device: str | None, *, everything: bool) -> bool:
    event = told["event"]
    if device is not None:
        of = [event.get("device_id"), *(alarm["device_id"] for alarm in told["alarms"])]
        if device not in of:
            return False
    return everything or event["kind"] not in SIGNS_OF_LIFE or bool(told["alarms"])


def lines(
    told: Mapping[str, Any], zone: ZoneInfo, language: str
) -> Iterator[tuple[str, str | None]]:
    """The event in a line, and one for each alarm that it changed, each with its colour."""
    event = told["event"]
    at = datetime.fromisoformat(event["at"]).astimezone(zone)
    what = words_of(event["kind"]).in_language(language)
    values = ", ".join(
        f"{key.replace('_', ' ')} {_value(value)}"
        for key, value in event.items()
        if key not in NOT_TOLD and value not in (None, "", [], {})
    )
    said = values if len(values) <= VALUES_MAX else values[: VALUES_MAX - 1] + "…"
    yield f"{at:%H:%M:%S}  {event.get('device_id') or '':<18} {what:<24} {said}".rstrip(), None
    for alarm in told["alarms"]:
        number = alarm["alarm_id"].rpartition("-")[2]
        test = " TEST" if alarm["test"] else ""
        state = f"{alarm['priority']} {alarm['kind']} {number}{test}: {alarm['state']}"
        text = f"  {alarm['text'][language]}" if alarm["state"] in ("pending", "raised") else ""
        yield f"{'':<10}{state}{text}", STYLES.get(alarm["priority"])


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
