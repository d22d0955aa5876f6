"""What is counted of a home: alarms by what they turned out to be, how long they took, uptime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.codec import decode_event
from heimvakt.core.counting import counted
from heimvakt.core.devices import Home
from heimvakt.core.dose_counts import DoseCount, DoseEnd
from heimvakt.core.engine import step
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    DeviceSeen,
    DoorOpened,
    DoseMissed,
    DoseTaken,
    Event,
    Feedback,
    GatewayStarted,
    Mode,
    ModeChosen,
    PathBack,
    PathLost,
    StoreFault,
    SummaryDelivered,
    TakenHow,
)
from heimvakt.core.figures import MONTHS_MAX, NO_FIGURES, Figures
from heimvakt.core.state import State
from heimvakt.core.summary import AlarmFigures, DoseFigures, Summary, months, owed, summarise
from tests.support.homes import EVENING, OSLO, Desk, home, oslo
from tests.support.medicine import DOSE, EVENING_DOSE, MEDICINE, SIX, Log, with_medicine

NOVEMBER = "2026-11"
PRESS = ButtonPressed(device_id="button")
ALWAYS = datetime(2026, 11, 1, tzinfo=OSLO)


def oslo_home(**more: Any) -> Home:
    return replace(home(), zone=OSLO, paths=("broadband", "mobile"), **more)


def told(desk: Desk, month: str = NOVEMBER) -> Summary:
    found = summarise(desk.home, desk.state.figures, month, desk.at, alive=desk.at)
    assert found is not None
    return found


def of(desk: Desk, rule: str, month: str = NOVEMBER) -> AlarmFigures:
    (found,) = (each for each in told(desk, month).alarms if each.rule == rule)
    return found


def press(desk: Desk) -> Alarm:
    (alarm,) = desk.alarms_of(PRESS)
    return alarm


def close(alarm: Alarm, outcome: Feedback = Feedback.UNKNOWN) -> AlarmClosed:
    return AlarmClosed(alarm_id=alarm.alarm_id, receiver="centre", by="op-7", outcome=outcome)


def deliver(alarm: Alarm) -> AlarmDelivered:
    return AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=alarm.revision)


def accept(alarm: Alarm) -> AlarmAcknowledged:
    return AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver="centre", by="op-7")


def test_alarms_are_counted_by_what_they_turned_out_to_be() -> None:
    desk = Desk(oslo_home())
    for outcome in (Feedback.TRUE, Feedback.TRUE, Feedback.FALSE, Feedback.TEST, None):
        alarm = press(desk)
        desk.tell(deliver(alarm))
        desk.wait(minutes=1)
        if outcome is not None:
            desk.tell(close(alarm, outcome))
            assert desk.table[alarm.alarm_id].outcome is outcome
            desk.tell(close(alarm, Feedback.UNKNOWN))  # said again: it is closed already
    found = of(desk, "button")
    assert found == AlarmFigures(
        rule="button",
        kind="button",
        priority=Priority.HIGH,
        raised=5,
        delivered=5,
        closed_true=2,
        closed_false=1,
        closed_test=1,
    )


def test_an_alarm_counts_in_its_own_month_whenever_it_is_closed() -> None:
    desk = Desk(oslo_home())
    alarm = press(desk)
    desk.wait_until(datetime(2026, 12, 2, 8, tzinfo=UTC))
    desk.tell(close(alarm, Feedback.FALSE))
    assert of(desk, "button").closed_false == 1
    assert [a.rule for a in told(desk, "2026-12").alarms if a.rule == "button"] == []


def test_an_alarm_of_before_anything_was_counted_counts_nowhere() -> None:
    desk = Desk(oslo_home())
    alarm = press(desk)
    desk.state = replace(desk.state, figures=NO_FIGURES)  # as by an older version
    desk.tell(GatewayStarted(cause="started", last_alive=None))
    desk.wait(seconds=1)
    desk.tell(deliver(alarm))
    desk.tell(close(alarm, Feedback.TRUE))
    assert [found.rule for found in told(desk).alarms if found.rule == "button"] == []


def test_a_journal_of_before_outcomes_closes_as_not_said() -> None:
    old = {
        **{"kind": "alarm-closed", "v": 1, "seq": 2, "at": "2026-11-04T21:00:00Z"},
        **{"monotonic": 1.0, "boot_id": "b", "clock": "holdover"},
        **{"alarm_id": "x-1", "receiver": "centre", "by": "op-7"},
    }
    event = decode_event(old)
    assert isinstance(event, AlarmClosed)
    assert event.outcome is Feedback.UNKNOWN


def test_how_long_it_took_is_told_as_median_95_of_100_and_worst() -> None:
    desk = Desk(oslo_home())
    for took_s in (*(0.4,) * 18, 3.0, 61.27):
        desk.wait(minutes=5)
        alarm = press(desk)
        desk.wait(seconds=took_s)
        desk.tell(deliver(alarm))
        desk.wait(seconds=9)
        desk.tell(accept(alarm))
        desk.tell(accept(alarm))
        desk.tell(close(alarm, Feedback.TRUE))
    (delivered,), (accepted,) = told(desk).delivered, told(desk).accepted
    assert (delivered.priority, delivered.count) == (Priority.HIGH, 20)
    assert (delivered.median_s, delivered.p95_s, delivered.worst_s) == (0.4, 3.0, 61.27)
    assert (accepted.count, accepted.median_s, accepted.p95_s) == (20, 9.4, 12.0)


def test_what_a_technician_tries_is_counted_apart_and_not_timed() -> None:
    desk = Desk(oslo_home())
    desk.wait_until(oslo("23:30"))
    desk.tell(ModeChosen(mode=Mode.SERVICE, by="command"))
    (alarm,) = desk.alarms_of(DoorOpened(device_id="front-door"))
    assert alarm.test
    desk.tell(deliver(alarm))
    desk.tell(accept(alarm))
    door = of(desk, "night-door")
    assert (door.raised, door.tests, door.delivered, door.accepted) == (1, 1, 1, 1)
    assert (told(desk).delivered, told(desk).accepted) == ((), ())


def test_a_test_that_turns_out_to_be_real_is_counted_as_real() -> None:
    desk = Desk(oslo_home())
    desk.tell(ModeChosen(mode=Mode.SERVICE, by="command"))
    (alarm,) = desk.alarms_of(StoreFault(reason="damage", set_aside="x", saved="all"))
    assert of(desk, alarm.rule_id).tests == 1
    desk.tell(ModeChosen(mode=Mode.HOME, by="command"))
    assert not desk.table[alarm.alarm_id].test
    assert (of(desk, alarm.rule_id).raised, of(desk, alarm.rule_id).tests) == (1, 0)


def test_uptime_is_what_was_lived_and_what_was_cut_off_of_it() -> None:
    desk = Desk(oslo_home())
    desk.wait(hours=1)
    desk.restart(minutes=30)
    desk.wait(hours=1)
    desk.tell(PathLost(path="mobile", reason="", for_s=60.0))
    desk.wait(hours=1)
    assert told(desk).cut_off_s == 0, "one is left"
    desk.tell(PathLost(path="broadband", reason="", for_s=180.0))
    desk.wait(minutes=10)
    desk.tell(PathBack(path="mobile"))
    desk.wait(hours=1)
    found = told(desk)
    assert (found.elapsed_s, found.on_s) == (4 * 3600 + 40 * 60, 4 * 3600 + 10 * 60)
    assert found.cut_off_s == 13 * 60
    assert (found.first_day.isoformat(), found.last_day.isoformat()) == ("2026-11-04", "2026-11-05")
    assert not found.is_over


def test_time_is_in_the_month_in_which_it_passed() -> None:
    desk = Desk(oslo_home(), at=datetime(2026, 10, 31, 22, 0, tzinfo=UTC))  # 23:00 in Oslo
    desk.wait(hours=3)
    assert (told(desk, "2026-10").on_s, told(desk).on_s) == (3600, 2 * 3600)
    assert told(desk, "2026-10").is_over
    desk.restart(seconds=0)
    assert (told(desk, "2026-10").on_s, told(desk).on_s) == (3600, 2 * 3600)


def test_a_clock_that_begins_in_1970_makes_no_month() -> None:
    desk = Desk(oslo_home())
    desk.wait(hours=1)
    figures, begun = desk.state.figures, datetime(1970, 1, 1, tzinfo=UTC)
    unknown = replace(desk.stamp(), at=begun, clock=ClockQuality.UNKNOWN)
    start = GatewayStarted(stamp=unknown, cause="started", last_alive=desk.at)
    figures = counted(desk.home, figures, start, {}, {}, ())
    set_at = desk.at + timedelta(hours=2)
    step = ClockStepped(
        stamp=replace(unknown, at=set_at, clock=ClockQuality.SYNCHRONISED),
        before=begun + timedelta(minutes=5),
        after=set_at,
    )
    figures = counted(desk.home, figures, step, {}, {}, ())
    assert list(figures.months) == [NOVEMBER]
    found = summarise(desk.home, figures, NOVEMBER, set_at, alive=set_at)
    assert found is not None
    assert (found.elapsed_s, found.on_s) == (3 * 3600, 3600 + 5 * 60)


def test_a_gateway_that_first_knew_no_time_is_counted_from_when_it_began() -> None:
    begun, set_at = datetime(1970, 1, 1, tzinfo=UTC), EVENING
    stamp = replace(Desk(oslo_home()).stamp(), at=begun, clock=ClockQuality.UNKNOWN)
    start = GatewayStarted(stamp=stamp, cause="started", last_alive=None)
    step = ClockStepped(
        stamp=replace(stamp, at=set_at, clock=ClockQuality.SYNCHRONISED),
        before=begun + timedelta(minutes=5),
        after=set_at,
    )
    figures = NO_FIGURES
    for event in (start, step):
        figures = counted(oslo_home(), figures, event, {}, {}, ())
    assert figures.living.since == set_at - timedelta(minutes=5)
    assert owed(oslo_home(), figures, "centre", set_at) == [], "1970 is no month of this home"


@pytest.mark.parametrize("off", [True, False])
def test_a_time_that_nobody_knew_is_no_delay_and_no_month(off: bool) -> None:
    at_first = replace(Desk(oslo_home()).stamp(), at=datetime(1970, 1, 1, tzinfo=UTC))
    at_first = replace(at_first, clock=ClockQuality.UNKNOWN)
    before = at_first.at + timedelta(minutes=1)
    set_to = replace(at_first, seq=9, at=EVENING)
    if off:
        set_to = replace(set_to, boot_id="next", clock=ClockQuality.SYNCHRONISED)
    alive: Event = ClockStepped(stamp=set_to, before=before, after=EVENING)
    if off:
        alive = GatewayStarted(stamp=set_to, cause="started", last_alive=before)
    known = replace(set_to, seq=10, clock=ClockQuality.SYNCHRONISED)
    believed = ClockQualityChanged(
        stamp=known, before=set_to.clock, after=ClockQuality.SYNCHRONISED
    )
    begun = GatewayStarted(stamp=at_first, cause="started", last_alive=None)
    state = State()
    for event in (begun, replace(PRESS, stamp=replace(at_first, seq=2)), alive):
        state = step(oslo_home(), state, event).state
    (alarm,) = (each for each in state.alarms.values() if each.kind == "button")
    for answer in (deliver(alarm), accept(alarm)):
        state = step(oslo_home(), state, replace(answer, stamp=set_to)).state
    state = step(oslo_home(), state, believed).state
    ((month, counted_in),) = state.figures.months.items()
    assert month == NOVEMBER, "the first that is known"
    assert counted_in.alarms["button/button/high"]["accepted"] == 1
    assert (counted_in.delivered, counted_in.accepted) == ({}, {}), "not 56 years"
    assert owed(oslo_home(), state.figures, "centre", EVENING) == []


def test_of_each_dose_it_is_counted_what_is_known_of_it_last() -> None:
    desk, log = Desk(replace(with_medicine(), zone=OSLO), at=SIX), Log()
    desk.tell(DeviceSeen(device_id="medicine"))
    desk.tell(log.of(DoseTaken, dose=DOSE), at=DOSE)
    desk.wait_until(EVENING_DOSE + timedelta(hours=2))
    assert told(desk).doses == DoseFigures(in_time=1, unknown=1)
    desk.tell(log.of(DoseMissed, dose=EVENING_DOSE))
    assert told(desk).doses == DoseFigures(in_time=1, missed=1)
    desk.tell(log.of(DoseTaken, dose=EVENING_DOSE, how=TakenHow.EARLY))
    assert told(desk).doses == DoseFigures(in_time=1, early=1)
    desk.tell(log.of(DoseMissed, dose=EVENING_DOSE))
    assert told(desk).doses == DoseFigures(in_time=1, early=1), "it was taken"


def test_a_dose_that_two_rules_know_counts_once() -> None:
    rules = {"missed-dose": {}, "another": {"dispenser": "medicine"}}
    there = {"medicine": MEDICINE}
    both = home(there, {name: ("missed-dose", said) for name, said in rules.items()})
    desk, log = Desk(replace(both, zone=OSLO), at=SIX), Log()
    desk.tell(DeviceSeen(device_id="medicine"))
    desk.tell(log.of(DoseTaken, dose=DOSE), at=DOSE)
    assert told(desk).doses == DoseFigures(in_time=1)


def test_no_more_months_are_kept_than_a_store_can_bear() -> None:
    desk = Desk(oslo_home())
    figures = Figures()
    for number in range(MONTHS_MAX + 10):
        dose = DoseCount(EVENING + timedelta(days=31 * number), DoseEnd.MISSED, 1)
        figures = counted(desk.home, figures, desk.journal[0], {}, {}, [dose])
    assert len(figures.months) == MONTHS_MAX
    assert min(figures.months) > NOVEMBER


@pytest.mark.parametrize("month", ["2026-10", "2026-12"])
def test_of_a_month_that_was_not_lived_nothing_is_told(month: str) -> None:
    desk = Desk(oslo_home())
    assert summarise(desk.home, desk.state.figures, month, desk.at, alive=desk.at) is None


def test_a_receiver_is_owed_the_months_that_are_over_until_it_answers() -> None:
    desk = Desk(oslo_home())
    desk.wait_until(datetime(2027, 1, 1, tzinfo=OSLO) + timedelta(seconds=1))

    def due(receiver: str = "centre") -> list[str]:
        return owed(desk.home, desk.state.figures, receiver, desk.at)

    assert due() == ["2026-11", "2026-12"]
    desk.tell(SummaryDelivered(month="2026-11", receiver="centre"))
    assert (due(), due("other")) == (["2026-12"], ["2026-11", "2026-12"])
    desk.restart(seconds=1)
    desk.tell(SummaryDelivered(month="2026-12", receiver="centre"))
    desk.tell(SummaryDelivered(month="2026-11", receiver="centre"))
    assert due() == []
    assert months(desk.state.figures, OSLO) == ["2026-11", "2026-12", "2027-01"]


def test_no_name_and_no_moment_is_in_what_is_told() -> None:
    desk = Desk(oslo_home())
    desk.tell(close(press(desk), Feedback.TRUE))
    text = str(told(desk))
    assert all(word not in text for word in ("op-7", "centre", "button',bath", "21:00"))
    fields: Mapping[str, Any] = Summary.__dataclass_fields__
    assert not any("datetime" in str(each.type) for each in fields.values())
