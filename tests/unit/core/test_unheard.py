"""A connection that confirms what nobody answers is left, at growing intervals."""

from __future__ import annotations

from itertools import pairwise

from heimvakt.core.unheard import FIRST_S, MOST_S, SAYS_SO, SAYS_SO_MOST_S, Unheard


def leaves(until: float) -> list[float]:
    """When a connection is left on which an alarm is told every 30 s and never answered."""
    unheard, times, now = Unheard(), [], 0.0
    while now < until:
        if unheard.confirmed("broadband", now):
            times.append(now)
            now += 1.0  # on the next connection it is told at once
        else:
            now += 30.0
    return times


def test_after_the_second_telling_and_then_ever_more_seldom() -> None:
    times = leaves(4 * 3_600.0)
    assert times[0] == 30.0
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == sorted(gaps)
    assert MOST_S <= gaps[-1] <= MOST_S + 30.0


def test_whatever_the_receiver_says_it_is_there() -> None:
    unheard = Unheard()
    assert not unheard.confirmed("broadband", 0.0)
    unheard.heard()
    assert not unheard.confirmed("broadband", FIRST_S)
    assert unheard.confirmed("broadband", 2 * FIRST_S)


def test_a_far_end_that_says_that_nobody_hears_is_left_sooner() -> None:
    unheard, soon_s = Unheard(), FIRST_S / SAYS_SO
    assert not unheard.confirmed("broadband", 0.0, to_nobody=True)
    assert not unheard.confirmed("broadband", 0.9 * soon_s, to_nobody=True)
    assert unheard.confirmed("broadband", soon_s, to_nobody=True)
    assert not unheard.confirmed("broadband", 10.0, to_nobody=True)
    assert not unheard.confirmed("broadband", 10.0 + 1.9 * soon_s, to_nobody=True)
    assert unheard.confirmed("broadband", 10.0 + 2.0 * soon_s, to_nobody=True)


def test_one_that_says_so_is_left_again_and_again_and_never_much_later() -> None:
    unheard, now = Unheard(), 0.0
    for _ in range(20):
        assert not unheard.confirmed("broadband", now, to_nobody=True)
        now += SAYS_SO_MOST_S
        assert unheard.confirmed("broadband", now, to_nobody=True)


def test_each_connection_is_judged_by_itself() -> None:
    unheard = Unheard()
    unheard.confirmed("broadband", 0.0)
    unheard.confirmed("mobile", 20.0)
    unheard.lost("broadband")
    assert not unheard.confirmed("broadband", FIRST_S)
    assert not unheard.confirmed("mobile", FIRST_S)
    assert unheard.confirmed("mobile", 20.0 + FIRST_S)
