"""`heimvakt walk-test`: go to each sensor and see it work, up to the answer of the centre."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from heimvakt.core.tending import WEAK_LQI
from heimvakt.core.walking import ASKED

from .client import SocketOption, ask, follow
from .completion import devices as known_devices
from .exits import Exit, fail
from .pair import seconds
from .times import count

EXAMPLE = "Example: heimvakt walk-test front-door pendant"
SERVICE_S = 3_600
"""The home is set to service for so long, in case this command does not live to end that."""
TWICE_S = 1.0
"""Ctrl-C twice in this time ends the walk; once goes on to the next device."""
QUIET_S = 1_000.0
"""The service ends each trial by itself, sooner than this."""


@dataclass(slots=True)
class Walked:
    """What came of one device."""

    device_id: str
    heard: str | None = None
    """What it told first."""
    answered_s: float | None = None
    lqi: int | None = None
    battery_percent: float | None = None
    in_passing: bool = field(default=False)


def command(
    device_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Only these, in this order.",
            show_default=False,
            autocompletion=known_devices,
        ),
    ] = None,
    wait_for: Annotated[
        str, typer.Option("--for", help="How long each is waited for: 30s, 2m.")
    ] = "2m",
    as_json: Annotated[bool, typer.Option("--json", help="For programs: a step a line.")] = False,
    socket: SocketOption = None,
) -> None:
    """Walk from sensor to sensor: each has to tell what it is there for, and the centre to answer.

    The home is set to service meanwhile: alarms go the whole way and are marked as tests, and the
    button that is being tried calls nobody. Ctrl-C goes on to the next device; twice ends the walk.
    Ends with 1 if a device was not heard or not answered for.
    """
    rows = ask(socket, {"do": "devices"})["devices"]
    chosen = device_ids or [i for i, row in rows.items() if row["role"] in ASKED and row["address"]]
    if strange := [device_id for device_id in chosen if device_id not in rows]:
        fail(Exit.FOUND, f"there is no device {', '.join(strange)}", "see: heimvakt devices")
    if not chosen:
        fail(Exit.FOUND, "there is no device that a hand could try", "see: heimvakt devices")
    within_s = seconds(wait_for)
    say = _as_line if as_json else _in_words
    walked = {device_id: Walked(device_id) for device_id in chosen}
    asked = {"do": "walk-test", "within_s": within_s, "walk": uuid4().hex}
    with in_service(socket):
        for number, device_id in enumerate(chosen, 1):
            request = {**asked, "device_id": device_id}
            if not _try(socket, walked, request, f"{number}/{len(chosen)}", say):
                break
    rows = ask(socket, {"do": "devices"})["devices"]
    for device_id, one in walked.items():
        one.lqi, one.battery_percent = rows[device_id]["lqi"], rows[device_id]["battery_percent"]
    if as_json:
        print(json.dumps({"walked": [asdict(one) for one in walked.values()]}))
    else:
        print("\n".join(summary(list(walked.values()))))
    if any(one.heard is None or one.answered_s is None for one in walked.values()):
        raise typer.Exit(Exit.FOUND)


def summary(walked: list[Walked]) -> list[str]:
    """What worked and what did not, a line for each device."""
    width = max(len(one.device_id) for one in walked)
    lines = ["", f"{'device':<{width}}  heard  centre   link  battery"]
    for one in walked:
        centre = "-" if one.answered_s is None else f"{one.answered_s:.1f} s"
        heard = "yes" if one.heard else "passed" if one.in_passing else "NO"
        link = "" if one.lqi is None else f"{one.lqi}{' WEAK' if one.lqi < WEAK_LQI else ''}"
        battery = "" if one.battery_percent is None else f"{one.battery_percent:.0f} %"
        row = f"{one.device_id:<{width}}  {heard:<5}  {centre:<7}  {link:<4}  {battery}"
        lines.append(row.rstrip())
    never = [one.device_id for one in walked if one.heard is None]
    late = [one.device_id for one in walked if one.heard and one.answered_s is None]
    if never:
        lines.append(f"never reported: {', '.join(never)}")
    if late:
        lines.append(f"heard, and the centre has not answered: {', '.join(late)}")
    if not never and not late:
        lines.append(f"{count(len(walked), 'device')} tried, and all of them work")
    return lines


@contextmanager
def in_service(socket: Path | None) -> Iterator[None]:
    """The home set to service, and to home afterwards; left as it is where it was in service.

    Not back to another mode: whoever was away or unseen is so no longer when a technician walks
    about, and that nothing rests is what nobody regrets.
    """
    before = ask(socket, {"do": "mode"})
    if before["mode"] == "service":
        yield
        return
    ask(socket, {"do": "set-mode", "mode": "service", "for_s": SERVICE_S})
    try:
        yield
    finally:
        ask(socket, {"do": "set-mode", "mode": "home"})


def _try(
    socket: Path | None,
    walked: dict[str, Walked],
    request: Mapping[str, Any],
    number: str,
    say: Any,
) -> bool:
    """Wait for one device; False if the walk is to end."""
    one = walked[request["device_id"]]
    try:
        for step in follow(socket, request, quiet_s=QUIET_S):
            if step.get("done"):
                break
            _take(walked, one, step)
            say(number, step)
    except KeyboardInterrupt:
        return _goes_on()
    return True


def _goes_on() -> bool:
    """Whether only this device is to be left out: nobody presses again at once."""
    try:
        time.sleep(TWICE_S)  # noqa: TID251 - a command waits, not the gateway
    except KeyboardInterrupt:
        return False
    return True


def _take(walked: dict[str, Walked], one: Walked, step: Mapping[str, Any]) -> None:
    match step:
        case {"step": "heard"}:
            one.heard = one.heard or step["kind"]
        case {"step": "answered", "seconds": answered_s}:
            one.answered_s = answered_s
        case {"step": "in-passing", "device_id": other} if other in walked:
            walked[other].in_passing = True


def _as_line(number: str, step: Mapping[str, Any]) -> None:
    print(json.dumps({"number": number, **step}, ensure_ascii=False), flush=True)


def _in_words(number: str, step: Mapping[str, Any]) -> None:
    match step:
        case {"step": "turned", "device_id": device_id, "room": room, "asked": asked}:
            where = f" ({room})" if room else ""
            print(f"{number}  {device_id}{where}: {asked}", flush=True)
        case {"step": "heard", "kind": kind}:
            print(f"      heard    {kind.replace('-', ' ')}", flush=True)
        case {"step": "answered", "receiver": receiver, "seconds": answered_s}:
            print(f"      answered by {receiver} in {answered_s:.1f} s", flush=True)
