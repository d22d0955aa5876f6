"""Whoever tries codes gets few of them, however patient he is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.serial.locks.guesses import KEPT, LIMITS, Guesses, ignores, wrong

SOON = LIMITS[-1]
DAY_S = 86_400.0


def tried(*at: float) -> Guesses:
    """Wrong codes at these times, where any is looked at."""
    guesses = Guesses()
    for each in at:
        if not ignores(guesses, each):
            guesses, _ = wrong(guesses, each)
    return guesses


def test_a_hand_that_slips_is_no_guess() -> None:
    guesses = tried(*(float(n) for n in range(SOON.wrong - 1)))
    assert not ignores(guesses, 10.0)


def test_some_wrong_codes_in_a_row_and_none_is_taken_for_a_while() -> None:
    guesses, limit = wrong(tried(0.0, 1.0, 2.0, 3.0), 4.0)
    assert limit is SOON
    assert ignores(guesses, 4.0)
    assert ignores(guesses, 4.0 + SOON.ignored_s - 0.1)
    assert not ignores(guesses, 4.0 + SOON.ignored_s)


def test_afterwards_a_hand_may_slip_again() -> None:
    guesses = tried(0.0, 1.0, 2.0, 3.0, 4.0)
    _, limit = wrong(guesses, 4.0 + SOON.ignored_s)
    assert limit is None


@given(every_s=st.floats(0.5, 4_000.0))
def test_whoever_is_patient_gets_few_codes_in_a_day(every_s: float) -> None:
    guesses, looked_at, at, days = Guesses(), 0, 0.0, 3
    while at < days * DAY_S:
        if ignores(guesses, at):
            at = max(guesses.ignored_until, at + every_s)
            continue
        guesses, _ = wrong(guesses, at)
        looked_at += 1
        at += every_s
    assert looked_at <= 45 + (days - 1) * 25
    assert len(guesses.wrong_at) <= KEPT
