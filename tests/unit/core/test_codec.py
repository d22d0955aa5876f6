"""What was written is read again as it was, and what was not written by us is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heimvakt.core import codec, events
from heimvakt.core.alarms import Alarm, AlarmState, Evidence, Step
from heimvakt.core.chain import Target, Told, Why
from heimvakt.core.codec import (
    CannotDecode,
    decode,
    decode_event,
    decode_tagged,
    encode,
    encode_event,
    encode_tagged,
)
from heimvakt.core.events import KINDS, ButtonPressed, DoorOpened, Press
from heimvakt.rules.night_wandering_state import InBed, Out, Raised
from tests.support.alarms import in_state
from tests.support.events import sample
from tests.support.homes import EVENING, stamp

JOURNALS = Path(__file__).parents[2] / "fixtures" / "journal"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_of_event_comes_back_through_json(name: str) -> None:
    event = sample(KINDS[name], 3)
    record = json.loads(json.dumps(encode_event(event)))
    assert decode_event(record) == event
    assert (record["kind"], record["v"], record["seq"]) == (name, KINDS[name].v, 3)


@pytest.mark.parametrize("version", [1])
def test_a_journal_of_every_version_still_opens(version: int) -> None:
    lines = (JOURNALS / f"version-{version}.jsonl").read_text().splitlines()
    read = [decode_event(json.loads(line)) for line in lines]
    assert [event.seq for event in read] == list(range(1, len(lines) + 1))
    assert read == [sample(KINDS[event.kind], event.seq) for event in read]


def test_every_kind_of_event_is_in_a_journal_that_is_kept() -> None:
    kept = {
        json.loads(line)["kind"]
        for journal in JOURNALS.iterdir()
        for line in journal.read_text().splitlines()
    }
    assert set(KINDS) - kept == set(), "append a line for each to the journal of its version"


def test_every_kind_of_event_can_be_had_from_one_place() -> None:
    """Each subject has a module of its own; nobody need know which."""
    assert {kind.__name__ for kind in KINDS.values()} <= set(events.__all__)


PRESSED = encode_event(ButtonPressed(stamp=stamp(), device_id="pendant", press=Press.LONG))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "moon-landed"}, "no event kind 'moon-landed'"),
        ({"kind": None}, "no event kind None"),
        ({"v": 99}, "of version 99 is newer than this software"),
        ({"v": "1"}, "no event kind"),
        ({"device_id": 7}, "valid string"),
        ({"press": "softly"}, "'single', 'double', 'long' or 'held'"),
        ({"at": "yesterday"}, "valid datetime"),
        ({"seq": None}, "valid integer"),
    ],
)
def test_a_record_that_nobody_wrote_is_refused_with_the_reason(
    change: dict[str, object], why: str
) -> None:
    with pytest.raises(CannotDecode, match=why):
        decode_event({**PRESSED, **change})


def test_an_older_version_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def to_second(fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "device_id": fields["name"], "name": None}

    def to_third(fields: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in fields.items() if key != "name"}

    lifts: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
        ("door-opened", 1): to_second,
        ("door-opened", 2): to_third,
    }
    monkeypatch.setattr(codec, "LIFTS", lifts)
    monkeypatch.setattr(DoorOpened, "v", 3)
    record = encode_event(DoorOpened(stamp=stamp(), device_id="front-door"))
    old = {k: v for k, v in record.items() if k != "device_id"} | {"v": 1, "name": "front-door"}
    assert decode_event(old) == DoorOpened(stamp=stamp(), device_id="front-door")


def test_an_alarm_with_all_that_happened_to_it_comes_back() -> None:
    evidence = (Evidence(seq=1, at=EVENING, kind="door-opened", device_id="front-door"),)
    full = replace(
        in_state(AlarmState.CLOSED),
        evidence=evidence,
        thresholds=(("between", "22:00-07:00"),),
        chain=(Target("centre"), Target("daughter", timedelta(minutes=5))),
        place=1,
        told=(Told(receiver="centre", at=EVENING, why=Why.RAISED, answered_at=EVENING),),
    )
    assert decode(Alarm, json.loads(json.dumps(encode(full)))) == full
    assert full.history[-1] == Step(state=AlarmState.CLOSED, at=EVENING, by="op-7")


def test_an_alarm_that_was_stored_before_there_were_chains_still_opens() -> None:
    record = encode(in_state(AlarmState.DELIVERED))
    old = {k: v for k, v in record.items() if k not in ("chain", "place", "told")}
    assert decode(Alarm, old) == in_state(AlarmState.DELIVERED)


STATES = [
    InBed(),
    Out(Evidence(seq=1, at=EVENING, kind="bed-left", device_id="bed")),
    Raised(EVENING),
]


@pytest.mark.parametrize("state", STATES)
def test_a_state_of_a_rule_comes_back_as_the_class_that_it_was(state: object) -> None:
    stored = json.loads(json.dumps(encode_tagged(state)))
    assert decode_tagged((InBed, Out, Raised), stored) == state


def test_a_state_that_the_rule_no_longer_has_is_refused() -> None:
    with pytest.raises(CannotDecode, match="no class 'Raised'"):
        decode_tagged((InBed, Out), encode_tagged(Raised(EVENING)))
