"""Which broker is next: each is tried before a pause, and the first is where one belongs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.uplinks.backoff import Failure
from heimvakt.uplinks.tour import Tour

AWAY, UNWELCOME = Failure.AWAY, Failure.UNWELCOME


def test_each_is_tried_before_there_is_a_pause() -> None:
    tour = Tour(3)
    for place in (0, 1):
        assert tour.place == place
        tour.failed(AWAY)
        assert tour.take_over() is None
    tour.failed(AWAY)
    assert tour.take_over() is AWAY
    assert tour.take_over() is None
    assert tour.place == 0


def test_after_a_fail_over_the_first_is_next_when_this_connection_ends() -> None:
    tour = Tour(3)
    tour.failed(AWAY)
    assert tour.place == 1
    tour.ended(AWAY, elsewhere=False, stood=True)
    assert tour.place == 0


def test_one_that_was_only_cut_is_tried_again_and_then_the_next() -> None:
    tour = Tour(2)
    tour.ended(AWAY, elsewhere=False, stood=False)
    assert tour.place == 0
    tour.ended(AWAY, elsewhere=False, stood=False)
    assert tour.place == 1


def test_one_that_does_not_want_us_is_left_at_once() -> None:
    for stood in (True, False):
        tour = Tour(2)
        tour.ended(UNWELCOME, elsewhere=True, stood=stood)
        assert tour.place == 1


def test_as_long_as_one_is_only_away_its_return_is_looked_for_often() -> None:
    tour = Tour(2)
    tour.failed(UNWELCOME)
    tour.failed(AWAY)
    assert tour.take_over() is AWAY
    tour.failed(UNWELCOME)
    tour.failed(UNWELCOME)
    assert tour.take_over() is UNWELCOME


@given(
    st.integers(1, 8),
    st.lists(st.tuples(st.booleans(), st.sampled_from(Failure), st.booleans(), st.booleans())),
)
def test_whatever_happens_a_pause_comes_in_time_and_the_place_exists(
    count: int, steps: list[tuple[bool, Failure, bool, bool]]
) -> None:
    tour, without = Tour(count), 0
    for connected, failure, elsewhere, stood in steps:
        if connected:
            tour.ended(failure, elsewhere=elsewhere, stood=stood)
        else:
            tour.failed(failure)
        assert 0 <= tour.place < count
        without = 0 if tour.take_over() else without + 1
        assert without < count
