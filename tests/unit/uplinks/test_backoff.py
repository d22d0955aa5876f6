"""When to try again: what waits decides, what is urgent ends the pause, and no storm hammers."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.uplink import Waits
from heimvakt.uplinks.backoff import CAPS_S, HURRIED_S, UNWELCOME_S, Backoff, Failure


def after(failures: int, *, waits: Waits, kind: Failure = Failure.AWAY, seed: int = 0) -> float:
    """The pause after so many failures, the last at 0."""
    backoff = Backoff(Random(seed))
    backoff.pressing(waits)
    for _ in range(failures):
        backoff.failed(kind, 0.0)
    return backoff.next_at()


@given(st.integers(1, 10_000), st.integers(), st.sampled_from(Waits))
def test_pauses_grow_to_the_cap_of_what_waits_and_are_spread(
    failures: int, seed: int, waits: Waits
) -> None:
    pause = after(failures, waits=waits, seed=seed)
    ceiling = min(CAPS_S[waits], 0.5 * 2.0 ** min(failures - 1, 10))
    assert ceiling / 2 <= pause <= ceiling


def test_the_first_attempt_is_made_at_once() -> None:
    assert Backoff(Random()).next_at() < 0


def test_a_high_alarm_shortens_a_pause_that_has_begun() -> None:
    backoff = Backoff(Random(1))
    backoff.pressing(Waits.NOTHING)
    for _ in range(9):
        backoff.failed(Failure.AWAY, 100.0)
    assert backoff.next_at() >= 115.0
    backoff.pressing(Waits.HIGH)
    assert backoff.next_at() <= 101.0


@pytest.mark.parametrize("waits", Waits)
def test_who_does_not_want_us_is_not_asked_each_second(waits: Waits) -> None:
    assert after(9, waits=waits, kind=Failure.UNWELCOME) >= UNWELCOME_S / 2


def test_to_hurry_ends_this_pause_and_the_next_one_is_whole() -> None:
    backoff = Backoff(Random(1))
    for _ in range(9):
        backoff.failed(Failure.AWAY, 100.0)
    backoff.hurry()
    assert backoff.next_at() <= 100.0
    backoff.attempt(100.2)
    backoff.failed(Failure.AWAY, 100.3)
    assert backoff.next_at() >= 100.3 + 2.5


def test_to_hurry_during_an_attempt_counts_for_the_pause_after_it() -> None:
    backoff = Backoff(Random(1))
    backoff.attempt(0.0)
    backoff.hurry()
    for _ in range(9):
        backoff.failed(Failure.AWAY, 4.0)
    assert backoff.next_at() == 4.0


def test_a_connection_that_stood_is_looked_for_again_soon() -> None:
    backoff = Backoff(Random(1))
    for _ in range(9):
        backoff.failed(Failure.AWAY, 0.0)
    backoff.stood()
    backoff.failed(Failure.AWAY, 500.0)
    assert backoff.next_at() <= 500.5


@given(st.lists(st.floats(0.0, 0.3), min_size=1, max_size=200), st.integers())
def test_a_storm_of_alarms_makes_one_more_attempt_a_second(gaps: list[float], seed: int) -> None:
    backoff = Backoff(Random(seed))
    for _ in range(9):
        backoff.failed(Failure.AWAY, 0.0)
    now, attempts = 0.0, []
    for gap in gaps:
        now += gap
        backoff.hurry()
        if backoff.next_at() <= now:
            backoff.attempt(now)
            attempts.append(now)
            backoff.failed(Failure.AWAY, now)
    early = [b - a for a, b in pairwise(attempts)]
    assert all(gap >= HURRIED_S for gap in early)
