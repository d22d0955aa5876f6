"""`heimvakt explain`: why an alarm came, or why a rule raised none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from heimvakt.app import catalogue
from heimvakt.config.configuration import Configuration
from heimvakt.config.findings import render_findings
from heimvakt.config.loader import load
from heimvakt.config.sentences import toml
from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import encode
from heimvakt.core.devices import Device
from heimvakt.core.effects import ArmTimer, Effect, NoAlarm, RaiseAlarm
from heimvakt.core.events import DeviceEvent, DeviceSeen, Event
from heimvakt.replay.journal import NoSource
from heimvakt.replay.source import open_source
from heimvakt.replay.trace import Trace, trace
from heimvakt.replay.words import words_of

from .exits import Exit, fail

EXAMPLE = "Example: heimvakt explain 4711; heimvakt explain --why-not inactivity --at 14:00"
STATE = Path("/var/lib/heimvakt")
HOME = Path("/etc/heimvakt/home.toml")


def command(
    alarm: Annotated[
        str | None, typer.Argument(help="The number of an alarm, or its whole id.", metavar="ALARM")
    ] = None,
    why_not: Annotated[
        str | None, typer.Option("--why-not", help="A rule that raised no alarm.", metavar="RULE")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help='When: "14:00" of today, or "2026-11-21 14:00"; local time of the home.'),
    ] = None,
    state: Annotated[Path, typer.Option(help="The state folder of the gateway.")] = STATE,
    config: Annotated[Path, typer.Option("--config", help="The file of the home.")] = HOME,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say in plain words why an alarm came, or why a rule raised none.

    Reads what is stored; the service may run or not. Without an alarm and without a rule the newest
    alarm is explained.
    """
    configuration = _configured(config)
    try:
        if why_not is not None:
            _why_not(configuration, state, why_not, at, as_json=as_json)
        else:
            found = _find(state, alarm)
            print(_as_json(found) if as_json else "\n".join(_explained(configuration, found)))
    except NoSource as error:
        fail(Exit.FOUND, str(error), error.hint)


def _configured(path: Path) -> Configuration:
    loaded = load(path, catalogue())
    if loaded.configuration is None:
        fail(Exit.CONFIGURATION, render_findings(loaded.findings))
    return loaded.configuration


# --- why it came ----------------------------------------------------------------------------------


def _find(state: Path, wanted: str | None) -> Alarm:
    alarms = open_source(state).alarms() or {}
    if not alarms:
        fail(Exit.FOUND, "there is no alarm yet")
    if wanted is None:
        return max(alarms.values(), key=lambda alarm: alarm.number)
    for alarm in alarms.values():
        if wanted in (alarm.alarm_id, str(alarm.number)):
            return alarm
    fail(Exit.FOUND, f"there is no alarm {wanted}", "see: heimvakt alarms")


def _explained(configuration: Configuration, alarm: Alarm) -> Iterator[str]:
    zone, language = configuration.zone, configuration.gateway.language
    mark = ", a test" if alarm.test else ""
    yield (
        f"{alarm.kind}, {alarm.priority}{mark}, raised {_moment(alarm.raised_at, zone)} "
        f"(clock {alarm.clock})"
    )
    yield f"  {alarm.text.in_language(language)}"
    for piece in alarm.evidence:
        device = configuration.devices.get(piece.device_id or "")
        what = words_of(piece.kind).in_language(language)
        yield f"  {_clock(piece.at, zone)}  {what}{_which(device)}"
    if alarm.thresholds:
        limits = ", ".join(f"{name} {value}" for name, value in alarm.thresholds)
        yield f"  rule: {alarm.rule_id}, {limits}"
    for told in alarm.told:
        yield f"  {_clock(told.at, zone)}  told {told.receiver} ({told.why})"
    for step in alarm.history:
        by = f" by {step.by}" if step.by else ""
        yield f"  {_clock(step.at, zone)}  {step.state}{by}"


def _as_json(alarm: Alarm) -> str:
    return json.dumps(encode(alarm), ensure_ascii=False, indent=2)


# --- why it did not -------------------------------------------------------------------------------


