"""What the dispenser does not say of a dose is never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    DeviceSeen,
    DeviceSilent,
    DoseMissed,
    DoseOffered,
    DoseTaken,
    RadioBack,
    RadioLost,
)
from tests.support.dose_desk import BACK, GRACE, LOST, REMINDER, desk, offered, states
from tests.support.medicine import CLOSES, DOSE, EVENING_DOSE, HALF, Log


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
