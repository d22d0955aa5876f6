"""An alarm that gets through to nobody is heard by the neighbours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.commands import Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonCancelled,
    ButtonPressed,
    DoorOpened,
    Event,
)
from tests.support.homes import DEVICES, RULES, Desk, home, oslo

SIREN = Device(device_id="siren", role=Role.SIREN, driver="zigbee", address="8")
PRESS = ButtonPressed(device_id="button")


def desk(**settings: object) -> Desk:
    devices = {**DEVICES, "siren": SIREN}
    rules = {
        "button": RULES["button"],
        "night-door": ("night-door", {"doors": ("front-door",), "priority": "medium"}),
        "siren": ("siren", {"sirens": ("siren",), **settings}),
    }
    return Desk(home(devices, rules), at=oslo("23:00"))


def told(d: Desk) -> list[Verb]:
    """What the siren was told, in order."""
    assert {c.device_id for c in d.commands} <= {"siren"}
    return [c.verb for c in d.commands]


def test_it_sounds_when_nobody_has_answered_for_long_enough_and_not_before() -> None:
    d = desk()
    d.tell(PRESS)
    d.wait(seconds=119)
    assert told(d) == []
    d.wait(seconds=1)
    assert told(d) == [Verb.SIREN]
    assert d.commands[0].lasting == timedelta(minutes=3)


def test_it_rests_and_sounds_again_but_not_for_ever() -> None:
    d = desk(at_most=3)
    d.tell(PRESS)
    d.wait(minutes=2)
    d.wait(minutes=12, seconds=59)
    assert told(d) == [Verb.SIREN]
    d.wait(seconds=1)
    assert told(d) == [Verb.SIREN] * 2
    d.wait(days=1)
    assert told(d) == [Verb.SIREN] * 3


@pytest.mark.parametrize(
    "answer",
    [
        AlarmDelivered(alarm_id="no-1505-004711-1", receiver="centre", revision=0),
        AlarmAcknowledged(alarm_id="no-1505-004711-1", receiver="centre", by="12"),
        AlarmClosed(alarm_id="no-1505-004711-1", receiver="centre", by="12"),
    ],
)
def test_somebody_who_has_it_silences_it_at_once(answer: Event) -> None:
    d = desk()
    d.tell(PRESS)
    d.wait(minutes=2)
    d.tell(answer)
    assert told(d) == [Verb.SIREN, Verb.SILENCE]
    d.wait(days=1)
    assert told(d) == [Verb.SIREN, Verb.SILENCE]


def test_an_alarm_that_was_answered_in_time_is_never_heard() -> None:
    d = desk()
    d.tell(PRESS)
    d.tell(AlarmDelivered(alarm_id="no-1505-004711-1", receiver="centre", revision=0))
    d.wait(days=1)
    assert told(d) == []


def test_while_another_alarm_still_waits_it_is_not_silenced() -> None:
    d = desk()
    d.tell(PRESS)
    d.wait(seconds=30)
    d.tell(PRESS)
    d.wait(minutes=2)
    assert told(d) == [Verb.SIREN, Verb.SIREN]
    d.tell(AlarmDelivered(alarm_id="no-1505-004711-1", receiver="centre", revision=0))
    assert Verb.SILENCE not in told(d)
    d.tell(AlarmDelivered(alarm_id="no-1505-004711-2", receiver="centre", revision=0))
    assert told(d)[-1] is Verb.SILENCE


def test_what_is_not_of_the_highest_kind_wakes_no_neighbour() -> None:
    d = desk()
    d.tell(DoorOpened(device_id="front-door"))
    assert d.kinds() == ["night-door"]
    d.wait(days=1)
    assert told(d) == []


def test_a_press_that_was_taken_back_is_not_heard() -> None:
    d = desk()
    d.tell(ButtonPressed(device_id="pendant"))
    d.tell(ButtonCancelled(device_id="pendant"))
    d.wait(hours=1)
    assert told(d) == []


def test_a_restart_does_not_forget_who_waits() -> None:
    d = desk()
    d.tell(PRESS)
    d.restart(minutes=1)
    assert told(d) == []
    d.wait(minutes=2)
    assert told(d)[:1] == [Verb.SIREN]
