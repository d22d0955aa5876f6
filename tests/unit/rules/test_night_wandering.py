"""Values in, values out: no clock, no loop, no fixture, no mock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heimvakt.core.alarms import Priority
from heimvakt.core.calendar import Night, UnknownClock
from heimvakt.core.devices import Home
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ClockQuality,
    DeviceEvent,
    DoorOpened,
    Event,
    MotionDetected,
    TimerFired,
)
from heimvakt.rules.night_wandering import BACK, KIND, Bound, InBed, Out, Raised, Settings, State
from heimvakt.rules.night_wandering import step as step_bound
from tests.support.clock_desk import ClockDesk
from tests.support.homes import OSLO, Desk, home, oslo, stamp

SETTINGS = Settings(out_of="bed", signs=("hall", "front-door"))
BOUND = Bound(settings=SETTINGS, night=Night(SETTINGS.between.window(OSLO), UnknownClock.NIGHT))


def step(state: State, event: Event) -> tuple[State, Effects]:
    return step_bound(BOUND, state, event)


def alarms(*events: Event) -> list[RaiseAlarm]:
    state: State = InBed()
    raised: list[RaiseAlarm] = []
    for event in events:
        state, effects = step(state, event)
        raised += [effect for effect in effects if isinstance(effect, RaiseAlarm)]
    return raised


def event(kind: type[DeviceEvent], device_id: str, clock: str, seconds: int = 0) -> Event:
    at = oslo(clock) + timedelta(seconds=seconds)
    return kind(stamp=stamp(round(at.timestamp()) % 10**6, at), device_id=device_id)


LEFT = event(BedLeft, "bed", "2:10")
BACK_IN = event(BedEntered, "bed", "2:20")
HALL, HALL_AGAIN = event(MotionDetected, "hall", "2:12"), event(MotionDetected, "hall", "2:14")
DOOR = event(DoorOpened, "front-door", "2:15")
TIME_OVER = TimerFired(stamp=stamp(8, oslo("2:30")), name=BACK, due=oslo("2:30"))


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
    assert alarm.text.nb == "Ute av sengen om natten og ikke tilbake innen 20 min."
    assert alarm.text.en == "Out of bed at night and not back within 20 min."


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
    door = event(DoorOpened, "front-door", clock, seconds=60)
    assert bool(alarms(left, door)) is watched


def test_who_left_in_the_window_is_watched_until_the_bed_is_entered() -> None:
    assert len(alarms(event(BedLeft, "bed", "5:59"), event(DoorOpened, "front-door", "6:10"))) == 1


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
    bound = Bound(settings=patient, night=BOUND.night)
    state: State = InBed()
    effects: Effects = []
    for minute in range(11):
        clock = f"2:{10 + minute}"
        now = event(MotionDetected, "hall", clock) if minute else event(BedLeft, "bed", clock)
        state, effects = step_bound(bound, state, now)
    (alarm,) = (e for e in effects if isinstance(e, RaiseAlarm))
    assert len(alarm.evidence) == 10
    assert alarm.evidence[0].kind == "bed-left"


def test_a_restart_in_the_middle_of_the_night_keeps_the_sign_and_the_deadline() -> None:
    desk = Desk(home())
    desk.tell(BedLeft(device_id="bed"), at=oslo("2:10"))
    desk.tell(MotionDetected(device_id="hall"), at=oslo("2:12"))
    desk.restart(minutes=1)
    assert isinstance(desk.state.rules["night-wandering"], Out)
    desk.tell(MotionDetected(device_id="hall"), at=oslo("2:14"))
    assert desk.kinds() == ["night-wandering"]


def test_a_deadline_that_came_while_the_gateway_was_off_comes_at_its_start() -> None:
    desk = Desk(home())
    desk.tell(BedLeft(device_id="bed"), at=oslo("2:10"))
    desk.restart(hours=1)
    assert desk.kinds() == ["night-wandering"]
    assert desk.alarm("night-wandering").raised_at == oslo("3:10")


def night_rule(taken_as: UnknownClock = UnknownClock.NIGHT) -> Home:
    return home(
        rules={"night-wandering": ("night-wandering", {"out_of": "bed", "signs": ("front-door",)})},
        unknown_clock=taken_as,
    )


@pytest.mark.parametrize("taken_as", list(UnknownClock))
@pytest.mark.parametrize("shows", ["12:00", "23:30"])
def test_while_nobody_knows_the_time_it_is_what_the_home_has_chosen(
    taken_as: UnknownClock, shows: str
) -> None:
    desk = ClockDesk(night_rule(taken_as), shows=oslo(shows), quality=ClockQuality.UNKNOWN)
    desk.tell(BedLeft(device_id="bed"))
    desk.tell(DoorOpened(device_id="front-door"))
    assert bool(desk.kinds()) is (taken_as is UnknownClock.NIGHT)


@pytest.mark.parametrize("by", [timedelta(days=-365), timedelta(days=365)])
def test_a_clock_that_is_set_makes_no_second_night_and_loses_none(by: timedelta) -> None:
    desk = ClockDesk(night_rule(), shows=oslo("0:10"), true=oslo("0:10") + by)
    desk.tell(BedLeft(device_id="bed"))
    desk.tell(DoorOpened(device_id="front-door"))
    desk.synchronise()
    desk.tell(BedLeft(device_id="bed"))
    desk.tell(DoorOpened(device_id="front-door"))
    assert len(desk.kinds()) == 1, "it is the same night"
    desk.wait(days=1)
    desk.tell(BedLeft(device_id="bed"))
    desk.tell(DoorOpened(device_id="front-door"))
    assert len(desk.kinds()) == 2


@pytest.mark.parametrize("night", ["2026-03-28", "2026-10-24"])
def test_a_night_in_which_the_hour_changes_is_one_night(night: str) -> None:
    begin = datetime.fromisoformat(f"{night}T23:30").replace(tzinfo=OSLO).astimezone(UTC)
    desk = ClockDesk(night_rule(), shows=begin, true=begin)
    for _ in range(7):  # over the hour that comes twice, or not at all
        desk.tell(BedLeft(device_id="bed"))
        desk.tell(DoorOpened(device_id="front-door"))
        desk.wait(hours=1)
    assert len(desk.kinds()) == 1


def test_it_is_blind_without_the_bed_and_every_sign() -> None:
    assert home().rules["night-wandering"].needs == {"bed", "hall", "front-door"}
    wires = {(wire.device_id, role) for wire in KIND.wiring(SETTINGS) for role in wire.roles}
    assert ("bed", "bed") in wires
    assert ("front-door", "door") in wires
