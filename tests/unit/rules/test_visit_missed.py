"""A planned visit that nobody made is told, once; one that was made is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ClockQuality,
    ContactLost,
    LockedBy,
    LockUnlocked,
    Mode,
    ModeChosen,
    TagPresented,
)
from heimvakt.rules.visit_missed import KIND, Settings
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import OSLO, home

READER = Device(device_id="front-reader", role=Role.TAG, driver="osdp", address="1/reader")
LOCK = Device(device_id="front-lock", role=Role.LOCK, driver="osdp", address="1")
DEVICES = {each.device_id: each for each in (READER, LOCK)}
TAGS = {"26:0004a2f1": "carer-7", "26:0004a2f2": "carer-8"}
MORNING = ({"between": "08:00-09:30"},)


def local(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=OSLO).astimezone(UTC)


def desk(begin: datetime | None = None, **settings: Any) -> ClockDesk:
    of = home(DEVICES, {"visit-missed": ("visit-missed", {"visits": MORNING, **settings})})
    begin = begin or local("2026-11-05", "07:00")
    return ClockDesk(replace(of, tags=TAGS), shows=begin, true=begin)


def missed(d: ClockDesk) -> list[Alarm]:
    return [alarm for alarm in d.table.values() if alarm.kind == "visit-missed"]


def come(d: ClockDesk, clock: str, tag: str = "carer-7", day: str = "2026-11-05") -> None:
    d.tell(TagPresented(device_id="front-reader", tag=tag), at=local(day, clock))


def test_nobody_comes_and_it_is_told_at_the_end_of_its_time() -> None:
    d = desk()
    d.wait_until(local("2026-11-05", "09:29"))
    assert missed(d) == []
    d.wait(minutes=1)
    (alarm,) = missed(d)
    assert (alarm.priority, alarm.key) == (Priority.MEDIUM, "2026-11-05T08:00")
    assert alarm.text.en == "The visit that was planned between 08:00 and 09:30 was not registered."
    d.wait(hours=20)
    assert len(missed(d)) == 1


@pytest.mark.parametrize("clock", ["08:00", "08:40", "09:29"])
def test_a_visit_in_time_is_nothing(clock: str) -> None:
    d = desk()
    come(d, clock)
    d.wait(hours=12)
    assert missed(d) == []


@pytest.mark.parametrize("clock", ["07:59", "09:31"])
def test_a_visit_at_another_time_is_not_the_planned_one(clock: str) -> None:
    d = desk()
    come(d, clock)
    d.wait(hours=12)
    assert len(missed(d)) == 1


def test_whoever_comes_late_ends_the_alarm() -> None:
    d = desk()
    come(d, "10:00")
    assert [alarm.state for alarm in missed(d)] == [AlarmState.RESET]


def test_a_key_that_nobody_knows_is_no_visit_and_neither_is_another_than_those_that_count() -> None:
    d = desk()
    come(d, "08:10", tag="")
    d.wait(hours=2)
    assert len(missed(d)) == 1
    d = desk(tags=("carer-7",))
    come(d, "08:20", tag="carer-8")
    d.wait(hours=2)
    assert len(missed(d)) == 1
    d = desk(tags=("carer-7",))
    come(d, "08:20", tag="carer-7")
    d.wait(hours=2)
    assert missed(d) == []


@pytest.mark.parametrize("by", LockedBy)
def test_a_lock_counts_where_the_home_says_so_and_it_was_a_tag_or_a_code(by: LockedBy) -> None:
    made = by in (LockedBy.TAG, LockedBy.CODE)
    for locks, count in (((), 1), (("front-lock",), 0 if made else 1)):
        d = desk(locks=locks)
        d.tell(LockUnlocked(device_id="front-lock", by=by), at=local("2026-11-05", "08:30"))
        d.wait(hours=2)
        assert len(missed(d)) == count


def test_a_visit_that_was_begun_otherwise_counts() -> None:
    d = desk()
    d.tell(ModeChosen(mode=Mode.VISIT, by="command"), at=local("2026-11-05", "08:30"))
    d.wait(hours=2)
    assert missed(d) == []


def test_only_on_its_days() -> None:
    visits = ({"between": "08:00-09:30", "days": "mon-fri"},)
    d = desk(local("2026-11-05", "07:00"), visits=visits)  # a Thursday
    d.wait(days=6)
    assert [alarm.key for alarm in missed(d)] == [
        f"2026-11-{day}T08:00" for day in ("05", "06", "09", "10")
    ]


def test_one_over_midnight_is_of_the_day_on_which_it_begins() -> None:
    d = desk(visits=({"between": "22:30-00:30", "days": ["thu"]},))
    come(d, "00:10", day="2026-11-06")
    d.wait(days=1)
    assert missed(d) == []
    d = desk(visits=({"between": "22:30-00:30", "days": ["thu"]},))
    d.wait(days=6)
    assert [alarm.key for alarm in missed(d)] == ["2026-11-05T22:30"]


def test_a_restart_after_midnight_does_not_lose_what_began_before_it() -> None:
    d = desk(visits=({"between": "22:30-00:30", "days": ["thu"]},))
    d.wait_until(local("2026-11-06", "00:10"))
    d.restart(minutes=1)
    d.restart(minutes=1)
    d.wait(hours=1)
    assert [alarm.key for alarm in missed(d)] == ["2026-11-05T22:30"]


# --- restarts, the clock, daylight saving ---------------------------------------------------------


def test_a_restart_forgets_nobody_who_came() -> None:
    d = desk()
    come(d, "08:10")
    d.restart(minutes=2)
    d.restart(hours=3)
    assert missed(d) == []


def test_what_ended_while_the_box_was_off_is_told_at_the_start_with_that() -> None:
    d = desk()
    d.wait_until(local("2026-11-05", "08:30"))
    d.restart(hours=2)
    (alarm,) = missed(d)
    assert alarm.text.en.endswith("The gateway was off for a part of that time.")
    d.restart(hours=1)
    assert len(missed(d)) == 1


def test_a_box_that_was_off_for_days_tells_the_last_day_alone() -> None:
    d = desk()
    d.wait_until(local("2026-11-05", "07:30"))
    d.restart(days=9)
    assert [alarm.key for alarm in missed(d)] == ["2026-11-13T08:00"]


def test_a_reader_that_is_not_heard_is_said() -> None:
    d = desk()
    d.tell(ContactLost(device_id="front-reader", reason="no answer"))
    d.wait(hours=3)
    (alarm,) = missed(d)
    assert alarm.text.en.endswith("The reader front-reader cannot be heard.")


def test_what_began_before_the_rule_was_there_is_not_judged() -> None:
    d = desk(local("2026-11-05", "09:00"))
    d.wait(hours=3)
    assert missed(d) == []
    d.wait(days=1)
    assert len(missed(d)) == 1


@pytest.mark.parametrize("by", [timedelta(hours=3), timedelta(hours=-3), timedelta(days=3)])
def test_whoever_came_while_the_clock_was_wrong_came_when_he_truly_did(by: timedelta) -> None:
    d = desk(local("2026-11-05", "07:00") - by)  # the clock is behind, or ahead
    d.wait(minutes=80)
    d.tell(TagPresented(device_id="front-reader", tag="carer-7"))
    d.wait(minutes=10)
    before = missed(d)
    d.set(d.at + by)
    assert d.at == local("2026-11-05", "08:30")
    d.wait(hours=2)
    assert missed(d) == before, "in time, by the true clock"


@pytest.mark.parametrize("by", [timedelta(hours=3), timedelta(hours=-3), timedelta(days=-3)])
def test_a_clock_that_was_wrong_hides_no_visit_that_nobody_made(by: timedelta) -> None:
    d = desk(local("2026-11-05", "07:00") - by)
    d.wait(minutes=90)
    before = len(missed(d))
    d.set(d.at + by)
    d.wait(hours=2)
    assert [alarm.key for alarm in missed(d)][before:] == ["2026-11-05T08:00"]


@pytest.mark.parametrize("by", [timedelta(hours=3), timedelta(hours=-3)])
def test_what_was_over_when_the_clock_was_set_right_is_told_then(by: timedelta) -> None:
    d = desk(local("2026-11-05", "07:00") - by, visits=({"between": "07:10-08:00"},))
    d.wait(minutes=90)
    d.set(d.at + by)
    assert [alarm.key for alarm in missed(d)] == ["2026-11-05T07:10"]


def test_a_box_that_was_off_after_the_visit_says_nothing_of_that() -> None:
    d = desk()
    late = ClockQuality.UNKNOWN  # nobody knew the time at the end of the visit, and so it waits
    d.becomes(late)
    d.wait_until(local("2026-11-05", "10:00"))
    d.restart(minutes=20)
    d.becomes(ClockQuality.SYNCHRONISED)
    (alarm,) = missed(d)
    assert "off" not in alarm.text.en


def test_an_hour_that_comes_again_because_the_clock_is_set_back_tells_none_twice() -> None:
    d = desk()
    d.wait(hours=3)
    assert len(missed(d)) == 1
    d.set(d.at - timedelta(hours=1))
    d.wait(hours=3)
    assert len(missed(d)) == 1


def test_nothing_is_judged_while_nobody_knows_the_time_and_the_last_day_after() -> None:
    true = local("2026-11-05", "07:00")
    d = desk()
    d = ClockDesk(d.home, shows=YEAR_70, true=true, quality=ClockQuality.UNKNOWN)
    d.wait(hours=1, minutes=30)
    d.tell(TagPresented(device_id="front-reader", tag="carer-7"))
    d.wait(days=3)
    assert missed(d) == []
    d.synchronise()
    d.wait(days=1)
    assert [alarm.key for alarm in missed(d)] == ["2026-11-07T08:00", "2026-11-08T08:00"]


@pytest.mark.parametrize("hours", ["02:00-03:00", "02:30-02:45", "23:30-00:30", "01:00-04:00"])
@pytest.mark.parametrize("first", ["2026-03-26", "2026-10-22"])
@pytest.mark.parametrize("made", [True, False])
def test_a_change_of_the_hour_neither_skips_nor_doubles_one(
    hours: str, first: str, made: bool
) -> None:
    d = desk(local(first, "12:00"), visits=({"between": hours},))
    begin = datetime.fromisoformat(f"2000-01-01T{hours[:5]}").time()
    day = datetime.fromisoformat(first).date() + timedelta(days=begin.hour < 12)
    for _ in range(6):
        if made:
            wall = datetime.combine(day, begin)
            at = wall.replace(tzinfo=OSLO).astimezone(UTC) + timedelta(minutes=10)
            d.tell(TagPresented(device_id="front-reader", tag="carer-7"), at=at)
        day += timedelta(days=1)
    d.wait_until(local(day.isoformat(), "00:00") + timedelta(minutes=59 if begin.hour > 12 else 0))
    assert len(missed(d)) == (0 if made else 6)


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"visits": []},
        {"visits": [{"between": "8-9"}]},
        {"visits": [{"between": "08:00-09:00", "days": "mandag"}]},
        {"visits": [{"from": "08:00"}]},
        {"visits": [{"between": f"{h:02}:{m:02}-23:59"} for h in range(5) for m in range(5)]},
    ],
)
def test_what_is_no_plan_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_it_is_medium_or_low() -> None:
    assert KIND.priorities == {Priority.MEDIUM, Priority.LOW}
    assert not KIND.implicit
