"""Which path is good is known at once; that one is lost or back is said when it has lasted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.events import PathBack, PathLost
from tests.support.path_home import CENTRE, Home, settled

DAY_S = 24 * 3600.0


@pytest.fixture
def home() -> Home:
    return settled()


def test_the_first_path_is_used_first_and_the_next_at_once_when_it_is_cut(home: Home) -> None:
    assert home.paths.order(CENTRE, home.now) == ("broadband", "mobile")
    home.cut("broadband")
    assert home.paths.order(CENTRE, home.now) == ("mobile", "broadband")
    assert home.paths.good() == ("mobile",)


def test_an_alarm_that_is_not_confirmed_in_its_time_turns_the_order_at_once(home: Home) -> None:
    home.paths.unconfirmed("broadband", CENTRE, home.now)
    assert home.paths.order(CENTRE, home.now) == ("mobile", "broadband")


def test_an_interface_that_goes_down_counts_before_its_session_is_noticed(home: Home) -> None:
    home.paths.link("broadband", False, home.now)
    assert home.paths.good() == ("mobile",)
    assert home.paths.is_link_down("broadband")


def test_the_first_path_is_preferred_again_when_it_was_good_for_a_minute(home: Home) -> None:
    home.cut("broadband")
    home.wait(5)
    home.connect("broadband")
    home.wait(59)
    assert home.paths.order(CENTRE, home.now) == ("mobile", "broadband")
    home.wait(1)
    assert home.paths.order(CENTRE, home.now) == ("broadband", "mobile")


def test_a_path_without_a_minute_behind_it_is_still_better_than_none(home: Home) -> None:
    home.cut()
    home.wait(5)
    home.connect("broadband")
    assert home.paths.order(CENTRE, home.now) == ("broadband", "mobile")


def test_a_path_that_one_receiver_cannot_use_is_good_for_another(home: Home) -> None:
    home.paths.session("broadband", "other", True, home.now)
    home.paths.unconfirmed("broadband", CENTRE, home.now)
    assert home.paths.order(CENTRE, home.now) == ("mobile", "broadband")
    assert home.paths.order("other", home.now) == ("broadband", "mobile")
    assert home.paths.good() == ("broadband", "mobile")
    for _ in range(5):
        home.paths.beat("broadband", CENTRE, home.now, confirmed=False)
    assert home.paths.changes(home.now) == []


def test_a_first_path_that_stays_away_is_lost_after_its_time_and_told_once(home: Home) -> None:
    home.cut("broadband")
    cut_at = home.now
    home.wait(DAY_S / 4)
    ((at, event),) = home.said
    assert event == PathLost(path="broadband", reason="no receiver is reached over it", for_s=90.0)
    assert at - cut_at == 90
    assert home.paths.lost() == ("broadband",)


def test_the_second_path_has_more_time_while_the_first_is_good(home: Home) -> None:
    home.cut("mobile")
    cut_at = home.now
    home.wait(3600)
    assert [at - cut_at for at, _ in home.said] == [15 * 60]


def test_the_last_path_is_watched_as_closely_as_the_first(home: Home) -> None:
    home.cut("broadband")
    home.wait(300)
    home.said.clear()
    home.cut("mobile")
    cut_at = home.now
    home.wait(3600)
    assert [(at - cut_at, event.path) for at, event in home.said] == [(90, "mobile")]


def test_two_heartbeats_that_are_not_confirmed_are_a_loss(home: Home) -> None:
    home.paths.beat("mobile", CENTRE, home.now, confirmed=False)
    assert home.paths.changes(home.now) == []
    home.paths.beat("mobile", CENTRE, home.now + 30, confirmed=False)
    lost = PathLost(path="mobile", reason="what is sent on it is not confirmed", for_s=30.0)
    assert home.paths.changes(home.now + 30) == [lost]


def test_what_stands_again_after_two_missed_heartbeats_is_believed_with_the_next(
    home: Home,
) -> None:
    """As where short packets get through, and what an alarm takes does not."""
    for _ in range(2):
        home.paths.beat("broadband", CENTRE, home.now, confirmed=False)
        home.cut("broadband")
        home.connect("broadband")
    assert home.paths.good() == ("mobile",)
    assert [event.kind for event in home.paths.changes(home.now)] == ["path-lost"]
    home.paths.beat("broadband", CENTRE, home.now, confirmed=True)
    assert home.paths.good() == ("broadband", "mobile")


def test_one_heartbeat_that_is_lost_between_two_is_no_loss(home: Home) -> None:
    for confirmed in (False, True, False, True):
        home.paths.beat("broadband", CENTRE, home.now, confirmed=confirmed)
        assert home.paths.changes(home.now) == []


def test_the_reason_names_the_interface(home: Home) -> None:
    home.paths.link("broadband", False, home.now)
    home.wait(100)
    assert home.said[0][1] == PathLost(
        path="broadband", reason="the interface eth0 is down", for_s=90.0
    )


def test_a_lost_path_is_back_after_three_heartbeats_and_not_before(home: Home) -> None:
    home.cut("mobile")
    home.wait(3600)
    home.said.clear()
    home.connect("mobile")
    back_at = home.now
    home.wait(1200)
    ((at, event),) = home.said
    assert event == PathBack(path="mobile")
    assert 120 <= at - back_at <= 180, "in the pace of a path in trouble, not of each 15 minutes"


def test_a_short_break_is_nothing(home: Home) -> None:
    for _ in range(20):
        home.cut("broadband")
        home.wait(30)
        home.connect("broadband")
        home.wait(300)
    assert home.said == []


def test_a_path_that_flaps_is_lost_once_though_no_break_is_long(home: Home) -> None:
    for _ in range(60):
        home.cut("broadband")
        home.wait(20)
        home.connect("broadband")
        home.wait(20)
    assert home.told() == [("path-lost", "broadband")]
    home.wait(600)
    assert home.told() == [("path-lost", "broadband"), ("path-back", "broadband")]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 300)), min_size=1, max_size=30))
@settings(max_examples=40)
def test_no_sequence_of_breaks_makes_a_storm(steps: list[tuple[bool, int]]) -> None:
    """Up and down in any rhythm: a day has few losses, each is followed by its return at most."""
    home = Home(tick_s=5.0)
    home.connect()
    while home.now < DAY_S / 4:
        for up, ticks in steps:
            (home.connect if up else home.cut)("broadband")
            home.wait(5 * ticks)
    for name in home.names:
        told = [kind for kind, path in home.told() if path == name]
        assert all(one != other for one, other in pairwise(told))
    losses = home.told().count(("path-lost", "broadband"))
    assert losses <= 8 + 12 * home.now / DAY_S


def test_the_worst_rhythm_of_all_makes_few_alarms_in_a_day() -> None:
    """Cut as soon as it is back, again and again."""
    home = Home(tick_s=5.0)
    home.connect()
    while home.now < DAY_S:
        home.wait(5)
        if home.said and home.said[-1][1].kind == "path-back" and home.up["broadband"]:
            home.cut("broadband")
            home.wait(100)
            home.connect("broadband")
    assert 5 <= home.told().count(("path-lost", "broadband")) <= 20


def test_for_how_long_nothing_has_got_through(home: Home) -> None:
    assert home.paths.cut_off_s(home.now) is None
    home.cut("broadband")
    assert home.paths.cut_off_s(home.now) is None
    home.cut("mobile")
    assert home.paths.cut_off_s(home.now + 7) == 7.0
    home.connect("mobile")
    assert home.paths.cut_off_s(home.now) is None


def test_before_the_first_connection_nothing_gets_through() -> None:
    assert Home().paths.cut_off_s(30.0) == 30.0


def test_a_path_that_is_never_good_after_a_start_is_lost() -> None:
    home = Home()
    home.connect("mobile")
    home.wait(91)
    assert home.told() == [("path-lost", "broadband")]


def test_a_receiver_that_answers_no_heartbeat_makes_no_loss_of_another_s_blink(home: Home) -> None:
    home.paths.session("broadband", "other", True, home.now)
    for _ in range(2):
        home.paths.beat("broadband", CENTRE, home.now, confirmed=False)
    home.paths.session("broadband", "other", False, home.now)
    assert home.paths.good() == ("mobile",)
    assert home.paths.changes(home.now) == []


def test_a_connection_that_is_made_anew_is_not_doubted_for_the_old_one(home: Home) -> None:
    home.paths.unconfirmed("broadband", CENTRE, home.now)
    home.cut("broadband")
    home.connect("broadband")
    assert home.paths.good() == ("broadband", "mobile")


def test_a_path_that_was_never_proven_has_not_been_good() -> None:
    home = Home()
    home.paths.session("broadband", CENTRE, True, 0.0)
    home.wait(120)
    assert home.told() == [], "it stands, and the other has 15 minutes"
    home.paths.session("broadband", CENTRE, False, home.now)
    home.wait(1)
    assert ("path-lost", "broadband") in home.told()


def lose_and_wait_for_the_return(home: Home) -> float:
    """How long a path has to be good to be back after this loss."""
    home.cut("broadband")
    home.wait(100)
    home.connect("broadband")
    began = home.now
    while home.said[-1][1].kind != "path-back":
        home.wait(home.tick_s)
    return home.now - began


def test_what_was_good_for_hours_is_forgiven() -> None:
    home = Home(tick_s=5.0)
    home.connect()
    home.wait(600)
    takes_s = [lose_and_wait_for_the_return(home) for _ in range(6)]
    assert takes_s[-1] > 4 * takes_s[0]
    home.wait(6 * 3600)
    assert lose_and_wait_for_the_return(home) == takes_s[0]
