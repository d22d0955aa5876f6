"""That a visit or another mode began and ended is told, once for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import Mode, ModeChosen, TagPresented
from tests.support.homes import EVENING, OSLO, Desk, home


def desk() -> Desk:
    of = home(rules={"visit": ("visit", {})})
    return Desk(replace(of, tags={"26:0004a2f1": "carer-7"}, zone=OSLO))


def tag() -> TagPresented:
    return TagPresented(device_id="reader", tag="carer-7")


def test_a_visit_is_open_while_it_lasts_and_resets_at_its_end() -> None:
    d = desk()
    d.tell(tag())
    alarm = d.alarm("visit")
    assert (alarm.state, alarm.priority) == (AlarmState.RAISED, Priority.INFORMATION)
    assert alarm.text.en == (
        "A visit has begun (carer-7). It is taken to be over by 5.11. 02:00 at the latest."
    )
    d.wait(minutes=40)
    d.tell(tag())
    assert d.alarm("visit").state is AlarmState.RESET
    assert [each.alarm.state for _, each in d.dispatched] == ["raised", "reset"]


@pytest.mark.parametrize(
    ("mode", "en"),
    [
        (Mode.AWAY, "The home is set to away (command), until 7.11. 22:00 at the latest."),
        (Mode.PRIVACY, "The home is set to privacy (command), until 5.11. 00:00 at the latest."),
        (Mode.SERVICE, "The home is set to service (command), until 5.11. 02:00 at the latest."),
    ],
)
def test_so_is_every_other_mode_and_none_of_them_is_a_test(mode: Mode, en: str) -> None:
    d = desk()
    d.tell(ModeChosen(mode=mode, by="command"))
    alarm = d.alarm("mode")
    assert (alarm.text.en, alarm.test) == (en, False)
    d.wait(days=3)
    assert d.alarm("mode").state is AlarmState.RESET


def test_one_mode_after_another_ends_the_first() -> None:
    d = desk()
    d.tell(ModeChosen(mode=Mode.AWAY, by="command"))
    d.tell(tag())
    assert d.alarm("mode").state is AlarmState.RESET
    assert d.alarm("visit").state is AlarmState.RAISED


def test_a_mode_that_is_set_again_is_no_news() -> None:
    d = desk()
    d.tell(ModeChosen(mode=Mode.PRIVACY, by="command", lasting_s=3600))
    d.wait(minutes=10)
    d.tell(ModeChosen(mode=Mode.PRIVACY, by="command", lasting_s=3600))
    assert d.kinds() == ["mode"]
    assert d.state.mode.until == EVENING + timedelta(minutes=70)
    assert d.alarm("mode").text.en.endswith("until 23:00 at the latest.")


def test_a_restart_is_no_change() -> None:
    d = desk()
    d.tell(tag())
    d.restart(minutes=5)
    assert d.kinds() == ["visit"]
    d.wait(hours=4)
    assert d.alarm("visit").state is AlarmState.RESET
