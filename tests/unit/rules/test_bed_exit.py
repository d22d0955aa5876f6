"""Leaving the bed at night is no alarm; not coming back is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ContactLost,
    Mode,
    ModeChosen,
    MotionDetected,
)
from tests.support.homes import DEVICES, Desk, home, oslo

LEFT, BACK = BedLeft(device_id="bed"), BedEntered(device_id="bed")
BED = {"bed": DEVICES["bed"], "hall": DEVICES["hall"]}


def desk(**settings: Any) -> Desk:
    return Desk(home(BED, {"bed-exit": ("bed-exit", {"bed": "bed", **settings})}), oslo("12:00"))


def test_not_back_in_time_is_an_alarm_and_coming_back_ends_it() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.wait_until(oslo("2:19"))
    assert d.kinds() == []
    d.wait_until(oslo("2:20"))
    alarm = d.alarm("bed-exit")
    assert (alarm.began_at, alarm.priority) == (oslo("2:00"), Priority.MEDIUM)
    assert alarm.text.en == "Out of bed at night and not back within 20 min."
    d.tell(BACK)
    assert d.alarm("bed-exit").state is AlarmState.RESET


def test_what_was_due_at_night_while_the_gateway_was_off_is_told_in_the_morning_as_late() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.restart(hours=7)
    d.wait(minutes=1)
    text = d.alarm("bed-exit").text.en
    assert text.startswith("Out of bed at night and not back within 20 min.")
    assert "late" in text, "nobody must take it for what is so now"


def test_a_walk_to_the_bathroom_and_a_mat_that_flickers_are_nothing() -> None:
    d = desk()
    for _ in range(20):
        d.tell(LEFT, at=d.at + timedelta(minutes=5))
        d.tell(MotionDetected(device_id="hall"), at=d.at + timedelta(minutes=5))
        d.tell(BACK, at=d.at + timedelta(minutes=5))
    assert d.kinds() == []


def test_leaving_again_without_having_come_back_does_not_begin_the_time_anew() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.tell(LEFT, at=oslo("2:15"))
    d.wait_until(oslo("2:20"))
    assert d.kinds() == ["bed-exit"]


@pytest.mark.parametrize(("left", "told"), [("22:59", False), ("23:00", True), ("5:50", False)])
def test_only_who_leaves_at_night_and_is_still_out_at_night_is_missed(
    left: str, *, told: bool
) -> None:
    d = desk()
    d.tell(LEFT, at=oslo(left))
    d.wait_until(oslo("9:00"))
    assert d.kinds() == (["bed-exit"] if told else [])


def test_one_night_out_is_one_alarm_and_the_next_night_is_another() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("23:00"))
    d.tell(LEFT, at=oslo("3:00"))
    d.wait_until(oslo("6:00"))
    assert d.kinds() == ["bed-exit"]
    d.tell(LEFT, at=d.at + timedelta(hours=17))  # that he came back nobody heard
    d.wait(minutes=20)
    assert d.kinds() == ["bed-exit", "bed-exit"]


def test_a_mat_that_cannot_be_heard_any_more_is_said() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.tell(ContactLost(device_id="bed"), at=oslo("2:10"))
    d.wait_until(oslo("2:20"))
    assert d.alarm("bed-exit").text.en.endswith(" bed cannot be heard at the moment.")


def test_what_was_due_while_the_gateway_was_off_is_told_late_and_says_so() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.restart(hours=1)
    assert d.alarm("bed-exit").text.en.endswith(" Told 40 min late: the gateway was off.")
    assert d.alarm("bed-exit").raised_at == oslo("3:00")


def test_who_is_still_out_when_the_visit_ends_is_told_then() -> None:
    d = desk()
    d.tell(ModeChosen(mode=Mode.VISIT, by="centre", lasting_s=3600.0), at=oslo("1:30"))
    d.tell(LEFT, at=oslo("2:00"))
    d.wait_until(oslo("2:29"))
    assert d.kinds() == []
    assert d.alarm("bed-exit").state is AlarmState.SUPPRESSED
    d.wait_until(oslo("2:30"))
    assert d.kinds() == ["bed-exit"]
    assert d.alarm("bed-exit").began_at == oslo("2:00")


def test_after_privacy_nobody_knows_who_is_out() -> None:
    d = desk()
    d.tell(LEFT, at=oslo("2:00"))
    d.tell(ModeChosen(mode=Mode.PRIVACY, by="resident", lasting_s=3600.0), at=oslo("2:10"))
    d.wait_until(oslo("6:00"))
    assert d.kinds() == []
