"""A dose over restarts of the gateway, and over clocks that are set."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.dose_entry import Balance
from heimvakt.core.dose_ledger import balance
from heimvakt.core.doses import DosePlan
from heimvakt.core.events import (
    ClockQuality,
    ClockStepped,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
)
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.dose_desk import GRACE, REMINDER, desk, offered, states
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
