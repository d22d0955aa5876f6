"""What is given away tells nobody's name, and means the same."""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.codec import encode_event
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import (
    KINDS,
    AlarmAcknowledged,
    CommandReceived,
    DoseOffered,
    Event,
    MotionDetected,
    RadioLost,
    TagPresented,
    TimerFired,
    stamped,
)
from heimvakt.replay.again import FOLLOWED
from heimvakt.replay.redacted.events import Redacted
from heimvakt.replay.redacted.home import CannotRedact, redacted_home
from heimvakt.replay.redacted.names import Names
from heimvakt.replay.redacted.toml import to_toml
from heimvakt.replay.redacted.weeks import STEP, NoWeeks, weeks_back
from tests.support.events import PLAIN, sample
from tests.support.homes import EVENING, OSLO, stamp

BY = timedelta(weeks=-104)
PERSON = "kari-nordmann"
HOME = Home(
    gateway_id="no-1505-004711",
    devices={
        device_id: Device(device_id=device_id, role=role, driver=driver, address=address, room=room)
        for device_id, role, driver, address, room in (
            ("karis-bed", Role.BED, "zigbee", "00:15:8d:00:02:3a:4b:01", "karis rom"),
            ("hall", Role.MOTION, "zigbee", "00:15:8d:00:02:3a:4b:02", "gang"),
            ("bath", Role.MOTION, "zigbee", "00:15:8d:00:02:3a:4b:03", "gang"),
            ("lock", Role.LOCK, "osdp.front", "1", None),
        )
    },
)


def redacted() -> Redacted:
    return Redacted(Names.of(HOME, ["anna-1"], ["mobile"]), BY, HOME.gateway_id)


def told(event: Event, seq: int = 1) -> Event:
    return redacted().event(stamped(event, stamp(seq)))


def test_names_are_neutral_and_the_same_wherever_they_stand() -> None:
    names = Names.of(HOME, ["anna-1"], ["mobile"])
    assert names.devices == {
        "karis-bed": "bed-1",
        "hall": "motion-1",
        "bath": "motion-2",
        "lock": "lock-1",
    }
    assert names.rooms == {"karis rom": "room-1", "gang": "room-2"}
    assert names.driver("osdp.front") == "osdp.line-1"
    assert names.device("sold-long-ago") == names.device("sold-long-ago") == "device-1"
    assert names.other("by", "kari") != names.other("by", "ola")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_of_event_gives_a_text_away(kind: str) -> None:
    """Every text of every kind, also of those that nobody has thought of here."""
    event = sample(KINDS[kind], 7)
    texts = {
        f.name: PERSON if f.type in ("str", "str | None") else (PERSON,)
        for f in fields(event)
        if f.type in ("str", "str | None", "tuple[str, ...]")
    }
    event = replace(event, stamp=replace(event.stamp, boot_id=PERSON), **texts)
    given = redacted().event(event)
    assert PERSON not in json.dumps(encode_event(given))
    assert given.at == event.at + BY
    assert given.seq == event.seq
    assert isinstance(given, TimerFired if isinstance(event, FOLLOWED) else KINDS[kind])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_of_event_keeps_a_time(kind: str) -> None:
    text = json.dumps(encode_event(redacted().event(sample(KINDS[kind], 7))))
    assert f"{PLAIN['datetime']:%Y-%m}" not in text


def test_what_rules_go_by_stays() -> None:
    moved = told(MotionDetected(device_id="bath"))
    assert isinstance(moved, MotionDetected)
    assert moved.device_id == "motion-2"
    assert moved.stamp == replace(stamp(1), at=EVENING + BY, boot_id="boot-1")
    tag, dose = told(TagPresented(device_id="lock", tag="anna-1")), EVENING + timedelta(hours=1)
    assert isinstance(tag, TagPresented)
    assert tag.tag == "carer-1"
    offered = told(DoseOffered(device_id="lock", dose=dose))
    assert isinstance(offered, DoseOffered)
    assert offered.dose == dose + BY
    lost = told(RadioLost(driver="osdp.front", reason="ola pulled it"))
    assert lost == replace(lost, driver="osdp.line-1", reason="")  # type: ignore[call-arg]
    order = told(
        CommandReceived(
            order_id="x",
            verb="set-mode",
            role="operator",
            by="kari",
            receiver="oslo-kommune",
            argument="away",
            alarm_id="no-1505-004711-12",
        )
    )
    assert isinstance(order, CommandReceived)
    assert (order.verb, order.role, order.argument) == ("set-mode", "operator", "away")
    assert (order.by, order.receiver) == ("by-1", "receiver-1")
    assert order.alarm_id == "no-0000-000000-12"


def test_of_what_was_decided_then_only_that_time_went_on() -> None:
    passed = told(AlarmAcknowledged(alarm_id="a", receiver="b", by="kari"))
    assert passed == TimerFired(stamp=passed.stamp, name="passed", due=EVENING + BY)


