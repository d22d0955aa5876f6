"""Hours without a sign of life are told, and hours in which nobody could hear are no such hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.calendar import UnknownClock
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BedEntered,
    ClockQuality,
    ContactBack,
    ContactLost,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    MotionDetected,
    RadioBack,
    RadioLost,
)
from heimvakt.core.usual import PLACES, Usual, place_of
from heimvakt.rules.inactivity import Bound, Settings, due
from heimvakt.rules.quiet import Quiets, counted_from
from tests.support.clock_desk import ClockDesk
from tests.support.homes import DEVICES, OSLO, Desk, home
from tests.support.seen import seen

MORNING = datetime(2026, 11, 4, 8, tzinfo=OSLO).astimezone(UTC)
LOST, BACK = RadioLost(driver="zigbee", reason="unplugged"), RadioBack(driver="zigbee")
MOTION = MotionDetected(device_id="hall")
SIGNS = {name: DEVICES[name] for name in ("hall", "bed", "front-door")}


def desk(at: datetime = MORNING, **settings: Any) -> Desk:
    return Desk(home(SIGNS, {"inactivity": ("inactivity", settings)}), at)


def at(clock: str, day: int = 4) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


def live_until(d: Desk, until: datetime) -> None:
    """Let time pass with sensors that say every hour that they live."""
    while d.at < until:
        d.wait_until(min(d.at + timedelta(hours=1), until))
        for device_id in SIGNS:
            d.tell(DeviceSeen(device_id=device_id))


@pytest.mark.parametrize(
    "sign", [MOTION, BedEntered(device_id="bed"), DoorClosed(device_id="front-door")]
)
def test_a_sign_of_life_begins_the_count_anew(sign: DeviceEvent) -> None:
    d = desk(after_leaving="5h")
    seen(d, sign, at=at("12:59"))
    d.wait_until(at("17:58"))
    assert d.kinds() == []
    d.wait_until(at("17:59"))
    assert d.kinds() == ["inactivity"]


def test_it_says_how_long_and_where_the_last_sign_was() -> None:
    d = desk()
    seen(d, at=at("9:00"))
    d.wait_until(at("15:00"))
    alarm = d.alarm("inactivity")
    assert alarm.priority is Priority.MEDIUM
    assert (alarm.began_at, alarm.raised_at) == (at("9:00"), at("14:00"))
    assert alarm.device_id == "hall"
    assert alarm.text.en == "No sign of life for 5 h, the last at hall."
    assert [e.kind for e in alarm.evidence] == ["motion-detected"]


def test_a_sign_of_life_ends_the_alarm_and_the_next_silence_is_another() -> None:
    d = desk()
    d.wait_until(at("13:00"))
    seen(d)
    assert d.alarm("inactivity").state is AlarmState.RESET
    d.wait_until(at("18:00"))
    assert d.kinds() == ["inactivity", "inactivity"]


def test_one_silence_is_one_alarm_however_long() -> None:
    d = desk()
    live_until(d, at("8:00", day=7))
    assert d.kinds() == ["inactivity"]


def test_the_night_does_not_count() -> None:
    d = desk(at("19:00"))
    seen(d, at=at("20:00"))
    live_until(d, at("12:59", day=5))
    assert d.kinds() == []
    live_until(d, at("13:00", day=5))
    assert d.kinds() == ["inactivity"]


def test_after_the_outer_door_the_longer_limit_counts_until_something_is_heard_inside() -> None:
    d = desk()
    d.tell(DoorOpened(device_id="front-door"), at=at("8:30"))
    d.tell(DoorClosed(device_id="front-door"))
    live_until(d, at("20:29"))
    assert d.kinds() == []
    live_until(d, at("20:30"))
    assert d.kinds() == ["inactivity"]
    assert "perhaps out" in d.alarm("inactivity").text.en
    seen(d)
    live_until(d, at("13:00", day=5))
    assert d.kinds() == ["inactivity", "inactivity"]


def test_who_left_in_the_evening_is_missed_in_the_morning() -> None:
    d = desk(at("17:00"))
    d.tell(DoorClosed(device_id="front-door"), at=at("18:00"))
    live_until(d, at("7:59", day=5))
    assert d.kinds() == []
    live_until(d, at("8:00", day=5))
    assert d.kinds() == ["inactivity"]


def test_what_nobody_could_hear_is_not_counted() -> None:
    d = desk()
    seen(d, at=at("9:00"))
    d.tell(LOST, at=at("10:00"))
    d.wait_until(at("13:00"))
    d.tell(BACK)
    d.wait_until(at("16:59"))
    assert d.kinds() == []
    d.wait_until(at("17:00"))
    assert d.kinds() == ["inactivity"], "an hour before, four after"


def test_while_one_sensor_can_be_heard_it_goes_on() -> None:
    d = desk()
    d.tell(ContactLost(device_id="hall"), at=at("9:00"))
    d.tell(ContactLost(device_id="bed"))
    d.wait_until(at("13:00"))
    assert d.kinds() == ["inactivity"]


def test_without_any_it_waits_until_one_is_back() -> None:
    d = desk()
    for device_id in SIGNS:
        d.tell(ContactLost(device_id=device_id), at=at("9:00"))
    d.wait_until(at("20:00"))
    assert d.kinds() == []
    d.tell(ContactBack(device_id="bed"), at=at("9:00", day=5))
    d.wait_until(at("13:00", day=5))
    assert d.kinds() == ["inactivity"]


def test_time_in_which_the_gateway_was_off_is_not_counted() -> None:
    d = desk()
    seen(d, at=at("9:00"))
    d.wait_until(at("10:00"))
    d.restart(hours=3)
    d.wait_until(at("16:59"))
    assert d.kinds() == []
    d.wait_until(at("17:00"))
    assert d.kinds() == ["inactivity"]


def test_a_deadline_survives_a_restart() -> None:
    d = desk()
    seen(d, at=at("9:00"))
    d.wait_until(at("13:59"))
    d.restart()
    d.wait(minutes=1)
    assert d.kinds() == ["inactivity"]


def test_signs_that_are_named_are_the_only_ones() -> None:
    d = desk(signs=("bed",))
    seen(d, BedEntered(device_id="bed"), at=at("9:00"))
    d.tell(MOTION, at=at("13:00"))
    d.wait_until(at("14:00"))
    assert d.kinds() == ["inactivity"]
    assert d.home.rules_that_need("hall") == ()


@pytest.mark.parametrize(("taken_as", "told"), [("night", []), ("day", ["inactivity"])])
def test_while_nobody_knows_the_time_it_is_what_the_home_has_chosen(
    taken_as: str, told: list[str]
) -> None:
    of = home(SIGNS, {"inactivity": ("inactivity", {})}, unknown_clock=UnknownClock(taken_as))
    d = ClockDesk(of, shows=datetime(1970, 1, 1, 8, tzinfo=UTC), quality=ClockQuality.UNKNOWN)
    d.wait(hours=9)
    assert d.kinds() == told


def test_a_limit_longer_than_the_day_is_refused() -> None:
    with pytest.raises(ValidationError, match="could never be"):
        Settings.model_validate({"between": "08:00-12:00", "after": "5h"})


ZONE_DAYS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001


@given(ZONE_DAYS, st.booleans(), st.integers(1, 12))
def test_it_is_due_within_the_hours_and_never_sooner_than_the_limit(
    local: datetime, left: bool, hours: int
) -> None:
    since = local.replace(tzinfo=OSLO).astimezone(UTC)
    settings = Settings(after=timedelta(hours=hours), after_leaving=timedelta(hours=hours))
    window = settings.between.window(OSLO)
    lamp = Device(device_id="lamp", role=Role.MOTION, driver="zigbee", address="1")
    bound = Bound(
        settings=settings,
        unknown_clock=UnknownClock.NIGHT,
        signs={"lamp": lamp},
        quiets=Quiets(window=window, devices={}, bounds=settings.bounds(), under=""),
    )
    found = due(bound, since, left=left)
    assert found - since >= timedelta(hours=hours)
    assert found - since <= timedelta(hours=48)
    assert window.contains(found) or window.contains(found - timedelta(seconds=1))


@given(ZONE_DAYS, st.integers(0, 1_440), st.integers(0, 1_440))
def test_what_is_learned_is_due_within_the_hours_and_the_bounds(
    local: datetime, first: int, more: int
) -> None:
    known = [(first + more * place) % 1_441 for place in range(PLACES)]
    since = local.replace(tzinfo=OSLO).astimezone(UTC)
    settings = Settings(learn=True, at_least=timedelta(hours=1), at_most=timedelta(hours=9))
    window = settings.between.window(OSLO)
    quiets = Quiets(window=window, devices={}, bounds=settings.bounds(), under="these")
    found = quiets.due(Usual(known=tuple(known)), since)
    assert window.contains(found) or window.contains(found - timedelta(seconds=1))
    day = window.day_of(found - timedelta(seconds=1))
    _, begin = counted_from(window, since)
    begin = max(begin, window.moment(day, timedelta()))
    usual = known[place_of(begin.astimezone(OSLO))] * timedelta(minutes=1)
    limit = min(max(usual * 2, settings.bounds().at_least), settings.bounds().at_most)
    assert found - begin == (limit if usual else settings.after)


def test_a_sensor_that_fires_alone_now_and_then_is_no_sign_of_life() -> None:
    d = desk()
    for hour in range(9, 13):
        d.tell(MOTION, at=at(f"{hour}:00"))
    d.wait_until(at("13:00"))
    assert d.kinds() == ["inactivity"]


def test_who_sits_still_and_moves_now_and_then_is_alive() -> None:
    d = desk()
    for minute in range(0, 240, 18):
        d.tell(MOTION, at=at("9:00") + timedelta(minutes=minute))
    d.wait_until(at("13:00"))
    assert d.kinds() == []
    d.wait_until(at("12:54") + timedelta(hours=5))
    assert d.kinds() == ["inactivity"]


def test_who_lies_down_after_the_outer_door_is_in() -> None:
    d = desk()
    d.tell(DoorOpened(device_id="front-door"), at=at("8:00"))
    d.tell(BedEntered(device_id="bed"), at=at("8:10"))
    d.wait_until(at("13:10"))
    assert d.kinds() == ["inactivity"], "and is missed after the shorter limit"
