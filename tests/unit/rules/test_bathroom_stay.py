"""Long in the bathroom is medium, and high when it goes on; anywhere else it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    DeviceSilent,
    DoorOpened,
    Event,
    Mode,
    ModeChosen,
    MotionCleared,
    MotionDetected,
)
from heimvakt.rules.bathroom_stay import Settings
from tests.support.homes import DEVICES, Desk, home, moved, oslo
from tests.support.seen import seen

BATH = moved(DEVICES["hall"], device_id="bath", room="bathroom", address="9")
HOME = {**{name: DEVICES[name] for name in ("front-door", "hall", "bed")}, "bath": BATH}
INSIDE, HALL = MotionDetected(device_id="bath"), MotionDetected(device_id="hall")


def desk(**settings: Any) -> Desk:
    rules = {"bathroom-stay": ("bathroom-stay", {"inside": ("bath",), **settings})}
    return Desk(home(HOME, rules), oslo("12:00"))


def test_first_medium_then_high() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    d.tell(INSIDE, at=oslo("13:39"))
    d.tell(INSIDE, at=oslo("13:40"))
    d.wait_until(oslo("13:44"))
    assert d.kinds() == []
    d.wait_until(oslo("13:45"))
    d.wait_until(oslo("14:30"))
    assert [(a.kind, a.priority) for a in d.sent if a.revision == 0] == [
        ("bathroom-stay", Priority.MEDIUM),
        ("bathroom-stay", Priority.HIGH),
    ]
    assert d.sent[0].text.en == "In the bathroom for 45 min, and heard nowhere else."
    assert [e.at for e in d.sent[0].evidence] == [oslo("13:00"), oslo("13:40")]


def test_a_movement_on_the_way_whose_begin_was_lost_on_the_air_is_known_by_its_end() -> None:
    d = desk()
    cleared = MotionCleared(device_id="hall")
    seen(d, HALL, at=oslo("13:00"))
    d.tell(cleared, at=oslo("13:00") + timedelta(seconds=45))
    d.tell(cleared, at=oslo("13:02"))
    d.tell(INSIDE, at=oslo("13:03"))
    d.wait_until(oslo("13:48"))
    assert d.kinds() == ["bathroom-stay"]


def test_the_end_of_a_movement_in_the_bathroom_makes_no_stray_sign_elsewhere_believed() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    d.tell(MotionCleared(device_id="bath"), at=oslo("13:02"))
    d.tell(HALL, at=oslo("13:03"))
    d.wait_until(oslo("13:46"))
    assert d.kinds() == ["bathroom-stay"]


@pytest.mark.parametrize("sign", [HALL, DoorOpened(device_id="front-door")])
def test_heard_elsewhere_it_is_over(sign: Any) -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    seen(d, sign, at=oslo("13:44"))
    d.wait(hours=3)
    assert d.kinds() == []


def test_coming_out_ends_the_alarms() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    d.wait(hours=2)
    seen(d, HALL)
    assert {a.state for a in d.table.values()} == {AlarmState.RESET}
    seen(d, INSIDE)
    d.wait(minutes=45)
    assert len(d.kinds()) == 3


def test_only_what_is_named_is_elsewhere() -> None:
    d = desk(elsewhere=("bed",))
    seen(d, INSIDE, at=oslo("13:00"))
    d.tell(HALL, at=oslo("13:30"))
    d.wait_until(oslo("13:45"))
    assert d.kinds() == ["bathroom-stay"]


def test_a_deadline_survives_a_restart_and_says_when_it_is_late() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    d.restart(minutes=60)
    assert d.sent[0].text.en.endswith(" Told 15 min late: the gateway was off.")


def test_privacy_forgets_who_is_where() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    d.tell(ModeChosen(mode=Mode.PRIVACY, by="resident", lasting_s=60.0))
    d.wait(hours=3)
    assert d.kinds() == []


def test_high_before_medium_is_refused() -> None:
    with pytest.raises(ValidationError, match="longer than"):
        Settings(inside=("bath",), after=timedelta(hours=2))


def test_one_movement_alone_moves_nobody_in_or_out() -> None:
    d = desk()
    d.tell(INSIDE, at=oslo("13:00"))
    d.wait(hours=3)
    assert d.kinds() == []
    seen(d, INSIDE)
    d.tell(HALL, at=d.at + timedelta(minutes=30))
    d.wait(minutes=15)
    assert d.kinds() == ["bathroom-stay"]


def test_who_lies_down_again_has_left_though_nothing_was_heard_on_the_way() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("1:13"))
    d.tell(BedEntered(device_id="bed"), at=oslo("1:21"))
    d.wait(hours=3)
    assert d.kinds() == []


def test_who_has_just_lain_down_is_no_witness_of_a_movement_in_the_bathroom() -> None:
    d = desk()
    d.tell(BedEntered(device_id="bed"), at=oslo("1:21"))
    d.tell(INSIDE, at=oslo("1:22"))
    d.wait(hours=3)
    assert d.kinds() == []


@pytest.mark.parametrize(
    ("came_at", "back_at", "told"),
    [("1:00", "1:08", False), ("1:00", "1:20", True), ("13:00", "13:08", True)],
)
def test_at_night_one_sign_on_the_way_back_is_enough(
    came_at: str, back_at: str, told: bool
) -> None:
    d = desk()
    d.tell(HALL, at=oslo(came_at))
    d.tell(INSIDE, at=oslo(came_at) + timedelta(seconds=20))
    d.tell(INSIDE, at=oslo(came_at) + timedelta(minutes=4))
    d.tell(HALL, at=oslo(back_at))
    d.wait(hours=1)
    assert bool(d.kinds()) is told


def test_who_is_heard_inside_once_more_is_back_by_one_sign_soon_after_that() -> None:
    d = desk()
    d.tell(HALL, at=oslo("1:00"))
    for clock in ("1:01", "1:09", "1:16"):  # far apart: each of them is a sign alone
        d.tell(INSIDE, at=oslo(clock))
    d.tell(HALL, at=oslo("1:20"))
    d.wait(hours=3)
    assert d.kinds() == []


def test_what_is_told_is_not_ended_by_a_sign_inside_and_one_on_the_way() -> None:
    d = desk()
    d.tell(HALL, at=oslo("1:00"))
    d.tell(INSIDE, at=oslo("1:01"))
    d.wait_until(oslo("1:50"))
    d.tell(INSIDE, at=oslo("1:52"))
    d.tell(HALL, at=oslo("1:56"))
    d.wait_until(oslo("2:31"))
    assert Priority.HIGH in {alarm.priority for alarm in d.sent}


def test_at_night_one_sign_from_somewhere_else_is_not() -> None:
    d = desk()
    d.tell(BedLeft(device_id="bed"), at=oslo("1:00"))
    d.tell(INSIDE, at=oslo("1:01"))
    d.tell(HALL, at=oslo("1:05"))
    d.wait(hours=1)
    assert d.kinds() == ["bathroom-stay"]


def test_a_second_movement_elsewhere_is_believed_unless_something_is_heard_inside_between() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    d.tell(HALL, at=oslo("13:10"))
    d.tell(INSIDE, at=oslo("13:20"))
    d.tell(HALL, at=oslo("13:30"))
    d.wait_until(oslo("13:45"))
    assert d.kinds() == ["bathroom-stay"]
    d.tell(INSIDE, at=oslo("13:46"))
    for clock in ("13:50", "13:57"):
        d.tell(HALL, at=oslo(clock))
    assert d.alarm("bathroom-stay").state is AlarmState.RAISED, "what is told is not ended so"
    seen(d, HALL, at=oslo("14:05"))
    assert d.alarm("bathroom-stay").state is AlarmState.RESET


def test_three_movements_far_apart_elsewhere_do_not_keep_it_from_becoming_high() -> None:
    d = desk()
    seen(d, INSIDE, at=oslo("13:00"))
    for clock in ("13:55", "14:07", "14:14"):
        d.tell(HALL, at=oslo(clock))
    d.wait_until(oslo("14:31"))
    assert Priority.HIGH in {alarm.priority for alarm in d.sent}


def test_one_who_was_heard_inside_twice_came_by_what_was_heard_before_that() -> None:
    d = desk()
    d.tell(HALL, at=oslo("1:00"))
    for mat in (BedLeft, BedEntered):  # it lets go of the other one for a moment
        d.tell(mat(device_id="bed"), at=oslo("1:01"))
    for clock in ("1:01", "1:02"):
        d.tell(INSIDE, at=oslo(clock) + timedelta(seconds=30))
    d.tell(HALL, at=oslo("1:06"))
    d.wait(hours=3)
    assert d.kinds() == []


@pytest.mark.parametrize(
    "told", [[], [DeviceSilent(device_id="bed", last_seen=None, limit_s=60.0)]]
)
def test_where_a_sensor_elsewhere_cannot_be_heard_one_sign_on_the_way_is_enough_by_day(
    told: list[Event],
) -> None:
    d = desk()
    for event in told:
        d.tell(event, at=oslo("12:30"))
    d.tell(HALL, at=oslo("13:00"))
    d.tell(INSIDE, at=oslo("13:00") + timedelta(seconds=20))
    d.tell(INSIDE, at=oslo("13:04"))
    d.tell(HALL, at=oslo("13:08"))
    d.wait(hours=1)
    assert ("bathroom-stay" in d.kinds()) is not bool(told)
