"""Once a day, at its moment, the whole way; and told when it does not get through."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.devices import Home
from heimvakt.core.events import AlarmDelivered, ClockQuality
from heimvakt.rules.daily_moment import moment_of
from heimvakt.rules.daily_test import KIND, Settings, State
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import EVENING, GATEWAY, OSLO, home

UNKNOWN = ClockQuality.UNKNOWN
DAY = timedelta(days=1)
MOMENT = timedelta(hours=10) + moment_of(GATEWAY, Settings().at.window(OSLO))  # type: ignore[union-attr]


def local(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=OSLO).astimezone(UTC)


def moment(day: date) -> datetime:
    """When this gateway has its test, with the settings that every home has."""
    return local(day.isoformat(), "00:00") + MOMENT  # on days without a change of the hour


def a_home(**settings: Any) -> Home:
    return home({}, {"daily-test": ("daily-test", settings)})


def desk(begin: datetime = EVENING, **settings: Any) -> ClockDesk:
    return ClockDesk(a_home(**settings), shows=begin, true=begin)


def runs_of(d: ClockDesk) -> list[Alarm]:
    return [alarm for alarm in d.table.values() if alarm.kind == "test"]


def deliver(d: ClockDesk, alarm: Alarm) -> None:
    d.tell(AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=alarm.revision))


def state(d: ClockDesk) -> State:
    kept = d.state.rules["daily-test"]
    assert isinstance(kept, State)
    return kept


def test_it_comes_at_the_moment_that_the_id_of_the_gateway_chooses() -> None:
    d = desk()
    d.wait(days=1)
    (alarm,) = runs_of(d)
    assert alarm.raised_at == moment(date(2026, 11, 5))
    assert (alarm.priority, alarm.key) == (Priority.INFORMATION, "2026-11-05")


def test_thousands_of_homes_do_not_speak_together() -> None:
    window = Settings().at.window(OSLO)  # type: ignore[union-attr]
    seconds = Counter(int(moment_of(f"no-{n}", window).total_seconds()) for n in range(7200))
    assert min(seconds) >= 0
    assert max(seconds) < 3600
    assert max(seconds.values()) < 12, "7,200 homes in 3,600 seconds are 2 in each"
    minutes = Counter(second // 60 for second in seconds.elements())
    assert len(minutes) == 60
    assert min(minutes.values()) > 70


def test_its_answer_ends_it_and_the_time_is_measured() -> None:
    d = desk()
    d.wait_until(moment(date(2026, 11, 5)))
    d.wait(seconds=0.4)
    deliver(d, d.alarm("test"))
    assert d.alarm("test").state is AlarmState.RESET
    last = state(d).last
    assert last is not None
    assert (last.raised_at, last.receiver, last.in_time) == (
        moment(date(2026, 11, 5)),
        "centre",
        True,
    )
    assert last.seconds == pytest.approx(0.4)
    d.wait(hours=20)
    assert d.kinds() == ["test"]


def test_the_answer_for_another_alarm_is_not_its_own() -> None:
    rules: dict[str, tuple[str, dict[str, Any]]] = {
        "daily-test": ("daily-test", {}),
        "clock": ("clock", {}),
    }
    d = ClockDesk(home({}, rules))
    d.becomes(ClockQuality.HOLDOVER)
    d.wait_until(moment(date(2026, 11, 8)))
    deliver(d, d.alarm("clock"))
    assert state(d).waiting is not None
    deliver(d, runs_of(d)[-1])
    assert state(d).waiting is None


def test_a_clock_that_is_set_while_it_waits_does_not_change_what_is_measured() -> None:
    d = desk()
    d.wait_until(moment(date(2026, 11, 5)))
    d.wait(seconds=2)
    d.set(d.at + timedelta(hours=3))
    d.wait(seconds=1)
    deliver(d, d.alarm("test"))
    last = state(d).last
    assert last is not None
    assert last.seconds == pytest.approx(3.0)


def test_a_restart_while_it_waits_loses_nothing() -> None:
    d = desk()
    d.wait_until(moment(date(2026, 11, 5)))
    d.restart(seconds=30)
    deliver(d, d.alarm("test"))
    last = state(d).last
    assert last is not None
    assert last.seconds == pytest.approx(30.0)


def test_in_another_boot_it_is_measured_by_the_wall_clock() -> None:
    d = desk()
    d.wait_until(moment(date(2026, 11, 5)))
    d.reboot(shows=d.at + timedelta(seconds=70), quality=ClockQuality.SYNCHRONISED)
    deliver(d, d.alarm("test"))
    last = state(d).last
    assert last is not None
    assert last.seconds == pytest.approx(70.0)


def test_not_answered_in_time_is_an_alarm_that_ends_with_the_next_that_is() -> None:
    d = desk()
    d.wait_until(moment(date(2026, 11, 5)) + timedelta(minutes=2))
    failed = d.alarm("test-failed")
    assert (failed.priority, failed.began_at) == (Priority.LOW, moment(date(2026, 11, 5)))
    assert failed.text.en == "The daily test did not get through within 2 min."
    d.wait(minutes=5)
    deliver(d, d.alarm("test"))
    last = state(d).last
    assert last is not None
    assert not last.in_time
    assert last.seconds == pytest.approx(420.0)
    assert d.alarm("test-failed").state is AlarmState.RAISED, "late is not in time"
    d.wait_until(moment(date(2026, 11, 6)))
    deliver(d, runs_of(d)[-1])
    assert d.alarm("test-failed").state is AlarmState.RESET


def test_a_second_day_is_medium_and_a_third_is_nothing_new() -> None:
    d = desk()
    d.wait(days=5)
    failed = [alarm for alarm in d.table.values() if alarm.kind == "test-failed"]
    assert [(a.priority, a.state) for a in failed] == [
        (Priority.LOW, AlarmState.RESET),
        (Priority.MEDIUM, AlarmState.RAISED),
    ]
    assert len(runs_of(d)) == 5
    assert [a.state for a in runs_of(d)] == [AlarmState.RESET] * 4 + [AlarmState.RAISED]
    d.wait_until(moment(date(2026, 11, 10)))
    deliver(d, runs_of(d)[-1])
    assert state(d).failures == 0
    assert not [a for a in d.state.alarms.values() if a.state.is_open]


def test_missed_while_off_it_comes_at_the_start_if_its_hour_is_not_over() -> None:
    d = desk(local("2026-11-05", "09:00"))
    d.reboot(shows=local("2026-11-05", "10:59"), quality=ClockQuality.SYNCHRONISED)
    assert [a.key for a in runs_of(d)] == ["2026-11-05"]
    d = desk(local("2026-11-05", "09:00"))
    d.reboot(shows=local("2026-11-05", "11:00"), quality=ClockQuality.SYNCHRONISED)
    assert runs_of(d) == [], "tomorrow again"
    d = desk(local("2026-11-05", "11:00"))
    d.wait(hours=12)
    assert runs_of(d) == [], "a gateway that begins its life after the hour has its first tomorrow"


def test_it_does_not_run_while_nobody_knows_the_day() -> None:
    d = ClockDesk(a_home(), shows=YEAR_70, quality=UNKNOWN)
    d.wait(days=3)
    assert d.table == {}
    d.synchronise()
    d.wait(days=1)
    assert len(runs_of(d)) == 1


def test_a_clock_that_becomes_unknown_stops_it() -> None:
    d = desk()
    d.becomes(UNKNOWN)
    d.wait(days=3)
    assert d.table == {}


def test_never_is_never() -> None:
    d = ClockDesk(a_home(at="never"))
    d.wait(days=30)
    assert (d.table, d.state.timers) == ({}, {})


@pytest.mark.parametrize("hours", ["02:00-03:00", "02:30-02:45", "23:30-00:30", "01:00-04:00"])
@pytest.mark.parametrize("first", ["2026-03-26", "2026-10-22"])
def test_a_change_of_the_hour_neither_skips_nor_doubles_it(hours: str, first: str) -> None:
    d = desk(local(first, "12:00"), at=hours)
    for _ in range(6):
        d.wait(days=1)
        for alarm in runs_of(d):
            deliver(d, alarm)
    begin = date.fromisoformat(first)
    days = [date.fromisoformat(alarm.key) for alarm in runs_of(d)]
    assert days == [days[0] + n * DAY for n in range(6)]
    assert days[0] in (begin, begin + DAY)


def test_the_file_of_a_home_may_choose() -> None:
    settings = Settings.model_validate({"at": "never", "within": "30s", "priority": "low"})
    assert (settings.at, settings.within.total_seconds()) == (None, 30.0)
    assert str(Settings.model_validate({"at": "08:00-09:00"}).at) == "08:00-09:00"
    assert KIND.implicit
