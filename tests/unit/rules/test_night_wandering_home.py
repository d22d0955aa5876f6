"""Night wandering in a home that is stopped and started, and whose clock is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heimvakt.core.calendar import UnknownClock
from heimvakt.core.devices import Home
from heimvakt.core.events import (
    BedLeft,
    ClockQuality,
    DoorOpened,
    Mode,
    ModeChosen,
    MotionDetected,
)
from heimvakt.rules.night_wandering_kind import KIND
from heimvakt.rules.night_wandering_state import Out
from tests.support.clock_desk import ClockDesk
from tests.support.homes import OSLO, Desk, home, oslo
from tests.support.wandering import SETTINGS


def night_rule(taken_as: UnknownClock = UnknownClock.NIGHT) -> Home:
    return home(
        rules={"night-wandering": ("night-wandering", {"out_of": "bed", "signs": ("front-door",)})},
        unknown_clock=taken_as,
    )


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
