"""How soon somebody must look is decided by what is seen, and by the hour: values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.alarms import Priority
from heimvakt.core.calendar import Night, UnknownClock
from heimvakt.core.events import (
    BedLeft,
    ClockQuality,
    DoorOpened,
    Event,
    MotionDetected,
    TimerFired,
)
from heimvakt.core.fields import Hours
from heimvakt.rules.night_wandering import BACK
from tests.support.homes import OSLO, oslo, stamp
from tests.support.wandering import (
    DOOR,
    HALL,
    HALL_AGAIN,
    LEFT,
    SETTINGS,
    TIME_OVER,
    alarms,
    bound,
    event,
)

MORNING = event(BedLeft, "bed", "5:10")
HALLS = [event(MotionDetected, "hall", f"5:{minute}") for minute in (12, 14, 16)]
LATER_DOOR = event(DoorOpened, "front-door", "5:20")


def test_movement_towards_morning_is_less_urgent_than_a_door() -> None:
    (moved,) = alarms(MORNING, *HALLS)
    assert (moved.priority, moved.device_id) == (Priority.MEDIUM, "hall")
    (out,) = alarms(MORNING, LATER_DOOR)
    assert out.priority is Priority.HIGH
    never = bound(SETTINGS.model_copy(update={"getting_up": timedelta()}))
    assert [alarm.priority for alarm in alarms(MORNING, *HALLS, within=never)] == [Priority.HIGH]


def test_the_morning_begins_when_the_home_says_and_no_earlier_than_the_night() -> None:
    whole = bound(SETTINGS.model_copy(update={"getting_up": timedelta(hours=3)}))
    assert [a.priority for a in alarms(LEFT, HALL, HALL_AGAIN, within=whole)] == [Priority.HIGH]
    at_three = [event(MotionDetected, "hall", f"3:0{minute}") for minute in (1, 3)]
    (alarm,) = alarms(event(BedLeft, "bed", "3:00"), *at_three, within=whole)
    assert alarm.priority is Priority.MEDIUM
    short = Night(Hours.parse("04:00-05:00").window(OSLO), UnknownClock.NIGHT)
    assert str(short.last(timedelta(hours=3)).window) == "04:00-05:00"


@pytest.mark.parametrize("more", [(LATER_DOOR,), (HALLS[0], LATER_DOOR, LATER_DOOR)])
def test_what_was_told_as_medium_is_told_as_high_when_a_door_is_opened(
    more: tuple[Event, ...],
) -> None:
    told = alarms(MORNING, *HALLS, *more)
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM, Priority.HIGH]
    assert {alarm.began_at for alarm in told} == {MORNING.at}


def test_not_back_and_one_movement_are_two_signs_but_for_the_morning() -> None:
    (alarm,) = alarms(LEFT, HALL, TIME_OVER)
    assert alarm.priority is Priority.HIGH
    over = TimerFired(stamp=stamp(8, oslo("5:30")), name=BACK, due=oslo("5:30"))
    (risen,) = alarms(MORNING, HALLS[0], over)
    assert risen.priority is Priority.MEDIUM


def test_who_is_not_back_and_is_then_seen_is_more_urgent() -> None:
    seen = [event(MotionDetected, "hall", f"2:{minute}") for minute in (40, 42, 44)]
    told = alarms(LEFT, TIME_OVER, *seen)
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM, Priority.HIGH]


EARLY = event(BedLeft, "bed", "4:00")
EARLY_OVER = TimerFired(stamp=stamp(8, oslo("4:20")), name=BACK, due=oslo("4:20"))
EARLY_HALLS = [event(MotionDetected, "hall", f"4:{minute}") for minute in (40, 42, 44)]


def test_towards_morning_who_was_seen_nowhere_until_he_was_missed_has_got_up() -> None:
    told = alarms(EARLY, EARLY_OVER, *EARLY_HALLS)
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM]
    told = alarms(EARLY, EARLY_OVER, *EARLY_HALLS, event(DoorOpened, "front-door", "4:50"))
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM, Priority.HIGH]


def test_towards_morning_who_was_seen_before_he_was_missed_is_as_urgent_as_at_night() -> None:
    at_once = [event(MotionDetected, "hall", f"4:{minute:02}") for minute in (3, 6)]
    assert [alarm.priority for alarm in alarms(EARLY, *at_once)] == [Priority.HIGH]
    told = alarms(EARLY, at_once[0], EARLY_OVER, EARLY_HALLS[0])
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM, Priority.HIGH]


def test_who_left_the_bed_hours_before_was_back_in_it_unheard_and_has_not_got_up() -> None:
    left = event(BedLeft, "bed", "2:00")
    over = TimerFired(stamp=stamp(8, oslo("2:20")), name=BACK, due=oslo("2:20"))
    told = alarms(left, over, *EARLY_HALLS)
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM, Priority.HIGH]


def test_a_home_in_which_nobody_gets_up_at_night_has_no_such_hour() -> None:
    never = bound(SETTINGS.model_copy(update={"getting_up": timedelta()}))
    told = alarms(EARLY, EARLY_OVER, *EARLY_HALLS, within=never)
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM, Priority.HIGH]


def test_who_is_seen_by_day_is_up_though_nobody_knows_the_time_later() -> None:
    by_day = event(MotionDetected, "hall", "7:00")
    at = oslo("16:00")
    unknown = [
        MotionDetected(
            stamp=replace(
                stamp(900_000 + i, at + timedelta(minutes=i)), clock=ClockQuality.UNKNOWN
            ),
            device_id="hall",
        )
        for i in (1, 3, 5)
    ]
    assert [a.priority for a in alarms(LEFT, TIME_OVER, by_day, *unknown)] == [Priority.MEDIUM]
    told = alarms(LEFT, TIME_OVER, *unknown)
    assert [a.priority for a in told] == [Priority.MEDIUM, Priority.HIGH], "the night may go on"


def test_who_is_not_heard_to_come_back_is_not_taken_for_out_in_the_next_night() -> None:
    def next_evening(minute: int) -> Event:
        at = oslo("23:30") + timedelta(days=1, minutes=minute)
        return MotionDetected(stamp=stamp(900_000 + minute, at), device_id="hall")

    told = alarms(LEFT, TIME_OVER, *map(next_evening, (1, 3, 5)))
    assert [alarm.priority for alarm in told] == [Priority.MEDIUM]


def test_a_home_that_wants_medium_gets_one_alarm_a_night() -> None:
    calm = bound(SETTINGS.model_copy(update={"priority": Priority.MEDIUM}))
    assert [a.priority for a in alarms(LEFT, TIME_OVER, DOOR, HALL, HALL_AGAIN, within=calm)] == [
        Priority.MEDIUM
    ]
