"""What the dispenser says of a dose is told as it is; what it does not say is never guessed."""

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
    ClockQuality,
    ClockStepped,
    ConfigurationChanged,
    ContactBack,
    ContactLost,
    DeviceSeen,
    DeviceSilent,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    RadioBack,
    RadioLost,
    TakenHow,
)
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import Desk, moved
from tests.support.medicine import (
    CLOSES,
    DOSE,
    EVENING_DOSE,
    HALF,
    MEDICINE,
    SIX,
    Log,
    alarms,
    ledger,
    with_medicine,
)

GRACE = timedelta(minutes=5)
LOST = ContactLost(device_id="medicine", reason="no answer")
BACK = ContactBack(device_id="medicine")
REMINDER = "missed-dose/medicine"


def desk(**settings: Any) -> Desk:
    return Desk(with_medicine({"missed-dose": settings}), at=SIX)


def offered(d: Desk, log: Log) -> None:
    d.tell(log.of(DoseOffered, dose=DOSE), at=DOSE)


def states(d: Desk, kind: str) -> list[AlarmState]:
    return [alarm.state for alarm in alarms(d, kind)]


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


# -------------------------------------------------------------------------------- nobody knows


def test_without_a_word_it_is_told_that_nobody_knows_and_not_that_it_was_missed() -> None:
    d, log = desk(), Log()
    offered(d, log)
    lost = DOSE + timedelta(minutes=10)
    d.tell(LOST, at=lost)
    d.tell(LOST, at=lost + timedelta(minutes=1))
    d.wait_until(CLOSES + GRACE - timedelta(seconds=1))
    assert d.table == {}
    d.wait(seconds=1)
    (alarm,) = d.table.values()
    assert (alarm.kind, alarm.priority) == ("dispenser-lost", Priority.MEDIUM)
    assert alarm.began_at == CLOSES
    assert alarm.text.nb == (
        "Det er ikke kjent om medisinen kl. 08:30 er tatt: dispenseren medicine (kitchen) "
        "har ikke meldt fra om den. Ring eller se innom."
    )
    assert alarm.text.en == (
        "It is not known whether the medicine due at 08:30 was taken: "
        "the dispenser medicine (kitchen) has not said. Call, or go and see."
    )
    assert [e.kind for e in alarm.evidence] == ["contact-lost", "timer-fired"]
    assert alarm.evidence[0].at == lost
    assert dict(alarm.thresholds)["grace"] == "5 min"


def test_nobody_is_reminded_of_what_nobody_knows() -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.tell(LOST)
    d.wait_until(HALF + timedelta(minutes=1))
    assert d.state.reminders == {}
    d.tell(BACK)
    assert REMINDER in d.state.reminders, "it is still there"
    d.tell(LOST)
    assert d.state.reminders == {}


def test_what_is_told_late_as_taken_settles_it() -> None:
    d, log = desk(), Log()
    d.tell(LOST)
    d.wait_until(CLOSES + timedelta(hours=1))
    assert states(d, "dispenser-lost") == [AlarmState.RAISED]
    d.tell(log.of(DoseOffered, dose=DOSE, ago_s=6_000.0))
    d.tell(log.of(DoseTaken, dose=DOSE, ago_s=5_400.0))
    d.tell(BACK)
    assert states(d, "dispenser-lost") == [AlarmState.RESET]
    assert states(d, "missed-dose") == []
    assert d.sent[-1].state is AlarmState.RESET, "receivers hear of it"


def test_what_is_told_late_as_missed_is_told_with_its_own_time() -> None:
    d, log = desk(), Log()
    d.tell(LOST)
    d.wait_until(CLOSES + timedelta(days=1))
    d.tell(log.of(DoseMissed, dose=DOSE, ago_s=86_400.0))
    alarm = d.alarm("missed-dose")
    assert alarm.began_at == CLOSES
    assert alarm.raised_at == d.at
    assert "4.11. kl. 08:30" in alarm.text.nb
    assert "on 2026-11-04 at 08:30" in alarm.text.en
    assert states(d, "dispenser-lost") == [AlarmState.RESET, AlarmState.RAISED]


