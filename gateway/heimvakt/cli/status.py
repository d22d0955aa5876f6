"""`heimvakt status`: how the box is, in a few lines."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from heimvakt.core.words import spell_duration

from .client import SocketOption, ask

EXAMPLE = "Example: heimvakt status --json"


def command(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    socket: SocketOption = None,
) -> None:
    """Say how the box is: rules, devices, receivers, what waits."""
    status = ask(socket, {"do": "status"})
    if as_json:
        print(json.dumps(status, ensure_ascii=False, indent=2))
        return
    print("\n".join(lines(status)))


def lines(status: dict[str, Any]) -> list[str]:
    """The status as a person reads it."""
    now = datetime.fromisoformat(status["now"])
    up = now - datetime.fromisoformat(status["started_at"])
    return [
        f"Heimvakt {status['version']}  {status['gateway_id']}  up {_spell(up)}",
        f"  armed     {_rules(status['rules'])}",
        f"  devices   {_devices(status['devices'], now)}",
        *(f"  {name:<9} {_driver(driver, now)}" for name, driver in status["drivers"].items()),
        *(f"  {name:<9} {_receiver(r)}" for name, r in status["receivers"].items()),
        f"  alarms    {status['open_alarms']} open, {status['not_accepted']} that nobody accepted",
        f"  journal   {status['journal_seq']} events   clock {status['clock']}",
    ]


def _rules(rules: dict[str, Any]) -> str:
    blind = [
        f"{rule_id} (without {', '.join(rule['blind_without'])})"
        for rule_id, rule in rules.items()
        if rule["blind_without"]
    ]
    count = f"{len(rules)} rules"
    return f"{count}, {len(blind)} blind: {', '.join(blind)}" if blind else count


def _devices(devices: dict[str, Any], now: datetime) -> str:
    heard = [d for d in devices.values() if d["last_seen"]]
    silent = [
        f"{device_id} (since {_ago(device['last_seen'], now)})"
        for device_id, device in devices.items()
        if device["silent"]
    ]
    text = f"{len(heard)} of {len(devices)} heard from"
    return f"{text}   silent: {', '.join(silent)}" if silent else text


def _driver(driver: dict[str, Any], now: datetime) -> str:
    if driver["lost_since"]:
        return f"lost {_ago(driver['lost_since'], now)}: is it plugged in?"
    return "listening" if driver["armed"] else "not listening yet"


def _receiver(receiver: dict[str, Any]) -> str:
    state = "connected" if receiver["connected"] else "NOT CONNECTED"
    return f"{state}, {receiver['waiting']} waiting for its answer"


def _ago(text: str | None, now: datetime) -> str:
    if text is None:
        return "the start"
    return f"{_spell(now - datetime.fromisoformat(text))} ago"


def _spell(span: timedelta) -> str:
    if span >= timedelta(days=1):
        return f"{span.days} d {span.seconds // 3600} h"
    return spell_duration(span.total_seconds()).en
