"""Who is next in a chain, and how long that one waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.chain import (
    AGAIN_AFTER,
    AGAIN_AFTER_MAX,
    Target,
    Told,
    Why,
    is_through,
    place_of,
    together,
    wait_at,
)
from tests.support.homes import EVENING

MINUTE = timedelta(minutes=1)
CENTRE, NEIGHBOUR = Target("centre"), Target("neighbour")
DAUGHTER, SON = Target("daughter", 5 * MINUTE), Target("son", 10 * MINUTE)
CHAIN = (CENTRE, NEIGHBOUR, DAUGHTER, SON)


def told(*names: str) -> list[Told]:
    return [Told(receiver=name, at=EVENING, why=Why.RAISED) for name in names]


def test_those_without_a_time_of_their_own_are_told_together_with_the_one_before() -> None:
    assert together(CHAIN, 0) == (CENTRE, NEIGHBOUR)
    assert together(CHAIN, 2) == (DAUGHTER,)
    assert together(CHAIN, 3) == (SON,)
    assert together((), 0) == ()


def test_each_waits_as_long_as_it_says_and_the_first_for_nobody() -> None:
    assert [wait_at(CHAIN, place) for place in (0, 2, 3)] == [0 * MINUTE, 5 * MINUTE, 10 * MINUTE]


def test_one_that_should_have_been_told_with_the_one_before_does_not_wait() -> None:
    assert wait_at(CHAIN, 1) == timedelta(0)


def test_at_its_end_it_begins_again() -> None:
    assert [is_through(CHAIN, place) for place in range(5)] == [False, False, False, False, True]
    assert together(CHAIN, 4) == (CENTRE, NEIGHBOUR)
    assert wait_at(CHAIN, 6) == 5 * MINUTE
    assert is_through(CHAIN, 8)


def test_each_time_it_waits_longer_before_it_begins_again_up_to_a_limit() -> None:
    waits = [wait_at((CENTRE,), place) / MINUTE for place in (1, 2, 3, 4, 5, 6, 10_000)]
    assert waits == [5, 10, 20, 40, 60, 60, 60]
    assert (AGAIN_AFTER, AGAIN_AFTER_MAX) == (5 * MINUTE, 60 * MINUTE)


def test_it_does_not_begin_again_before_the_last_has_had_its_time() -> None:
    assert wait_at((CENTRE, SON), 2) == 10 * MINUTE
    assert wait_at((CENTRE, Target("son", 120 * MINUTE)), 200) == 120 * MINUTE


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ([], 0),
        (["daughter"], 0),
        (["centre"], 1),
        (["neighbour", "centre"], 2),
        (["centre", "neighbour", "son"], 2),
        (["son", "daughter", "neighbour", "centre", "one who is gone"], 4),
    ],
)
def test_a_chain_that_was_changed_goes_on_behind_those_who_were_told_already(
    names: list[str], place: int
) -> None:
    assert place_of(CHAIN, told(*names)) == place
