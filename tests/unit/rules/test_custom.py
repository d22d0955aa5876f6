"""An alarm that a home makes up for itself: what it waits for, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    ButtonPressed,
    DoorClosed,
    DoorOpened,
    LockUnlocked,
    MotionDetected,
    Press,
    SmokeDetected,
    TagPresented,
    TemperatureMeasured,
)
from heimvakt.rules import KINDS, Context
from heimvakt.rules.custom.signs import VERBS
from tests.support.custom import CLOSED, DEVICES, IN, OPENED, OUT, TEXT, desk, the
from tests.support.homes import OSLO, oslo, stamp

# --- what happens ---------------------------------------------------------------------------------


def test_a_thing_that_happens_is_told_at_once() -> None:
    d = desk(when={"opened": ["fridge"]}, priority="low")
    d.tell(DoorOpened(device_id="door"))
    assert d.kinds() == []
    d.tell(OPENED, at=oslo("12:30"))
    alarm = the(d)
    assert (alarm.kind, alarm.priority, alarm.rule_id) == ("custom", Priority.LOW, "mine")
    assert (alarm.device_id, alarm.room) == ("fridge", "kitchen")
    assert alarm.began_at == alarm.raised_at == oslo("12:30")
    assert (alarm.text.nb, alarm.text.en) == (TEXT["nb"], TEXT["en"])
    assert [piece.kind for piece in alarm.evidence] == ["door-opened"]
    assert alarm.thresholds == (("when", "opened fridge"), ("at_most", "1 within 15 min"))


def test_one_language_is_enough() -> None:
    d = desk(when={"opened": ["fridge"]}, text={"nb": "Åpent."})
    d.tell(OPENED)
    assert (the(d).text.nb, the(d).text.en) == ("Åpent.", "Åpent.")


def test_of_several_devices_it_says_which() -> None:
    d = desk(when={"opened": ["fridge", "door"]})
    d.tell(DoorOpened(device_id="door"))
    assert the(d).text.en == "Something is wrong. (door (kitchen))"


EACH = {
    "opened": (DoorOpened(device_id="door"), DoorClosed(device_id="door")),
    "closed": (DoorClosed(device_id="door"), DoorOpened(device_id="door")),
    "entered": (IN, OUT),
    "left": (OUT, IN),
    "started": (ApplianceStarted(device_id="stove"), ApplianceStopped(device_id="stove")),
    "stopped": (ApplianceStopped(device_id="stove"), ApplianceStarted(device_id="stove")),
    "unlocked": (LockUnlocked(device_id="lock"), None),
    "pressed": (ButtonPressed(device_id="bell"), None),
    "presented": (TagPresented(device_id="reader", tag="carer-7"), None),
    "detected": (SmokeDetected(device_id="smoke"), None),
}


@pytest.mark.parametrize("verb", EACH)
def test_each_verb_means_its_event_and_not_the_opposite(verb: str) -> None:
    event, opposite = EACH[verb]
    d = desk(when={verb: [event.device_id]})
    if opposite is not None:
        d.tell(opposite)
    assert d.kinds() == []
    d.tell(event)
    assert d.kinds() == ["custom"]


def test_every_verb_has_roles_that_can_say_it() -> None:
    assert all(verb.roles and verb.begins for verb in VERBS.values())
    assert set(EACH) | {"locked", "motion", "below", "above"} == set(VERBS)


def test_a_key_that_nobody_knows_and_a_press_that_sets_a_mode_are_nothing() -> None:
    d = desk(when={"presented": ["reader"]})
    d.tell(TagPresented(device_id="reader", tag=""))
    assert d.kinds() == []
    kind = KINDS["custom"]
    context = Context(devices=DEVICES, zone=OSLO, mode_presses=frozenset({("bell", Press.LONG)}))
    rule = kind.bind("mine", kind.settings(when={"pressed": ["bell"]}, text=TEXT), context)
    for press, alarms in ((Press.LONG, 0), (Press.SINGLE, 1)):
        _, effects = rule.step(
            rule.initial, ButtonPressed(stamp=stamp(), device_id="bell", press=press)
        )
        assert len(effects) == alarms


def test_one_movement_alone_is_nobody() -> None:
    d = desk(when={"motion": ["cellar"]})
    moved = MotionDetected(device_id="cellar")
    d.tell(moved, at=oslo("12:00"))
    d.tell(moved, at=oslo("12:10"))
    assert d.kinds() == []
    d.tell(moved, at=oslo("12:11"))
    assert d.kinds() == ["custom"]


def test_a_movement_that_lasts_is_somebody() -> None:
    d = desk(when={"motion": ["cellar"], "for": "10m"})
    d.tell(MotionDetected(device_id="cellar"), at=oslo("12:00"))
    d.wait_until(oslo("12:09"))
    assert d.kinds() == []
    d.wait_until(oslo("12:10"))
    assert d.kinds() == ["custom"]


def test_a_temperature_on_the_limit_goes_on() -> None:
    d = desk(when={"above": 8, "sensors": ["air"], "for": "30m"})
    for minute, celsius in ((0, 8.0), (1, 8.1), (10, 7.8), (20, 8.3)):
        d.tell(TemperatureMeasured(device_id="air", celsius=celsius), at=oslo(f"12:{minute:02}"))
    d.wait_until(oslo("12:31"))
    assert the(d).began_at == oslo("12:01")
    d.tell(TemperatureMeasured(device_id="air", celsius=7.5))
    assert the(d).state is AlarmState.RESET


# --- for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("waits", [{}, {"unless": {"motion": ["hall"], "within": "5m"}}])
def test_a_temperature_is_told_once_while_it_goes_on_and_again_the_next_time(
    waits: dict[str, Any],
) -> None:
    d = desk(when={"below": 5, "sensors": ["air"]}, **waits)
    for time in (1, 2):
        for _ in range(8):
            d.tell(TemperatureMeasured(device_id="air", celsius=4))
            d.wait(minutes=10)
        assert d.kinds().count("custom") == time, "not each quarter of an hour"
        d.tell(TemperatureMeasured(device_id="air", celsius=7))
        assert not any(alarm.state.is_open for alarm in d.table.values())


def test_a_temperature_that_is_over_before_it_is_told_is_told_the_next_time_too() -> None:
    d = desk(when={"below": 5, "sensors": ["air"]}, unless={"motion": ["hall"], "within": "5m"})
    for time in (1, 2):
        d.tell(TemperatureMeasured(device_id="air", celsius=4))
        d.tell(TemperatureMeasured(device_id="air", celsius=7))
        d.wait(minutes=20)
        assert d.kinds().count("custom") == time


def test_what_must_go_on_is_told_when_it_has_and_ends_by_itself() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"})
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(CLOSED, at=oslo("12:09"))
    d.tell(OPENED, at=oslo("12:20"))
    d.tell(OPENED, at=oslo("12:25"))  # said again: the first counts
    d.wait_until(oslo("12:29"))
    assert d.kinds() == []
    d.wait_until(oslo("12:30"))
    assert (the(d).began_at, the(d).raised_at) == (oslo("12:20"), oslo("12:30"))
    d.wait(hours=3)
    assert d.kinds() == ["custom"]
    d.tell(CLOSED)
    assert the(d).state is AlarmState.RESET
    d.tell(OPENED)
    d.wait(minutes=10)
    assert d.kinds() == ["custom", "custom"]


def test_a_high_one_stays_until_a_person_has_looked() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, priority="high")
    d.tell(OPENED)
    d.wait(minutes=10)
    d.tell(CLOSED)
    assert the(d).state is AlarmState.RAISED


def test_each_device_goes_on_for_itself() -> None:
    d = desk(
        when={"opened": ["fridge", "door"], "for": "10m"}, at_most={"alarms": 5, "within": "1h"}
    )
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(DoorOpened(device_id="door"), at=oslo("12:05"))
    d.tell(CLOSED, at=oslo("12:08"))
    d.wait(hours=1)
    assert [alarm.device_id for alarm in d.table.values()] == ["door"]
