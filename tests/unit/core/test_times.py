"""Deadlines keep their distance when the clock is set, and alarms get their true time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.events import (
    AlarmClosed,
    AlarmDelivered,
    BedLeft,
    ButtonPressed,
    ClockQuality,
    DeviceSeen,
    DoorOpened,
)
from heimvakt.core.state import next_deadline
from heimvakt.core.times import SETS_MAX, raised_at
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import EVENING, home

UNKNOWN, HOLDOVER = ClockQuality.UNKNOWN, ClockQuality.HOLDOVER
PRESSED = ButtonPressed(device_id="button")
YEARS_30 = timedelta(days=30 * 365)


def cold() -> ClockDesk:
    """A box that begins in 1970, without a network."""
    return ClockDesk(home(), shows=YEAR_70, quality=UNKNOWN)


def press(desk: ClockDesk) -> Alarm:
    desk.tell(PRESSED)
    desk.wait(seconds=11)
    return desk.sent[-1]


def test_an_alarm_of_1970_is_told_its_true_time_when_the_clock_is_set() -> None:
    desk = cold()
    true = desk.true
    first = press(desk)
    desk.wait(hours=3)
    desk.synchronise()
    told = desk.table[first.alarm_id]
    assert (told.raised_at, told.began_at) == (YEAR_70, YEAR_70), "the originals are kept"
    assert raised_at(told) == true
    assert (told.revision, told.alarm_id) == (1, first.alarm_id)
    assert told in desk.sent, "receivers hear of it"


def test_one_that_was_delivered_before_is_told_again_and_one_that_is_over_is_not() -> None:
    desk = cold()
    delivered, over = press(desk), press(desk)
    for alarm in (delivered, over):
        desk.tell(AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=0))
    desk.tell(AlarmClosed(alarm_id=over.alarm_id, receiver="centre", by="op-7"))
    sent = len(desk.sent)
    desk.synchronise()
    assert [alarm.alarm_id for alarm in desk.sent[sent:]] == [delivered.alarm_id]


def test_a_pre_alarm_is_told_of_only_when_it_is_raised() -> None:
    desk = cold()
    true = desk.true
    desk.tell(ButtonPressed(device_id="pendant"))
    desk.synchronise()
    assert desk.sent == []
    desk.wait(seconds=10)
    (alarm,) = desk.sent
    assert (alarm.revision, raised_at(alarm)) == (0, true)


def test_what_began_before_the_clock_was_set_and_is_raised_after_it_has_the_offset() -> None:
    desk = cold()
    desk.tell(BedLeft(device_id="bed"))
    left = desk.true
    desk.wait(minutes=15)
    desk.synchronise()
    desk.wait(minutes=5)
    (alarm,) = desk.sent
    assert alarm.clock_offset_s is not None
    assert alarm.began_at + timedelta(seconds=alarm.clock_offset_s) == left
    assert (alarm.raised_at, raised_at(alarm)) == (desk.true, desk.true)
    assert alarm.evidence[0].clock is UNKNOWN


def test_a_clock_that_happened_to_be_right_is_an_offset_of_nothing() -> None:
    desk = ClockDesk(home(), quality=UNKNOWN)
    first = press(desk)
    desk.synchronise()
    assert desk.table[first.alarm_id].clock_offset_s == 0.0


def test_a_correction_of_a_clock_that_the_network_keeps_is_no_offset() -> None:
    desk = cold()
    first = press(desk)
    desk.synchronise()
    offset = desk.table[first.alarm_id].clock_offset_s
    second = press(desk)
    desk.set(desk.at + timedelta(minutes=5))
    assert desk.table[first.alarm_id].clock_offset_s == offset
    assert desk.table[second.alarm_id].clock_offset_s is None


def test_of_an_earlier_boot_nobody_knows_the_true_time() -> None:
    desk = cold()
    first = press(desk)
    desk.reboot(shows=YEAR_70, quality=UNKNOWN)
    second = press(desk)
    desk.synchronise()
    assert desk.table[first.alarm_id].clock_offset_s is None
    assert desk.table[second.alarm_id].clock_offset_s is not None


def test_a_restart_of_the_service_in_the_same_boot_forgets_nothing() -> None:
    desk = cold()
    first, true = press(desk), desk.true - timedelta(seconds=11)
    desk.restart(seconds=3)
    desk.synchronise()
    assert raised_at(desk.table[first.alarm_id]) == true


def test_a_clock_that_is_set_again_and_again_is_followed_so_far_and_no_further() -> None:
    desk = cold()
    early = press(desk)
    for _ in range(SETS_MAX):
        desk.set(desk.at + timedelta(hours=1))
    late, true = press(desk), desk.true - timedelta(seconds=11)
    desk.synchronise()
    assert raised_at(desk.table[late.alarm_id]) == true
    assert desk.table[early.alarm_id].clock_offset_s is None, "rather none than a wrong one"
    assert desk.state.clock is not None
    assert len(desk.state.clock.sets) == SETS_MAX


def test_times_in_holdover_were_not_unknown() -> None:
    desk = ClockDesk(home(), quality=HOLDOVER)
    first = press(desk)
    desk.synchronise()
    assert desk.table[first.alarm_id].clock_offset_s is None


@pytest.mark.parametrize("by", [-YEARS_30, timedelta(days=365), timedelta(hours=1)])
@pytest.mark.parametrize("quality", list(ClockQuality))
def test_a_deadline_is_as_far_away_after_a_step_as_before(
    by: timedelta, quality: ClockQuality
) -> None:
    desk = ClockDesk(home())
    desk.tell(BedLeft(device_id="bed"), at=EVENING + timedelta(hours=2))
    desk.wait(minutes=19)
    desk.set(desk.at + by, quality)
    assert desk.sent == [], "not early"
    desk.wait(seconds=59)
    assert desk.sent == []
    desk.wait(seconds=1)
    assert [alarm.kind for alarm in desk.sent] == ["night-wandering"]
    desk.set(desk.at - by, quality)
    desk.wait(hours=1)
    assert len(desk.kinds()) == 1, "and not twice"


@pytest.mark.parametrize(
    ("shows", "before", "after"),
    [
        (YEAR_70, ClockQuality.SYNCHRONISED, UNKNOWN),
        (EVENING - timedelta(days=1), ClockQuality.SYNCHRONISED, UNKNOWN),
        (EVENING + YEARS_30, UNKNOWN, ClockQuality.SYNCHRONISED),
        (EVENING + timedelta(days=9), UNKNOWN, HOLDOVER),
        (EVENING + timedelta(days=9), HOLDOVER, UNKNOWN),
    ],
)
def test_a_deadline_is_as_far_away_after_a_start_that_cannot_tell_how_long_it_was_off(
    shows: datetime, before: ClockQuality, after: ClockQuality
) -> None:
    desk = ClockDesk(home())
    desk.becomes(before)
    desk.tell(BedLeft(device_id="bed"), at=EVENING + timedelta(hours=2))
    desk.wait(minutes=19)
    desk.reboot(shows=shows, quality=after)
    assert desk.sent == []
    desk.wait(seconds=59)
    assert desk.sent == []
    desk.wait(seconds=1)
    assert [alarm.kind for alarm in desk.sent] == ["night-wandering"]


def test_two_cold_starts_after_one_another_move_a_deadline_once_each() -> None:
    desk = ClockDesk(home())
    desk.tell(BedLeft(device_id="bed"), at=EVENING + timedelta(hours=2))
    desk.wait(minutes=10)
    desk.reboot(shows=YEAR_70, quality=UNKNOWN)
    desk.wait(minutes=5)
    desk.reboot(shows=YEAR_70, quality=UNKNOWN)
    desk.wait(minutes=4)
    assert desk.sent == []
    desk.wait(minutes=1)
    assert [alarm.kind for alarm in desk.sent] == ["night-wandering"]


def test_a_start_that_knows_how_long_it_was_off_lets_happen_what_is_due() -> None:
    desk = ClockDesk(home())
    desk.tell(BedLeft(device_id="bed"), at=EVENING + timedelta(hours=2))
    desk.reboot(shows=desk.at + timedelta(hours=1), quality=HOLDOVER)
    assert [alarm.kind for alarm in desk.sent] == ["night-wandering"]


def test_no_sensor_is_silent_because_the_clock_was_set() -> None:
    desk = cold()
    desk.tell(DeviceSeen(device_id="bed"))
    desk.synchronise()
    desk.set(desk.at - YEARS_30, UNKNOWN)
    desk.reboot(shows=YEAR_70, quality=UNKNOWN)
    desk.synchronise()
    desk.wait(minutes=1)
    assert not any(health.silent for health in desk.state.supervised.devices.values())
    due = next_deadline(desk.home, desk.state)
    assert due is not None
    assert due[1] - desk.at < timedelta(days=1), "and all of them are still supervised"


def test_the_door_that_was_opened_in_1970_is_an_alarm_at_once() -> None:
    desk = cold()
    desk.tell(DoorOpened(device_id="front-door"))
    assert [alarm.kind for alarm in desk.sent] == ["night-door"]
    assert desk.sent[0].state is AlarmState.RAISED