def test_several_that_nobody_knows_of_are_told_at_once_and_settled_together() -> None:
    d, log = desk(), Log()
    d.restart(days=2)
    d.wait_until(d.at + GRACE)
    (alarm,) = d.table.values()
    assert alarm.kind == "dispenser-lost"
    assert alarm.text.en == (
        "It is not known whether 4 doses were taken, the first due on 2026-11-04 at 08:30 and "
        "the last on 2026-11-05 at 21:00: the dispenser medicine (kitchen) has not said. "
        "Call, or go and see."
    )
    assert alarm.text.nb == (
        "Det er ikke kjent om 4 doser er tatt, den første 4.11. kl. 08:30 og den siste "
        "5.11. kl. 21:00: dispenseren medicine (kitchen) har ikke meldt fra om dem. "
        "Ring eller se innom."
    )
    for days in (0, 1):
        d.tell(log.of(DoseTaken, dose=DOSE + timedelta(days=days)))
        assert states(d, "dispenser-lost") == [AlarmState.RAISED]
        d.tell(log.of(DoseTaken, dose=EVENING_DOSE + timedelta(days=days)))
    assert states(d, "dispenser-lost") == [AlarmState.RESET]


def test_a_lost_line_is_no_word_either() -> None:
    d = desk()
    d.tell(RadioLost(driver="dispenser", reason="unplugged"), at=DOSE)
    d.wait_until(HALF)
    assert d.state.reminders == {}
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.tell(RadioBack(driver="zigbee"))
    assert d.state.reminders == {}
    d.tell(RadioBack(driver="dispenser"))
    assert REMINDER in d.state.reminders
    d.wait_until(CLOSES + GRACE)
    assert d.kinds() == ["dispenser-lost"]


@pytest.mark.parametrize("first", [True, False])
def test_a_line_that_is_back_says_nothing_of_a_dispenser_that_is_not(first: bool) -> None:
    d = desk()
    if first:
        d.tell(LOST)
    d.tell(RadioLost(driver="dispenser", reason="unplugged"), at=DOSE)
    if not first:
        d.tell(LOST)
    d.tell(RadioBack(driver="dispenser"))
    d.wait_until(HALF)
    assert d.state.reminders == {}


def test_what_supervision_concludes_is_no_word_of_the_dispenser() -> None:
    d = desk()
    d.tell(LOST, at=DOSE)
    d.tell(DeviceSilent(device_id="medicine", last_seen=None, limit_s=1.0))
    d.wait_until(HALF)
    assert d.state.reminders == {}
    d.tell(DeviceSeen(device_id="medicine"))
    assert REMINDER in d.state.reminders


# ------------------------------------------------------------------------- restarts and the clock


@pytest.mark.parametrize("down_from", [DOSE, HALF, CLOSES, CLOSES + timedelta(minutes=2)])
def test_what_was_due_while_the_gateway_was_off_the_dispenser_is_asked_first(
    down_from: datetime,
) -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.wait_until(down_from)
    d.restart(hours=2)
    d.wait(minutes=4, seconds=59)
    assert d.table == {}
    assert d.state.reminders == {}
    d.tell(log.of(DoseTaken, dose=DOSE, ago_s=7_000.0))
    d.wait(hours=3)
    assert d.table == {}


def test_what_it_does_not_say_after_a_start_is_told_once() -> None:
    d = desk()
    d.wait_until(HALF)
    d.restart(hours=2)
    d.wait(minutes=5)
    assert d.kinds() == ["dispenser-lost"]
    d.restart(minutes=1)
    d.wait(minutes=30)
    assert d.kinds() == ["dispenser-lost"]


