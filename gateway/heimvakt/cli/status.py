"""`heimvakt status`: how the box is, in a few lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from heimvakt.core.events import Mode
from heimvakt.core.words import spell_duration

from .client import SocketOption, ask
from .mode_line import line
from .thing_rows import rows as thing_rows
from .times import count, local, spell

EXAMPLE = "Example: heimvakt status --json"
WIDTH = 9
"""Of the names; more where the home has longer ones."""
Row = tuple[str, str]
"""A name, and what is said of it."""
SHOWN = {
    "connected": "all is well",
    "privacy": "motion sensing rests",
    "fault": "SOMETHING IS FAULTY",
    "no-connection": "NO CONNECTION",
    "not-heard": "A BUTTON OR DETECTOR IS NOT HEARD",
    "reminder": "a reminder",
    "can-be-cancelled": "an alarm that can be taken back",
    "cancelled": "the alarm was taken back",
    "alarm-taken": "the alarm is taken",
    "alarm-delivered": "the alarm is delivered",
    "help-coming": "help is coming",
}


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
    head = (
        f"Heimvakt {status['version']}  {status['gateway_id']}  up {spell(up)}"
        f"  mode {status['mode']['mode']}"
    )
    return [head, *table(_rows(status, now))]


def table(rows: Iterable[Row]) -> list[str]:
    """What is said of each, in one column however long the names of the home are."""
    said = list(rows)
    width = max([WIDTH, *(len(name) for name, _ in said)])
    return [f"  {name:<{width}} {text}" for name, text in said]


def not_in_use(status: dict[str, Any]) -> Iterator[Row]:
    """What of the configuration is wrong, and what became of it."""
    wrong = status["configuration"]["wrong"]
    what = {"file": "THE FILE, the one before holds"}
    for where, why in wrong.items():
        yield "NOT USED", f"{what.get(where, where)}: {why}"
    if wrong:
        yield "", "see: heimvakt check FILE"


def _rows(status: dict[str, Any], now: datetime) -> Iterator[Row]:
    if status["mode"]["mode"] != Mode.HOME:
        yield "mode", line(status["mode"], status["timezone"])
    yield "armed", _rules(status["rules"])
    yield "devices", _devices(status["devices"], now)
    yield from not_in_use(status)
    for name, driver in status["drivers"].items():
        yield name, _driver(driver, now)
    yield from thing_rows(status)
    yield "paths", "   ".join(_path(name, path) for name, path in status["paths"].items())
    for text in _signals(status["paths"]):
        yield "signal", text
    for name, receiver in status["receivers"].items():
        yield name, _receiver(receiver, now)
    yield "outbox", _outbox(status)
    shown = SHOWN.get(status["sign"], status["sign"])
    alarms = f"{status['open_alarms']} open, {status['not_accepted']} that nobody accepted"
    yield "alarms", f"{alarms}   shown here: {shown}"
    if status["last_test"]:
        yield "test", _test(status)
    rows = count(status["store"]["rows"], "event")
    yield "journal", f"{rows}   clock {status['clock']}   disk {_disk(status['store'])}"


def _test(status: dict[str, Any]) -> str:
    last = status["last_test"]
    at = local(last["raised_at"], status["timezone"])
    late = "" if last["in_time"] else ", too late"
    return f"last {at:%a %d %b %H:%M}, answered in {last['seconds']:.1f} s{late}"


def _rules(rules: dict[str, Any]) -> str:
    blind = [
        f"{rule_id} (without {', '.join(rule['blind_without'])})"
        for rule_id, rule in rules.items()
        if rule["blind_without"]
    ]
    all_of_them = count(len(rules), "rule")
    return f"{all_of_them}, {len(blind)} blind: {', '.join(blind)}" if blind else all_of_them


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


def _path(name: str, path: dict[str, Any]) -> str:
    state = "ok" if path["good"] else "DOWN"
    if path["lost"]:
        state = "not trusted yet" if path["good"] else "LOST"
    elif path["good"] and path["round_trip_ms"] is not None:
        state += f" {path['round_trip_ms']:.0f} ms"
    modem = path["modem"] or {}
    if path["reason"]:
        state += f" ({path['reason']})"
    dbm = f"{modem['dbm']} dBm" if modem.get("dbm") is not None else None
    said = [state, dbm, modem.get("operator"), modem.get("trouble")]
    return f"{name} {', '.join(part for part in said if part)}"


def _signals(paths: dict[str, Any]) -> Iterator[str]:
    """How the modems have heard their networks lately."""
    for name, path in paths.items():
        if (past := path["signal"]) is None:
            continue
        said = f"{name}, last {spell(timedelta(hours=past['hours']))}: "
        if past["median_dbm"] is not None:
            said += f"median {past['median_dbm']} dBm, worst {past['worst_dbm']} dBm, "
        yield said + f"{100 * past['without_network']:.0f} % without network"


def _receiver(receiver: dict[str, Any], now: datetime) -> str:
    why = "; ".join(dict.fromkeys(receiver.get("trouble", {}).values()))
    away = f"NOT CONNECTED ({why})" if why else "NOT CONNECTED"
    said = ["connected" if receiver["connected"] else away]
    if (ago_s := receiver["heartbeat_ago_s"]) is not None:
        said.append(f"last heartbeat {spell_duration(ago_s).en} ago")
    if receiver["answered_at"]:
        said.append(f"last answer {_ago(receiver['answered_at'], now)}")
    return ", ".join([*said, f"{receiver['waiting']} waiting for its answer"])


def _outbox(status: dict[str, Any]) -> str:
    outbox = status["outbox"]
    alarms = f"{count(outbox['alarms'], 'alarm')} waiting"
    if outbox["oldest_s"] is not None:
        alarms += f", the oldest for {spell(timedelta(seconds=outbox['oldest_s']))}"
    return f"{alarms}   {count(outbox['reports'], 'report')} waiting"


def _disk(store: dict[str, Any]) -> str:
    if store["full"]:
        return "FULL: only alarms are taken"
    share = 100 * store["bytes"] / store["bytes_max"]
    text = f"{share:.0f} % of {store['bytes_max'] / 2**20:.0f} MiB"
    free = store["disk_free_bytes"]
    if free < store["bytes_max"] - store["bytes"]:
        text += f", of which the disk has ONLY {free / 2**20:.0f} MiB: make room (df -h)"
    return text


def _ago(text: str | None, now: datetime) -> str:
    if text is None:
        return "the start"
    return f"{spell(now - datetime.fromisoformat(text))} ago"
