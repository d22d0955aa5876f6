"""The verdict over a channel: late, never fluttering, and the same however often it is measured."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.zigbee.radio.interference import (
    FULL_PERCENT,
    LASTING_S,
    QUIET_PERCENT,
    Air,
    measured,
)

HALF_HOUR = 1800.0
percents = st.floats(0, 100)


def verdicts(
    values: list[float], every_s: float = HALF_HOUR, air: Air | None = None
) -> list[tuple[float, bool]]:
    """When each verdict fell, and what it was."""
    air = air or Air(channel=15)
    told = []
    for number, percent in enumerate(values):
        at = number * every_s
        air, verdict = measured(air, percent, at)
        if verdict is not None:
            told.append((at, verdict))
    return told


@pytest.mark.parametrize(("percent", "full"), [(90.0, True), (10.0, False)])
def test_the_first_verdict_falls_after_two_hours_either_way(percent: float, full: bool) -> None:
    assert verdicts([percent] * 20) == [(LASTING_S, full)]


def test_between_the_limits_there_is_none() -> None:
    assert verdicts([50.0] * 100) == []


def test_one_loud_evening_is_told_and_the_next_morning_too() -> None:
    told = verdicts([10.0] * 10 + [95.0] * 10 + [10.0] * 20)
    assert [full for _, full in told] == [False, True, False]


def test_a_microwave_oven_is_not_told() -> None:
    assert verdicts(([5.0] * 4 + [100.0]) * 20) == [(LASTING_S, False)]


@given(st.lists(percents, max_size=200))
def test_verdicts_alternate_and_two_hours_lie_between_them(values: list[float]) -> None:
    told = verdicts(values)
    for (before, one), (after, other) in itertools.pairwise(told):
        assert one is not other
        assert after - before >= LASTING_S


@given(st.lists(st.floats(0, FULL_PERCENT), max_size=100))
def test_what_is_never_above_the_limit_is_never_full(values: list[float]) -> None:
    assert all(not full for _, full in verdicts(values))


@given(st.lists(st.floats(QUIET_PERCENT, 100), max_size=100))
def test_what_is_never_below_the_limit_is_never_quiet(values: list[float]) -> None:
    assert all(full for _, full in verdicts(values))


@given(st.lists(percents, min_size=1, max_size=100), st.floats(1, 7200))
def test_what_is_known_stays_within_what_was_measured(values: list[float], every_s: float) -> None:
    air = Air(channel=15)
    for number, percent in enumerate(values):
        air, _ = measured(air, percent, number * every_s)
    assert air.percent is not None
    assert min(values) - 1e-6 <= air.percent <= max(values) + 1e-6


@given(st.lists(percents, max_size=20), st.sampled_from([60.0, 600.0, 1800.0, 3600.0]))
def test_a_channel_that_stays_full_is_told_within_six_hours_however_it_was_before(
    before: list[float], every_s: float
) -> None:
    rest = [100.0] * int(6 * 3600 / every_s + 1)
    air = Air(channel=15)
    for number, percent in enumerate(before + rest):
        air, _ = measured(air, percent, number * every_s)
    assert air.full is True