def test_a_gateway_that_starts_again_and_again_does_not_put_it_off_for_ever() -> None:
    d = desk()
    d.wait_until(HALF)
    for _ in range(20):
        d.restart(minutes=1)
        d.wait(minutes=3)
    assert d.kinds() == ["dispenser-lost"]


def test_a_reminder_goes_on_after_a_start() -> None:
    d = desk()
    d.wait_until(HALF)
    d.restart(seconds=40)
    assert REMINDER in d.state.reminders


def test_what_is_told_again_after_a_start_is_no_news() -> None:
    d, log = desk(), Log()
    missed = log.of(DoseMissed, dose=DOSE)
    d.tell(missed, at=CLOSES)
    d.restart(minutes=1)
    d.tell(missed)
    d.tell(Log(log="the same dispenser with another memory").of(DoseMissed, dose=DOSE))
    assert d.kinds() == ["missed-dose"]


def test_while_nobody_knows_the_time_nothing_is_concluded_from_it() -> None:
    d = ClockDesk(with_medicine(), shows=YEAR_70, true=SIX, quality=ClockQuality.UNKNOWN)
    d.wait(days=3)
    assert (d.table, d.state.reminders) == ({}, {})
    d.tell(Log().of(DoseMissed, dose=DOSE, ago_s=100.0))
    assert d.kinds() == ["missed-dose"]
    assert d.alarm("missed-dose").clock is ClockQuality.UNKNOWN


def test_what_is_locked_away_while_nobody_knows_the_time_is_told() -> None:
    d, log = ClockDesk(with_medicine(), shows=YEAR_70, quality=ClockQuality.UNKNOWN), Log()
    d.tell(log.of(DoseOffered, dose=DOSE))
    d.tell(log.of(DoseRetracted, dose=DOSE))
    assert d.kinds() == ["missed-dose"]


def test_a_network_that_comes_and_goes_keeps_nothing_back() -> None:
    d = ClockDesk(with_medicine(), shows=SIX, true=SIX)
    d.wait_until(CLOSES)
    for quality in (ClockQuality.HOLDOVER, ClockQuality.SYNCHRONISED) * 2:
        d.wait(minutes=1)
        d.becomes(quality)
    d.wait_until(CLOSES + GRACE)
    assert d.kinds() == ["dispenser-lost"]


