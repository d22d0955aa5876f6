"""What the dispenser says of a dose is told as it is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Device
from heimvakt.core.dose_entry import Balance
from heimvakt.core.dose_ledger import balance
from heimvakt.core.doses import DosePlan
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ConfigurationChanged,
    DeviceSeen,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    TakenHow,
)
from tests.support.dose_desk import BACK, LOST, REMINDER, desk, offered, states
from tests.support.homes import Desk, moved
from tests.support.medicine import (
    CLOSES,
    DOSE,
    EVENING_DOSE,
    HALF,
    MEDICINE,
    SIX,
    Log,
    ledger,
    with_medicine,
)

# ------------------------------------------------------------------------------ taken, or not


def test_a_dose_that_is_taken_in_time_is_no_alarm_and_reminds_nobody() -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.tell(log.of(DoseTaken, dose=DOSE), at=DOSE + timedelta(minutes=3))
    d.wait_until(HALF)
    assert d.state.reminders == {}
    d.wait_until(CLOSES + timedelta(hours=2))
    assert d.table == {}
    assert balance(ledger(d)) == Balance(planned=1, in_time=1)


def test_half_way_somebody_is_reminded_until_it_is_taken() -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.wait_until(HALF - timedelta(seconds=1))
    assert d.state.reminders == {}
    d.wait_until(HALF)
    assert d.state.reminders == {REMINDER: HALF}
    d.tell(log.of(DoseTaken, dose=DOSE), at=HALF + timedelta(minutes=2))
    assert d.state.reminders == {}
    assert d.table == {}


@pytest.mark.parametrize("kind", [DoseMissed, DoseRetracted])
def test_a_reminder_ends_when_it_is_too_late(kind: type[DoseMissed | DoseRetracted]) -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.wait_until(HALF)
    d.tell(log.of(kind, dose=DOSE), at=HALF + timedelta(minutes=1))
    assert d.state.reminders == {}


def test_a_reminder_ends_with_the_window_also_without_a_word() -> None:
    d = desk()
    d.wait_until(CLOSES - timedelta(seconds=1))
    assert REMINDER in d.state.reminders
    d.wait_until(CLOSES)
    assert d.state.reminders == {}


def test_a_missed_dose_is_an_alarm_at_once_in_plain_words() -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.tell(log.of(DoseMissed, dose=DOSE), at=CLOSES)
    alarm = d.alarm("missed-dose")
    assert (alarm.priority, alarm.state) == (Priority.MEDIUM, AlarmState.RAISED)
    assert (alarm.device_id, alarm.room, alarm.began_at) == ("medicine", "kitchen", CLOSES)
    assert alarm.text.nb == (
        "Medisinen kl. 08:30 er ikke tatt, og tiden er ute, melder dispenseren medicine (kitchen)."
    )
    assert alarm.text.en == (
        "The medicine due at 08:30 was not taken and its time is over, "
        "says the dispenser medicine (kitchen)."
    )
    assert [e.kind for e in alarm.evidence] == ["dose-offered", "dose-missed"]
    assert dict(alarm.thresholds) == {"dose": DOSE.isoformat(), "window": "45 min"}
    d.wait(hours=3)
    assert d.kinds() == ["missed-dose"]


def test_one_that_was_locked_away_is_not_taken_and_is_one_alarm() -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.tell(log.of(DoseRetracted, dose=DOSE), at=CLOSES)
    d.tell(log.of(DoseMissed, dose=DOSE))
    alarm = d.alarm("missed-dose")
    assert alarm.text.en == (
        "The medicine due at 08:30 was not taken: "
        "the dispenser medicine (kitchen) has locked it away."
    )
    assert alarm.text.nb == (
        "Medisinen kl. 08:30 er ikke tatt: dispenseren medicine (kitchen) har låst den inne."
    )


def test_one_that_is_held_out_early_and_locked_away_again_is_still_to_be_taken() -> None:
    d, log = desk(), Log()
    d.tell(log.of(DoseOffered, dose=DOSE))
    d.tell(log.of(DoseRetracted, dose=DOSE), at=SIX + timedelta(minutes=20))
    assert d.table == {}
    offered(d, log)
    d.wait_until(HALF)
    assert REMINDER in d.state.reminders
    d.tell(log.of(DoseTaken, dose=DOSE))
    d.wait(hours=2)
    assert d.table == {}


@pytest.mark.parametrize("how", [TakenHow.EARLY, TakenHow.TRAVEL])
def test_one_that_was_taken_before_its_time_is_no_alarm_when_it_comes(how: TakenHow) -> None:
    d, log = desk(), Log()
    d.tell(log.of(DoseTaken, dose=DOSE, how=how))
    d.wait_until(CLOSES + timedelta(hours=3))
    assert (d.table, d.state.reminders) == ({}, {})
    assert balance(ledger(d)).planned == 1


def test_who_looked_after_it_is_told_no_more_of_the_same_dose() -> None:
    d, log = desk(), Log()
    d.tell(log.of(DoseMissed, dose=DOSE), at=CLOSES)
    alarm_id = d.alarm("missed-dose").alarm_id
    d.tell(AlarmDelivered(alarm_id=alarm_id, receiver="centre", revision=0))
    d.tell(AlarmClosed(alarm_id=alarm_id, receiver="centre", by="op-7"))
    d.tell(Log(log="another").of(DoseMissed, dose=DOSE))
    d.wait(hours=3)
    assert d.kinds() == ["missed-dose"]


def test_it_ends_only_by_the_word_that_the_same_dose_was_taken() -> None:
    d, log = desk(), Log()
    d.tell(log.of(DoseMissed, dose=DOSE), at=CLOSES)
    d.tell(log.of(DoseTaken, dose=EVENING_DOSE), at=EVENING_DOSE)
    d.tell(LOST)
    d.tell(BACK)
    d.restart(hours=1)
    assert states(d, "missed-dose") == [AlarmState.RAISED]
    d.tell(log.of(DoseTaken, dose=DOSE))
    assert states(d, "missed-dose") == [AlarmState.RESET]


def test_a_home_may_choose_how_urgent_it_is() -> None:
    d = desk(priority="high")
    d.tell(Log().of(DoseMissed, dose=DOSE), at=CLOSES)
    assert d.alarm("missed-dose").priority is Priority.HIGH


# -------------------------------------------------------------------------------- other homes


def other(**changed: Any) -> Device:
    return moved(MEDICINE, device_id="other", address="2", **changed)


def test_two_dispensers_are_two_matters() -> None:
    d = Desk(with_medicine(None, MEDICINE, other()), at=SIX)
    d.tell(Log().of(DoseTaken, dose=DOSE), at=DOSE)
    d.wait_until(HALF)
    assert list(d.state.reminders) == ["missed-dose/other"]
    d.tell(Log("other").of(DoseMissed, dose=DOSE))
    assert d.alarm("missed-dose").device_id == "other"


def test_a_rule_may_be_about_one_of_them() -> None:
    d = Desk(with_medicine({"missed-dose": {"dispenser": "other"}}, MEDICINE, other()), at=SIX)
    d.tell(Log().of(DoseMissed, dose=DOSE), at=CLOSES)
    assert d.table == {}
    d.tell(Log("other").of(DoseMissed, dose=DOSE))
    assert d.kinds() == ["missed-dose"]
    assert d.home.rules_that_need("medicine") == ()
    assert d.home.rules_that_need("other") == ("missed-dose",)


def test_one_without_a_plan_here_is_told_of_by_what_it_says() -> None:
    d, log = Desk(with_medicine(None, moved(MEDICINE, doses=())), at=SIX), Log()
    d.wait(days=2)
    assert d.table == {}
    d.tell(log.of(DoseMissed, dose=DOSE))
    assert d.kinds() == ["missed-dose"]


@pytest.mark.parametrize("restarted", [True, False])
def test_a_plan_that_is_changed_holds_from_then_on(restarted: bool) -> None:
    d = desk()
    d.wait_until(DOSE - timedelta(minutes=10))
    noon = DosePlan(at=time(12), window=timedelta(minutes=30))
    earlier = DosePlan(at=time(7, 30), window=timedelta(minutes=30))
    changed = with_medicine(None, moved(MEDICINE, doses=(noon, earlier)))
    if restarted:
        d.restart(changed, seconds=30)
    else:
        d.home = changed
        d.tell(ConfigurationChanged(digest="new"))
    d.wait_until(DOSE + timedelta(hours=10))
    assert list(ledger(d).entries) == [datetime(2026, 11, 4, 11, tzinfo=UTC)]


def test_a_plan_that_is_taken_away_leaves_nothing_to_wait_for() -> None:
    d = desk()
    d.change(with_medicine(None, moved(MEDICINE, doses=())))
    assert d.state.timers == {}


@pytest.mark.parametrize("restarted", [True, False])
def test_a_dispenser_that_is_taken_out_is_waited_for_no_more(restarted: bool) -> None:
    d = desk()
    d.wait_until(HALF)
    gone = with_medicine(None, other(doses=()))
    if restarted:
        d.restart(gone)
    else:
        d.change(gone)
    assert (d.state.timers, d.state.reminders) == ({}, {})
    d.wait(days=2)
    assert d.table == {}


def test_what_is_told_of_a_stranger_is_nothing() -> None:
    d = desk()
    assert d.tell(Log("stranger").of(DoseMissed, dose=DOSE)).failed == ()
    assert d.table == {}


def test_word_that_changes_nothing_changes_no_state() -> None:
    d = desk()
    d.tell(DeviceSeen(device_id="medicine"))
    before = d.state.rules["missed-dose"]
    d.tell(DeviceSeen(device_id="medicine"))
    assert d.state.rules["missed-dose"] is before


def test_acceptance_changes_nothing_of_it() -> None:
    d, log = desk(), Log()
    d.tell(log.of(DoseMissed, dose=DOSE), at=CLOSES)
    alarm_id = d.alarm("missed-dose").alarm_id
    d.tell(AlarmAcknowledged(alarm_id=alarm_id, receiver="centre", by="op-7"))
    d.wait(hours=5)
    assert states(d, "missed-dose") == [AlarmState.ACCEPTED]
