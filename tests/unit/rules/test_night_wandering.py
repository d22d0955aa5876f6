"""Values in, values out: no clock, no loop, no fixture, no mock."""

from __future__ import annotations

from dataclasses import replace
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
    ContactBack,
    ContactLost,
    DeviceBack,
    DeviceEvent,
    DeviceSilent,
    DoorOpened,
    Event,
    Mode,
    ModeChosen,
    MotionDetected,
    RadioBack,
    RadioLost,
    TimerFired,
    stamped,
)
from heimvakt.core.fields import Hours
from heimvakt.rules.absence import absences
from heimvakt.rules.night_wandering import BACK, KIND, Bound, InBed, Out, Raised, Settings, State
from heimvakt.rules.night_wandering import step as step_bound
from tests.support.clock_desk import ClockDesk
from tests.support.homes import DEVICES, OSLO, Desk, home, oslo, stamp

SETTINGS = Settings(out_of="bed", signs=("hall", "front-door"))
NIGHT = Night(SETTINGS.between.window(OSLO), UnknownClock.NIGHT)


def bound(settings: Settings = SETTINGS) -> Bound:
    return Bound(
        settings=settings,
        bed=DEVICES["bed"],
        night=NIGHT,
        morning=NIGHT.last(settings.getting_up),
        dawn=NIGHT.last(2 * settings.getting_up),
        absences=absences(settings, DEVICES["bed"], NIGHT),
    )


BOUND = bound()


def step(state: State, event: Event) -> tuple[State, Effects]:
    return step_bound(BOUND, state, event)


def alarms(*events: Event, within: Bound = BOUND) -> list[RaiseAlarm]:
    state: State = InBed()
    raised: list[RaiseAlarm] = []
    for event in events:
        state, effects = step_bound(within, state, event)
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


def test_who_comes_home_by_day_after_he_went_away_as_he_said_is_not_missed_of_that_night() -> None:
    d = Desk(night_rule())
    d.tell(BedLeft(device_id="bed"), at=oslo("5:00"))
    d.tell(ModeChosen(mode=Mode.AWAY, by="resident", lasting_s=None), at=oslo("5:10"))
    d.tell(DoorOpened(device_id="front-door"), at=oslo("5:12"))
    d.tell(DoorOpened(device_id="front-door"), at=oslo("14:00"))
    assert "night-wandering" not in [alarm.kind for alarm in d.sent]


def test_who_went_away_at_night_and_is_back_in_it_is_told_of_all_the_same() -> None:
    d = Desk(night_rule())
    d.tell(BedLeft(device_id="bed"), at=oslo("1:00"))
    d.tell(ModeChosen(mode=Mode.AWAY, by="resident", lasting_s=None), at=oslo("1:05"))
    d.tell(DoorOpened(device_id="front-door"), at=oslo("1:07"))
    d.tell(DoorOpened(device_id="front-door"), at=oslo("3:00"))
    assert "night-wandering" in [alarm.kind for alarm in d.sent]


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
    alarm = desk.alarm("night-wandering")
    assert alarm.raised_at == oslo("3:10")
    assert alarm.text.en.endswith("not back within 20 min. Told 40 min late: the gateway was off.")


def test_a_deadline_of_the_night_counts_also_when_it_comes_in_the_morning() -> None:
    desk = Desk(home())
    desk.tell(BedLeft(device_id="bed"), at=oslo("5:10"))
    desk.restart(hours=3)
    assert "night-wandering" in desk.kinds()


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