def _why_not(
    configuration: Configuration, state: Path, rule_id: str, when: str | None, *, as_json: bool
) -> None:
    home, zone = configuration.to_home(), configuration.zone
    if rule_id not in home.rules:
        fail(Exit.USAGE, f"there is no rule {rule_id}", f"rules: {', '.join(home.rules)}")
    at = _asked(when, zone)
    source = open_source(state)
    found = trace(home, source.events(home), rule_id, at, source.learned(rule_id))
    if as_json:
        print(json.dumps(_trace_json(found), ensure_ascii=False, indent=2))
        return
    for line in _traced(configuration, found):
        print(line)


def _asked(when: str | None, zone: ZoneInfo) -> datetime:
    now = datetime.now(zone)  # noqa: TID251 - what a person means by "14:00" is his own today
    if when is None:
        return now
    text = when if "-" in when else f"{now:%Y-%m-%d} {when}"
    try:
        asked = datetime.fromisoformat(text)
    except ValueError:
        fail(Exit.USAGE, f'"{when}" is no time', 'write it as "14:00" or "2026-11-21 14:00"')
    return asked if asked.tzinfo else asked.replace(tzinfo=zone)


def _traced(configuration: Configuration, found: Trace) -> Iterator[str]:
    zone, language = configuration.zone, configuration.gateway.language
    yield f"{found.rule_id} at {_moment(found.at, zone)}, mode {found.mode.mode}"
    if found.begins_at is None:
        yield "  the journal has nothing before that"
        return
    settings = next(e.settings for e in configuration.rules if e.rule_id == found.rule_id)
    for name, value in settings.model_dump(mode="json", exclude_none=True).items():
        shown = toml(value) if isinstance(value, dict) else value
        yield f"  setting   {name} = {shown}"
    if found.learned is not None:
        yield f"  learned   {found.learned.in_language(language)}"
    for device_id in sorted(found.unheard):
        yield f"  unheard   {device_id} could not be heard: for it the rule was blind"
    for alarm_id in found.alarms:
        yield f"  open      {alarm_id}: what is told already is not told again"
    for name, due in found.waits_for:
        yield f"  waits     {name} at {_moment(due, zone)}"
    for thought in found.thoughts:
        what = _said(thought.event, configuration, language)
        meant = ", ".join(_meant(e, zone, language) for e in thought.effects) or "noted"
        yield f"  {_moment(thought.event.at, zone)}  {what}: {meant}"
    heard = [event for event in found.heard if not isinstance(event, DeviceSeen)]
    if not heard:
        yield "  of its devices nothing was heard but that they live"
    for event in heard[-3:]:
        yield f"  last heard  {_moment(event.at, zone)}  {_said(event, configuration, language)}"
    if not found.thoughts:
        yield "  nothing of what happened moved the rule"


def _trace_json(found: Trace) -> dict[str, Any]:
    return {
        "rule": found.rule_id,
        "at": found.at.isoformat(),
        "journal_begins_at": found.begins_at.isoformat() if found.begins_at else None,
        "mode": found.mode.mode,
        "unheard": sorted(found.unheard),
        "open": found.alarms,
        "learned": found.learned and encode(found.learned),
        "waits_for": {name: due.isoformat() for name, due in found.waits_for},
        "moved_by": [
            {
                "at": thought.event.at.isoformat(),
                "seq": thought.event.seq,
                "kind": thought.event.kind,
                "effects": [type(effect).__name__ for effect in thought.effects],
            }
            for thought in found.thoughts
        ],
    }


def _said(event: Event, configuration: Configuration, language: str) -> str:
    device = event.device_id if isinstance(event, DeviceEvent) else ""
    what = words_of(event.kind).in_language(language)
    return f"{what}{_which(configuration.devices.get(device))}"


def _meant(effect: Effect, zone: ZoneInfo, language: str) -> str:
    match effect:
        case ArmTimer(at=at):
            return f"looks again at {_clock(at, zone)}"
        case RaiseAlarm(kind=kind, priority=priority):
            return f"ALARM {kind}, {priority}"
        case NoAlarm(why=why):
            return f"no alarm: {why.in_language(language)}"
        case _:
            return {
                "CancelTimer": "waits no longer",
                "ResetAlarm": "the alarm is over",
                "NoLonger": "what was kept back is over",
                "CancelAlarm": "the alarm is taken back",
                "ConfirmAlarm": "the alarm goes out",
                "GiveCommand": "a device is told to act",
            }.get(type(effect).__name__, "noted")


def _which(device: Device | None) -> str:
    if device is None:
        return ""
    return f" ({device.device_id}{', outer' if device.outer else ''})"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S")


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %d %b %H:%M:%S")
