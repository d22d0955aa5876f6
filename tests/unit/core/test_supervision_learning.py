"""What a sensor has taught of its ways is when it is missed, and no gap of ours teaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.checkins import WEEKS_MIN, limits_of, silence_limit
from heimvakt.core.devices import Role
from heimvakt.core.engine import step
from heimvakt.core.events import ClockStepped, Event, MainsLost, MainsRestored
from tests.support.homes import Desk, home
from tests.support.supervised import BACK, FED, LOST, MAINS, SEEN, desk

USUAL = timedelta(minutes=20)


def taught(*gaps: timedelta) -> Desk:
    """A desk whose motion sensor has spoken every 20 minutes for weeks, and then so."""
    d = desk()
    for _ in range(int(WEEKS_MIN * timedelta(weeks=1) / USUAL) + 1):
        d.at += USUAL
        d.tell(SEEN)
    for gap in gaps:
        d.wait_until(d.at + gap)
        d.tell(SEEN)
    return d


def limit_of(d: Desk) -> timedelta:
    health = d.state.supervised.devices["hall"]
    return silence_limit(d.home.devices["hall"], health.learned)


def test_a_sensor_that_speaks_often_is_missed_sooner_than_its_role() -> None:
    d = taught()
    assert limit_of(d) == limits_of(Role.MOTION).floor
    d.wait_until(d.at + limit_of(d))
    assert d.kinds() == ["device-silent"]
    assert "usually it does about every 20 min" in d.alarm("device-silent").text.en


def test_a_clock_that_is_set_teaches_nothing() -> None:
    d = taught()
    before = d.state.supervised.devices["hall"].learned
    boot = d.stamp().monotonic
    for by in (timedelta(hours=12), -timedelta(days=400)):
        was, d.at = d.at, d.at + by
        stamp = replace(d.stamp(), monotonic=boot)
        d.state = step(d.home, d.state, ClockStepped(stamp=stamp, before=was, after=d.at)).state
    boot += USUAL.total_seconds()
    seen = replace(SEEN, stamp=replace(d.stamp(), monotonic=boot))
    learned = step(d.home, d.state, seen).state.supervised.devices["hall"].learned
    assert learned.longest_known_s == before.longest_known_s
    assert learned.usual_s == pytest.approx(before.usual_s, rel=0.05)


@pytest.mark.parametrize("what", ["radio", "restart", "mains"])
def test_a_gap_in_which_it_could_not_be_heard_teaches_nothing(what: str) -> None:
    d = taught()
    before = d.state.supervised.devices["hall"].learned
    gone: dict[str, Event] = {"radio": LOST, "mains": MainsLost()}
    back: dict[str, Event] = {"radio": BACK, "mains": MainsRestored()}
    if what == "restart":
        d.restart(home(FED, MAINS), hours=6)
    else:
        d.restart(home(FED, MAINS))
        d.tell(SEEN)
        d.tell(gone[what])
        d.wait(hours=6)
        d.tell(back[what])
    d.tell(SEEN)
    assert d.state.supervised.devices["hall"].learned == before


def test_what_is_heard_while_the_mains_are_lost_teaches_nothing() -> None:
    d = taught()
    before = d.state.supervised.devices["hall"].learned
    d.tell(MainsLost())
    for _ in range(5):
        d.wait(hours=6)
        d.tell(SEEN)
    assert d.state.supervised.devices["hall"].learned == before


def test_what_was_learned_survives_a_restart() -> None:
    d = taught()
    d.restart(minutes=5)
    d.tell(SEEN)
    assert limit_of(d) == limits_of(Role.MOTION).floor


def test_a_sensor_that_came_back_is_given_as_long_the_next_time() -> None:
    d = taught(timedelta(hours=11))
    assert d.kinds() == ["device-silent"]
    d.wait(hours=11)
    d.tell(SEEN)
    assert d.kinds() == ["device-silent"], "once"