def test_once_the_time_is_known_again_what_was_due_is_asked_for_and_then_told() -> None:
    d = ClockDesk(with_medicine(), shows=SIX, true=SIX)
    d.wait_until(HALF)
    d.reboot(shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    assert d.state.reminders == {}
    d.wait(hours=3)
    assert d.table == {}
    d.synchronise()
    d.wait(minutes=4, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == ["dispenser-lost"]
    assert balance(ledger(d)) == Balance(planned=1, unknown=1)


def test_a_clock_that_is_set_back_gives_no_dose_twice() -> None:
    d, log = desk(), Log()
    offered(d, log)
    d.tell(log.of(DoseTaken, dose=DOSE), at=DOSE + timedelta(minutes=5))
    was, d.at = d.at, DOSE - timedelta(minutes=30)
    d.tell(ClockStepped(before=was, after=d.at))
    d.wait_until(CLOSES + timedelta(hours=1))
    assert (d.table, d.state.reminders) == ({}, {})
    assert balance(ledger(d)) == Balance(planned=1, in_time=1)


@pytest.mark.parametrize("back", [timedelta(minutes=-30), timedelta(minutes=10)])
def test_a_clock_that_was_ahead_told_nothing_that_is_true_now(back: timedelta) -> None:
    d, log = desk(), Log()
    was, d.at = d.at, d.at + timedelta(hours=5)
    d.tell(ClockStepped(before=was, after=d.at))
    d.wait(minutes=5)
    assert d.kinds() == ["dispenser-lost"]
    was, d.at = d.at, DOSE + back
    d.tell(ClockStepped(before=was, after=d.at))
    assert states(d, "dispenser-lost") == [AlarmState.RESET]
    d.wait_until(HALF)
    assert REMINDER in d.state.reminders
    d.tell(log.of(DoseTaken, dose=DOSE))
    d.wait_until(CLOSES + timedelta(hours=1))
    assert d.kinds() == ["dispenser-lost"]
    assert balance(ledger(d)) == Balance(planned=1, in_time=1)


@pytest.mark.parametrize("days", [1, 8, 40, 400])
def test_what_was_let_go_while_the_clock_was_ahead_is_told_all_the_same(days: int) -> None:
    d, log = ClockDesk(with_medicine(), shows=SIX, true=SIX), Log()
    d.wait_until(DOSE)
    d.tell(log.of(DoseOffered, dose=DOSE))
    d.set(d.at + timedelta(days=days))
    d.wait(minutes=10)
    assert d.kinds() == ["dispenser-lost"]
    d.set(d.at - timedelta(days=days))
    d.wait_until(CLOSES)
    d.tell(log.of(DoseMissed, dose=DOSE))
    assert d.kinds() == ["dispenser-lost", "missed-dose"]
    assert balance(ledger(d)).balances


def test_a_box_that_starts_with_an_earlier_clock_waits_by_that() -> None:
    d = ClockDesk(with_medicine(), shows=SIX, true=SIX)
    d.reboot(shows=SIX - timedelta(minutes=10), quality=ClockQuality.HOLDOVER)
    assert d.state.timers == {REMINDER: DOSE}


def test_a_box_that_starts_with_an_earlier_clock_begins_there() -> None:
    d = ClockDesk(with_medicine(), shows=CLOSES, true=CLOSES)
    d.wait_until(EVENING_DOSE + timedelta(minutes=1))
    d.reboot(shows=DOSE + timedelta(hours=8), quality=ClockQuality.HOLDOVER)
    assert d.state.timers == {REMINDER: EVENING_DOSE}
    d.wait_until(EVENING_DOSE)
    assert balance(ledger(d)) == Balance(planned=1, open=1)


def test_a_clock_that_nobody_believes_sets_nothing_back() -> None:
    d = ClockDesk(with_medicine(), shows=SIX, true=SIX)
    d.wait_until(CLOSES + timedelta(hours=1))
    before = balance(ledger(d))
    assert before == Balance(planned=1, unknown=1)
    d.reboot(shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    d.set(YEAR_70 - timedelta(days=1))
    d.set(YEAR_70)
    d.synchronise()
    assert balance(ledger(d)) == before


def test_what_is_waited_for_is_by_the_clock_on_the_wall_also_when_it_was_set() -> None:
    d = desk()
    was, d.at = d.at, d.at + timedelta(minutes=10)
    d.tell(ClockStepped(before=was, after=d.at))
    assert d.state.timers == {REMINDER: DOSE}
    was, d.at = d.at, d.at - timedelta(minutes=20)
    d.tell(ClockStepped(before=was, after=d.at))
    assert d.state.timers == {REMINDER: DOSE}


def test_a_clock_that_is_set_forward_asks_before_it_tells() -> None:
    d, log = desk(), Log()
    was, d.at = d.at, CLOSES + timedelta(hours=1)
    d.tell(ClockStepped(before=was, after=d.at))
    d.wait(minutes=4)
    assert d.table == {}
    d.tell(log.of(DoseTaken, dose=DOSE))
    d.wait(minutes=10)
    assert d.table == {}


@pytest.mark.parametrize(
    ("night", "at"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_the_night_of_a_change_has_its_dose_once(night: datetime, at: datetime) -> None:
    plan = DosePlan(at=time(2, 30), window=timedelta(hours=2))
    d = Desk(with_medicine(None, moved(MEDICINE, doses=(plan,))), at=night)
    d.wait_until(at + timedelta(hours=2, minutes=4))
    assert d.table == {}
    d.wait(hours=10)
    assert d.kinds() == ["dispenser-lost"]
    assert list(ledger(d).entries) == [at]


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
