"""What was happens again: to the letter as it was, or with other alarms under other rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Home
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmDelivered,
    BedLeft,
    ButtonPressed,
    ClockQuality,
    DeviceSeen,
    DoorOpened,
    MotionDetected,
)
from heimvakt.replay.again import CENTRE, Again
from heimvakt.replay.difference import SAME_WITHIN, difference
from tests.support.clock_desk import ClockDesk
from tests.support.homes import Desk, home, oslo

ALLOWED = {
    "button": ("button", {}),
    "night-door": ("night-door", {"doors": ("front-door",), "between": "22:00-23:00"}),
}


def lived() -> Desk:
    """An evening with a door at a quarter to eleven, a night with a door at two, and a press."""
    desk = Desk(home())
    desk.tell(DoorOpened(device_id="front-door"), at=oslo("22:45"))
    desk.tell(BedLeft(device_id="bed"), at=oslo("1:50"))
    desk.tell(MotionDetected(device_id="hall"), at=oslo("1:52"))
    desk.tell(DoorOpened(device_id="front-door"), at=oslo("2:00"))
    desk.tell(AlarmDelivered(alarm_id=desk.sent[-1].alarm_id, receiver="centre", revision=0))
    desk.tell(AlarmAcknowledged(alarm_id=desk.sent[-1].alarm_id, receiver="centre", by="anna"))
    desk.restart(hours=1)
    desk.tell(ButtonPressed(device_id="pendant"))
    desk.wait(hours=6)
    return desk


def raised(desk: Desk) -> dict[str, Alarm]:
    return {i: alarm for i, alarm in desk.table.items() if alarm.was_raised}


def anew(where: Home, desk: Desk) -> Again:
    again = Again(where)
    for _ in again.anew(desk.journal):
        pass
    return again


def test_a_journal_gives_the_alarms_that_were_raised_live_to_the_letter() -> None:
    desk = lived()
    again = Again(desk.home)
    for _ in again.as_it_was(desk.journal):
        pass
    assert again.alarms == raised(desk)
    assert again.state == desk.state
    assert again.events == len(desk.journal)


def test_under_the_same_rules_the_same_is_found_anew() -> None:
    desk = lived()
    again = anew(desk.home, desk)
    found = [(a.kind, a.began_at, a.device_id) for a in again.alarms.values()]
    assert found == [(a.kind, a.began_at, a.device_id) for a in raised(desk).values()]


def test_every_alarm_is_received_and_accepted_so_that_none_goes_on_along_its_chain() -> None:
    for alarm in anew(home(), lived()).alarms.values():
        assert alarm.delivered_at is not None
        assert alarm.accepted_by == CENTRE
        assert [told.receiver for told in alarm.told] == ["centre"]


def test_what_was_due_while_the_box_was_off_comes_at_its_start_as_it_did() -> None:
    desk = Desk(home())
    desk.tell(BedLeft(device_id="bed"), at=oslo("1:50"))
    desk.restart(hours=3)
    (live,) = (a for a in raised(desk).values() if a.kind == "night-wandering")
    (again,) = (a for a in anew(desk.home, desk).alarms.values() if a.kind == "night-wandering")
    assert again.raised_at == live.raised_at == oslo("4:50")
    assert again.text == live.text


def test_a_clock_that_is_set_forward_makes_nobody_silent() -> None:
    desk = ClockDesk(home(), shows=oslo("1:00"), true=oslo("7:00"), quality=ClockQuality.UNKNOWN)
    for device_id in desk.home.devices:
        desk.tell(DeviceSeen(device_id=device_id))
    desk.synchronise()
    desk.wait(minutes=5)
    assert "device-silent" not in {alarm.kind for alarm in raised(desk).values()}
    assert "device-silent" not in {a.kind for a in anew(desk.home, desk).alarms.values()}


def test_under_other_rules_other_deadlines_and_alarms_come_of_it() -> None:
    desk = lived()
    before, after = anew(home(), desk), anew(home(rules=ALLOWED), desk)
    changes = {c.rule_id: c for c in difference(before.alarms.values(), after.alarms.values())}
    assert len(changes["night-door"].before) > len(changes["night-door"].after)
    assert changes["night-door"].gone
    assert not changes["button"].gone
    assert not changes["button"].new
    assert all(not c.after for c in changes.values() if c.rule_id == "night-wandering")


def test_a_time_that_passed_without_events_has_its_deadlines() -> None:
    desk = Desk(home())
    desk.tell(MotionDetected(device_id="hall"))
    desk.wait(days=3)
    desk.tell(MotionDetected(device_id="hall"))
    again = anew(desk.home, desk)
    silent = [a for a in again.alarms.values() if a.kind == "device-silent"]
    assert [a.raised_at for a in silent if a.device_id == "hall"] == [
        a.raised_at for a in raised(desk).values() if a.device_id == "hall"
    ]
    assert silent


def test_an_event_of_a_device_that_the_home_does_not_have_is_counted() -> None:
    again = anew(home({}, {}), lived())
    assert again.left_out == {"front-door": 2, "bed": 1, "hall": 1, "pendant": 1}


def test_the_same_alarm_sooner_or_later_is_the_same_and_each_is_the_same_as_one() -> None:
    (alarm, *_) = raised(lived()).values()
    near = _moved(alarm, SAME_WITHIN / 2)
    far = _moved(alarm, SAME_WITHIN * 2)
    (change,) = difference([alarm, _moved(alarm, timedelta(minutes=1))], [near, far])
    assert [a.began_at for a in change.gone] == [alarm.began_at]
    assert [a.began_at for a in change.new] == [far.began_at]


def _moved(alarm: Alarm, by: timedelta) -> Alarm:
    return replace(alarm, began_at=alarm.began_at + by)
