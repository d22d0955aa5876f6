"""Values in, values out: no clock, no loop, no fixture, no mock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from heimvakt.core.alarms import Priority
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ContactBack,
    ContactLost,
    DeviceBack,
    DeviceEvent,
    DeviceSilent,
    DoorOpened,
    Event,
    MotionDetected,
    RadioBack,
    RadioLost,
    TimerFired,
    stamped,
)
from heimvakt.rules.night_wandering import BACK, Settings
from heimvakt.rules.night_wandering import step as step_bound
from heimvakt.rules.night_wandering_state import InBed, Raised, State
from tests.support.homes import oslo, stamp
from tests.support.wandering import (
    BACK_IN,
    BOUND,
    DOOR,
    HALL,
    HALL_AGAIN,
    LEFT,
    TIME_OVER,
    alarms,
    bound,
    event,
)


def step(state: State, event: Event) -> tuple[State, Effects]:
    return step_bound(BOUND, state, event)


def test_a_single_flicker_of_a_motion_sensor_is_no_alarm() -> None:
    assert alarms(LEFT, HALL, BACK_IN) == []


def test_a_flicker_that_the_radio_repeats_is_one_flicker() -> None:
    again = event(MotionDetected, "hall", "2:12", seconds=1)
    assert alarms(LEFT, HALL, again, BACK_IN) == []
    assert len(alarms(LEFT, HALL, again, HALL_AGAIN)) == 1


def test_movement_without_a_bed_that_was_left_is_no_alarm() -> None:
    assert alarms(HALL, HALL_AGAIN, DOOR) == []


@pytest.mark.parametrize("signs", [(DOOR,), (HALL, HALL_AGAIN), (HALL, DOOR)])
def test_out_of_bed_and_a_second_sign_is_one_alarm_with_its_evidence(
    signs: tuple[Event, ...],
) -> None:
    (alarm,) = alarms(LEFT, *signs, HALL_AGAIN, DOOR, TIME_OVER)
    assert (alarm.began_at, alarm.priority) == (LEFT.at, Priority.HIGH)
    assert [e.seq for e in alarm.evidence] == [LEFT.seq, *(sign.seq for sign in signs)]


def test_leaving_bed_arms_the_deadline_and_returning_cancels_it() -> None:
    out, effects = step(InBed(), LEFT)
    assert effects == [ArmTimer(BACK, LEFT.at + timedelta(minutes=20))]
    assert step(out, BACK_IN) == (InBed(), [CancelTimer(BACK)])


def test_a_bed_mat_that_says_left_again_moves_no_deadline() -> None:
    out, _ = step(InBed(), LEFT)
    assert step(out, event(BedLeft, "bed", "2:25")) == (out, [])


def test_not_back_in_time_is_an_alarm_without_a_second_sign() -> None:
    (alarm,) = alarms(LEFT, TIME_OVER)
    assert alarm.priority is Priority.MEDIUM, "a mat alone is wrong one time in three"
    assert alarm.text.nb == "Ute av sengen om natten og ikke tilbake innen 20 min."
    assert alarm.text.en == "Out of bed at night and not back within 20 min."


@pytest.mark.parametrize(
    ("lost", "back"),
    [
        (DeviceSilent(device_id="bed", last_seen=None, limit_s=60.0), DeviceBack(device_id="bed")),
        (ContactLost(device_id="bed"), ContactBack(device_id="bed")),
        (RadioLost(driver="zigbee", reason="unplugged"), RadioBack(driver="zigbee")),
    ],
)
@pytest.mark.parametrize("seen", [[], [HALL]])
def test_a_mat_that_cannot_be_heard_is_said_and_what_told_so_is_evidence(
    lost: Event, back: Event, seen: list[Event]
) -> None:
    lost, back = (
        stamped(each, stamp(5, oslo(clock))) for each, clock in ((lost, "2:18"), (back, "2:19"))
    )
    (alarm,) = alarms(LEFT, *seen, lost, TIME_OVER)
    assert alarm.text.en.endswith("not back within 20 min. bed cannot be heard at the moment.")
    assert alarm.text.nb.endswith("ikke tilbake innen 20 min. bed kan ikke høres nå.")
    assert [each.kind for each in alarm.evidence] == [
        "bed-left",
        lost.kind,
        *(each.kind for each in seen),
    ]
    (heard_again,) = alarms(LEFT, *seen, lost, back, TIME_OVER)
    assert heard_again == alarms(LEFT, *seen, TIME_OVER)[0]


def test_of_a_mat_that_was_lost_a_night_ago_and_is_heard_nothing_is_said() -> None:
    lost = ContactLost(stamp=stamp(1, oslo("1:00")), device_id="bed")
    back = ContactBack(stamp=stamp(2, oslo("1:30")), device_id="bed")
    assert alarms(lost, back, LEFT, TIME_OVER) == alarms(LEFT, TIME_OVER)


def test_that_a_mat_cannot_be_heard_is_said_of_what_is_seen_later_too() -> None:
    lost = ContactLost(stamp=stamp(5, oslo("2:18")), device_id="bed")
    late_door = event(DoorOpened, "front-door", "3:40")
    unsure, sure = alarms(LEFT, lost, TIME_OVER, late_door)
    assert (unsure.priority, sure.priority) == (Priority.MEDIUM, Priority.HIGH)
    assert sure.text.en.endswith("was opened. bed cannot be heard at the moment.")
    assert [each.kind for each in sure.evidence] == ["bed-left", "contact-lost", "door-opened"]


def test_an_alarm_takes_its_deadline_away() -> None:
    out, _ = step(InBed(), LEFT)
    raised, effects = step(out, DOOR)
    assert raised == Raised(LEFT.at)
    assert effects[0] == CancelTimer(BACK)


@pytest.mark.parametrize(
    ("clock", "watched"), [("22:59", False), ("23:00", True), ("5:59", True), ("6:00", False)]
)
def test_only_the_window_counts_and_it_crosses_midnight(clock: str, watched: bool) -> None:
    left = event(BedLeft, "bed", clock)
    door = event(DoorOpened, "front-door", clock, seconds=30)
    assert bool(alarms(left, door)) is watched


def test_what_is_seen_after_the_night_is_of_the_day() -> None:
    left = event(BedLeft, "bed", "5:59")
    over = TimerFired(stamp=stamp(8, oslo("6:19")), name=BACK, due=oslo("6:19"))
    door, hall = event(DoorOpened, "front-door", "6:10"), event(MotionDetected, "hall", "6:11")
    assert alarms(left, door, hall, event(MotionDetected, "hall", "6:12"), over, door) == []


def test_devices_that_are_not_named_say_nothing() -> None:
    strangers = (
        event(MotionDetected, "bath", "2:12"),
        event(DoorOpened, "fridge", "2:13"),
        event(BedEntered, "guest-bed", "2:14"),
    )
    assert alarms(LEFT, *strangers) == []
    assert len(alarms(LEFT, *strangers, DOOR)) == 1


def test_one_night_out_of_bed_is_one_alarm_and_the_next_is_another() -> None:
    assert len(alarms(LEFT, DOOR, LEFT, DOOR, HALL)) == 1
    assert len(alarms(LEFT, DOOR, BACK_IN, LEFT, DOOR)) == 2


def test_a_return_that_was_not_heard_does_not_blind_the_next_night() -> None:
    def a_night_later(e: DeviceEvent) -> Event:
        at: datetime = e.at + timedelta(days=1)
        return type(e)(stamp=stamp(e.seq + 1, at), device_id=e.device_id)

    assert isinstance(LEFT, BedLeft)
    assert isinstance(DOOR, DoorOpened)
    assert len(alarms(LEFT, DOOR, a_night_later(LEFT), a_night_later(DOOR))) == 2


def test_evidence_is_bounded_and_keeps_the_bed_and_the_newest() -> None:
    patient = Settings(out_of="bed", signs=("hall", "front-door"), movements=10)
    state: State = InBed()
    effects: Effects = []
    for minute in range(11):
        clock = f"2:{10 + minute}"
        now = event(MotionDetected, "hall", clock) if minute else event(BedLeft, "bed", clock)
        state, effects = step_bound(bound(patient), state, now)
    (alarm,) = (e for e in effects if isinstance(e, RaiseAlarm))
    assert len(alarm.evidence) == 10
    assert alarm.evidence[0].kind == "bed-left"
