"""A device that is tried in a hand-over: heard, answered for by the centre, and a button accepted
by somebody there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from heimvakt.commissioning.record import Seen, Step
from heimvakt.commissioning.words import number as spelt
from heimvakt.core.checks import Outcome
from heimvakt.core.tending import WEAK_LQI
from heimvakt.core.words import Words

from .client import ask, follow
from .commission_notes import Notes, went_well
from .walk_test import QUIET_S, SERVICE_S

ACCEPT_S = 300.0
"""Promise 5: after five minutes without acceptance an alarm goes on to the next in the chain."""
POLL_S = 0.5
LOOKED_AT = 50
"""Of the newest alarms: a walk makes one or two for each device."""


@dataclass(slots=True)
class Trial:
    """What came of one device."""

    kind: str = ""
    """What it told first."""
    receiver: str = ""
    answered_s: float | None = None


def walk_to(notes: Notes, device_id: str, number: str) -> Seen:
    """Wait until a sensor has told what it is there for, and the centre has answered."""
    trial = _tried(notes, device_id, number)
    outcome, found = _walked(notes, device_id, trial)
    return notes.of_device(Step.WALK, device_id, outcome, found, trial.answered_s)


def _walked(notes: Notes, device_id: str, trial: Trial) -> tuple[Outcome, Words]:
    if not trial.kind:
        return Outcome.FAIL, Words(nb="ikke hørt", en="not heard")
    if trial.answered_s is None:
        return Outcome.FAIL, Words(
            nb="hørt, men sentralen har ikke svart", en="heard, and the centre has not answered"
        )
    row, s = notes.devices()[device_id], trial.answered_s
    found = Words(
        nb=f"hørt; {trial.receiver} svarte på {spelt(s, 'nb')} s",
        en=f"heard; {trial.receiver} answered in {spelt(s, 'en')} s",
    )
    if row["lqi"] is None or row["lqi"] >= WEAK_LQI:
        return Outcome.PASS, found
    weak = f"LQI {row['lqi']} (< {WEAK_LQI})"
    return Outcome.WARN, found + Words(nb=f"; svakt signal: {weak}", en=f"; weak link: {weak}")


def press(notes: Notes, device_id: str, number: str) -> Seen:
    """Wait for the press of a button, and until a person at the centre has accepted its alarm."""
    began_at = notes.now()
    trial = _tried(notes, device_id, number)
    alarm = _alarm(notes, device_id, began_at) if trial.kind else None
    if alarm is not None and trial.answered_s is not None:
        notes.talk.say(_WAITS)
        alarm = _accepted(notes, alarm)
    outcome, found, seconds = judged(trial, alarm)
    return notes.of_device(Step.BUTTON, device_id, outcome, found, seconds)


def judged(trial: Trial, alarm: dict[str, Any] | None) -> tuple[Outcome, Words, float | None]:
    """What the press of a button has shown."""
    if not trial.kind:
        return Outcome.FAIL, Words(nb="ikke trykket", en="not pressed"), None
    if alarm is None:
        return Outcome.FAIL, Words(nb="trykket, men ingen alarm", en="pressed, and no alarm"), None
    named = Words(nb=f"trykket, alarm {alarm['number']}", en=f"pressed, alarm {alarm['number']}")
    if not alarm["test"]:
        real = Words(nb="; gikk som EKTE: ring sentralen", en="; went as REAL: call the centre")
        return Outcome.FAIL, named + real, None
    if trial.answered_s is None:
        return Outcome.FAIL, named + Words(nb="; ikke mottatt", en="; not received"), None
    s = _took_s(alarm, "delivered")
    named += Words(
        nb=f"; mottatt av {trial.receiver} etter {spelt(s, 'nb')} s",
        en=f"; received by {trial.receiver} after {spelt(s, 'en')} s",
    )
    if alarm["accepted_by"] is None:
        return Outcome.FAIL, named + Words(nb="; ikke akseptert", en="; not accepted"), s
    took = _took_s(alarm, "accepted")
    named += Words(
        nb=f"; akseptert av {alarm['accepted_by']} etter {spelt(took, 'nb')} s",
        en=f"; accepted by {alarm['accepted_by']} after {spelt(took, 'en')} s",
    )
    return Outcome.PASS, named, s


def _took_s(alarm: dict[str, Any], until: str) -> float:
    """From the moment from which it could no longer be taken back."""
    raised, then = (
        min(
            datetime.fromisoformat(step["at"])
            for step in alarm["history"]
            if step["state"] == state
        )
        for state in ("raised", until)
    )
    return (then - raised).total_seconds()


def _tried(notes: Notes, device_id: str, number: str) -> Trial:
    """Turn to a device; Ctrl-C ends the wait."""
    trial = Trial()
    # So that the home does not fall back to alarms that are real in the middle of a long walk.
    ask(notes.socket, {"do": "set-mode", "mode": "service", "for_s": SERVICE_S})
    try:
        went_well(partial(_follow, notes, device_id, number, trial))
    except KeyboardInterrupt:
        notes.talk.say()
    return trial


def _follow(notes: Notes, device_id: str, number: str, trial: Trial) -> None:
    request = {"do": "walk-test", "device_id": device_id, "within_s": notes.within_s}
    for step in follow(notes.socket, {**request, "walk": uuid4().hex}, quiet_s=QUIET_S):
        match step:
            case {"step": "turned", "asked": asked}:
                notes.talk.say(f"  {number}  {notes.label(device_id)}: {asked}")
            case {"step": "heard", "kind": kind} if not trial.kind:
                trial.kind = kind
                notes.talk.say(_HEARD)
            case {"step": "answered", "receiver": receiver, "seconds": answered_s}:
                trial.receiver, trial.answered_s = receiver, answered_s


def _alarm(notes: Notes, device_id: str, since: datetime) -> dict[str, Any] | None:
    """The newest that this button has raised."""
    found = ask(notes.socket, {"do": "alarms", "limit": LOOKED_AT})["alarms"]
    ours = [
        alarm
        for alarm in found
        if (alarm["kind"], alarm["device_id"]) == ("button", device_id)
        and datetime.fromisoformat(alarm["raised_at"]) >= since
    ]
    return max(ours, key=lambda alarm: int(alarm["number"]), default=None)


def _accepted(notes: Notes, alarm: dict[str, Any]) -> dict[str, Any]:
    """The alarm once somebody has accepted it, or as it is when nobody does in time."""
    since = datetime.fromisoformat(alarm["raised_at"])
    end = time.monotonic() + ACCEPT_S  # noqa: TID251 - a command waits, not the gateway
    try:
        while alarm["accepted_by"] is None and time.monotonic() < end:  # noqa: TID251
            time.sleep(POLL_S)  # noqa: TID251
            alarm = _alarm(notes, str(alarm["device_id"]), since) or alarm
    except KeyboardInterrupt:
        notes.talk.say()
    return alarm


_HEARD = Words(nb="       hørt; venter på sentralen", en="       heard; waiting for the centre")
_WAITS = Words(
    nb="       mottatt; venter til noen ved sentralen aksepterer den (Ctrl-C: ikke vente lenger)",
    en="       received; waiting until somebody at the centre accepts it (Ctrl-C: wait no longer)",
)
