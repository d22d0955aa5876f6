"""Whoever is reached hears each minute, and a path that costs beats seldom for all others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.path_home import CENTRE, FIRST, SECOND, Home, settled

THIRD = replace(SECOND, name="satellite", interface="sat0")
OTHER = "other"
"""Nobody is connected to it but where a test says so."""


@pytest.fixture
def home() -> Home:
    return settled()


@pytest.mark.parametrize(("lost", "every_s"), [("", 900.0), ("broadband", 60.0), ("mobile", 60.0)])
def test_the_second_path_beats_seldom_unless_it_is_alone_or_in_trouble(
    home: Home, lost: str, every_s: float
) -> None:
    if lost:
        home.cut(lost)
    assert home.every_s("mobile") == every_s
    assert home.every_s("broadband") == 60.0


def test_a_heartbeat_that_is_set_shorter_is_never_made_longer() -> None:
    home = Home(replace(FIRST, heartbeat=timedelta(seconds=10)), SECOND)
    assert home.every_s("broadband") == 10.0


def test_whom_the_second_path_alone_reaches_hears_on_it_as_often_as_others_on_the_first(
    home: Home,
) -> None:
    home.paths.session("mobile", OTHER, True, home.now)
    assert home.every_s("mobile", OTHER) == 60.0
    assert (home.every_s("broadband"), home.every_s("mobile")) == (60.0, 900.0)
    home.paths.session("broadband", OTHER, True, home.now)
    home.paths.unconfirmed("broadband", OTHER, home.now)
    assert home.every_s("mobile", OTHER) == 60.0, "it stands, and nothing gets through"


def test_the_second_path_is_slow_again_when_the_first_was_good_for_a_minute(home: Home) -> None:
    for name in home.names:
        home.paths.session(name, OTHER, True, home.now)
    assert home.every_s("mobile", OTHER) == 900.0
    for _ in range(20):
        home.paths.session("broadband", OTHER, False, home.now)
        home.wait(20)
        assert home.every_s("mobile", OTHER) == 60.0
        home.paths.session("broadband", OTHER, True, home.now)
        home.wait(20)
        assert home.every_s("mobile", OTHER) == 60.0, "a path that flaps tells nobody reliably"
    home.wait(40)
    assert home.every_s("mobile", OTHER) == 900.0


def test_a_receiver_to_whom_nothing_gets_through_is_tried_as_often_on_each_path(home: Home) -> None:
    for name in home.names:
        home.paths.session(name, OTHER, True, home.now)
        home.paths.unconfirmed(name, OTHER, home.now)
    assert [home.every_s(name, OTHER) for name in home.names] == [60.0, 60.0]
    assert home.every_s("mobile") == 900.0


def test_of_two_that_are_left_one_takes_the_place_of_the_first() -> None:
    home = Home(FIRST, SECOND, THIRD)
    home.connect()
    home.wait(600)
    home.cut("broadband")
    assert [home.every_s(name) for name in ("mobile", "satellite")] == [60.0, 900.0]
    home.paths.unconfirmed("mobile", CENTRE, home.now)
    assert home.every_s("satellite") == 60.0


def test_a_first_path_that_is_set_slower_is_quick_only_for_whom_no_other_reaches() -> None:
    home = Home(replace(FIRST, heartbeat=timedelta(minutes=5)), SECOND)
    home.connect()
    home.wait(1200)
    home.paths.session("broadband", OTHER, True, home.now)
    assert (home.every_s("broadband"), home.every_s("broadband", OTHER)) == (300.0, 60.0)


FACTS = st.tuples(
    st.sampled_from(["broadband", "mobile", "satellite"]),
    st.sampled_from(["stands", "ends", "unconfirmed", "confirmed"]),
    st.integers(0, 20),
)


@given(st.lists(FACTS, min_size=1, max_size=40))
@settings(max_examples=60)
def test_whoever_is_reached_hears_each_minute_and_costs_the_others_nothing(
    facts: list[tuple[str, str, int]],
) -> None:
    """Whatever becomes of the sessions of one receiver, the other's stand all the time."""
    home = Home(FIRST, SECOND, THIRD, tick_s=5.0)
    home.connect()
    home.wait(600)
    for name, fact, ticks in facts:
        match fact:
            case "unconfirmed":
                home.paths.unconfirmed(name, OTHER, home.now)
            case "confirmed":
                home.paths.confirmed(name, OTHER, home.now)
            case _:
                home.paths.session(name, OTHER, fact == "stands", home.now)
        for _ in range(2):
            reached = [path for path, who in home.paths.carrying() if who == OTHER]
            assert not reached or min(home.every_s(path, OTHER) for path in reached) <= 60.0
            assert [home.every_s(path) for path in home.names] == [60.0, 900.0, 900.0]
            home.wait(5 * ticks)