@given(
    first=st.datetimes(datetime(2018, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001
    lasting=st.timedeltas(timedelta(), timedelta(days=200)),
    zone=st.sampled_from([OSLO, ZoneInfo("Europe/Madrid"), ZoneInfo("Europe/London")]),
    seed=st.integers(0, 2**64),
)
@settings(max_examples=10, deadline=None)
def test_every_moment_keeps_its_hour_its_day_and_its_clock_changes(
    first: datetime, lasting: timedelta, zone: ZoneInfo, seed: int
) -> None:
    begin = first.replace(tzinfo=UTC)
    by = weeks_back(begin, begin + lasting, zone, seed)
    assert by <= -timedelta(weeks=52)
    assert by % timedelta(weeks=1) == timedelta()
    for number in range(0, lasting // STEP, 7):
        moment = (begin + number * STEP).astimezone(zone)
        moved = (begin + number * STEP + by).astimezone(zone)
        assert (moved.weekday(), moved.time()) == (moment.weekday(), moment.time())
        assert moved.utcoffset() == moment.utcoffset()


def test_the_same_seed_moves_by_the_same_weeks_and_another_by_others() -> None:
    by = {weeks_back(EVENING, EVENING, OSLO, seed) for seed in (1, 1, 2, 3, 4, 5)}
    assert len(by) == 5


def test_where_no_move_fits_nothing_is_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heimvakt.replay.redacted.weeks.WEEKS", (4,))  # it was summer time then
    with pytest.raises(NoWeeks, match="Europe/Oslo"):
        weeks_back(EVENING, EVENING, OSLO, 1)


FILE: dict[str, Any] = {
    "version": 1,
    "gateway": {"id": HOME.gateway_id, "timezone": "Europe/Oslo", "language": "en"},
    "drivers": {
        "zigbee": {"port": "/dev/serial/by-id/usb-ITead_4711"},
        "osdp": {"front": {"port": "/dev/serial/by-path/x", "baudrate": 9600}},
    },
    "devices": {
        "karis-bed": {
            "role": "bed",
            "driver": "zigbee",
            "address": "00:15:8d:00:02:3a:4b:01",
            "room": "karis rom",
        },
        "lock": {
            "role": "lock",
            "driver": "osdp.front",
            "address": 1,
            "key": "file:/home/kari/key",
            "inputs": {"door": 1},
        },
    },
    "rules": {
        "karis-nights": {"kind": "night-wandering", "out_of": "karis-bed", "back_within": "20m"},
        "bed-exit": {"bed": "karis-bed", "between": "23:00-06:00"},
    },
    "modes": {"away": {"suppresses": ["inactivity"]}},
    "tags": {"anna-1": {"card": "26:0004a2f1"}},
    "receivers": {"daughter": {"kind": "sms", "number": "+4790000000"}},
    "routes": [{"priority": ["high"], "to": [{"receiver": "daughter"}]}],
    "paths": {"mobile": {"interface": "wwan0", "pin": "credential:sim"}},
    "orders": {"keys": {"kari": {"role": "operator", "key": "abc"}}},
}
KINDS_OF_RULES = {"night-wandering", "bed-exit", "inactivity"}


def test_the_file_of_the_home_has_what_the_rules_need_and_nobody_in_it() -> None:
    names = Names.of(HOME, ["anna-1"], ["mobile"])
    text = to_toml(redacted_home(FILE, names, KINDS_OF_RULES))
    for secret in ("kari", "anna", "4711", "15:8d", "9000", "daughter", "front", "a2f1", "wwan"):
        assert secret not in text
    made = tomllib.loads(text)
    assert made["devices"]["bed-1"]["room"] == "room-1"
    assert made["devices"]["lock-1"] == {
        "role": "lock",
        "driver": "osdp.line-1",
        "address": 1,
        "inputs": {"door": 1},
        "key": "credential:key",
    }
    assert made["rules"] == {
        "night-wandering-1": {"kind": "night-wandering", "out_of": "bed-1", "back_within": "20m"},
        "bed-exit": {"bed": "bed-1", "between": "23:00-06:00"},
    }
    assert made["modes"] == FILE["modes"]


def test_a_rule_of_the_homes_own_keeps_what_it_does_and_loses_its_words() -> None:
    own = {
        "kind": "custom",
        "when": {"motion": ["bath", {"role": "motion", "room": "karis rom"}], "for": "10m"},
        "unless": {"entered": [{"role": "bed", "room": "karis loft"}]},
        "rests_in": ["visit"],
        "text": {"nb": "Kari er på badet."},
    }
    names = Names.of(HOME, ["anna-1"], [])
    text = to_toml(redacted_home(FILE | {"rules": {"kari": own}}, names, {"custom"}))
    assert "kari" not in text.casefold()
    assert tomllib.loads(text)["rules"] == {
        "custom-1": {
            "kind": "custom",
            "when": {"motion": ["motion-2", {"role": "motion", "room": "room-1"}], "for": "10m"},
            "unless": {"entered": [{"role": "bed", "room": "nowhere"}]},
            "rests_in": ["visit"],
            "text": {"en": "An alarm of the home."},
        }
    }


def test_a_text_that_may_be_somebodys_own_is_not_guessed_about() -> None:
    odd = {**FILE, "rules": {"bed-exit": {"bed": "karis-bed", "says": "Ring Kari"}}}
    with pytest.raises(CannotRedact, match=r"^rules\.bed-exit\.says: ") as refused:
        redacted_home(odd, Names.of(HOME, ["anna-1"], []), KINDS_OF_RULES)
    assert "Kari" not in str(refused.value)


VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab-ø .", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(tables=st.dictionaries(st.text("abc-_ å", min_size=1, max_size=8), VALUES, max_size=4))
@settings(max_examples=60)
def test_tables_as_text_are_the_same_tables_again(tables: dict[str, Any]) -> None:
    assert tomllib.loads(to_toml(tables)) == tables
