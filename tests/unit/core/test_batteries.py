"""How full a battery is and how long it lasts, from what sensors really say of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.batteries import (
    DAYS_MAX,
    NO_BATTERY,
    WEEKS_MAX,
    Battery,
    forecast_days,
    is_new,
    measured,
    percent_of,
)
from heimvakt.core.events import BatteryMeasured
from tests.support.homes import EVENING, stamp

DAY = timedelta(days=1)


def says(
    at: datetime, percent: float | None = None, volts: float | None = None, *, low: bool = False
) -> BatteryMeasured:
    return BatteryMeasured(
        stamp=stamp(at=at), device_id="it", percent=percent, volts=volts, low=low
    )


def used(
    days: int, a_day: float, *, begin: float = 100.0, step: float = 0.5, after: Battery = NO_BATTERY
) -> Battery:
    """A battery that loses so much a day, and is told when it has lost a step."""
    told: float | None = None
    for day in range(days + 1):
        now = round((begin - day * a_day) / step) * step
        if now != told:
            after = measured(after, says(EVENING + day * DAY, now))
            told = now
    return after


@pytest.mark.parametrize("a_day", [0.2, 0.5, 1.0, 2.0])
def test_a_steady_battery_is_foreseen_to_within_a_tenth(a_day: float) -> None:
    days = int(60 / a_day)
    left = forecast_days(used(days, a_day), EVENING + days * DAY)
    assert left == pytest.approx(40 / a_day, rel=0.1, abs=3)


@pytest.mark.parametrize("step", [5.0, 10.0])
def test_a_coarse_sensor_is_foreseen_less_well(step: float) -> None:
    left = forecast_days(used(120, 0.5, step=step), EVENING + 120 * DAY)
    assert left == pytest.approx(80, rel=0.35)


def test_without_enough_weeks_or_without_a_loss_there_is_no_forecast() -> None:
    assert forecast_days(NO_BATTERY, EVENING) is None
    assert forecast_days(used(20, 1.0), EVENING + 20 * DAY) is None
    full = measured(NO_BATTERY, says(EVENING, 100.0))
    assert forecast_days(full, EVENING + 200 * DAY) is None
    assert forecast_days(used(200, 0.01), EVENING + 200 * DAY) is None


def test_what_is_not_told_for_weeks_is_as_it_was() -> None:
    battery = used(60, 1.0)
    sure = forecast_days(battery, EVENING + 60 * DAY)
    later = forecast_days(battery, EVENING + 90 * DAY)
    assert sure is not None
    assert later is not None
    assert later > sure - 30


@given(
    st.integers(1, 80),
    st.integers(1, 6),
    st.floats(1, 60),
    st.sampled_from([0.3, 0.8]),
)
def test_a_dip_that_is_shorter_than_a_week_changes_nothing(
    day: int, lasting: int, deep: float, a_day: float
) -> None:
    plain = dipped = NO_BATTERY
    for n in range(90):
        at, level = EVENING + n * DAY, 100 - n * a_day
        plain = measured(plain, says(at, level))
        cold = day <= n < day + lasting
        dipped = measured(dipped, says(at, max(level - deep, 0.0) if cold else level))
    at = EVENING + 89 * DAY
    if not day <= 89 < day + lasting:
        plain_days, dipped_days = forecast_days(plain, at), forecast_days(dipped, at)
        assert dipped_days == pytest.approx(plain_days, rel=0.1)


def test_a_new_battery_begins_anew_and_a_warm_morning_does_not() -> None:
    old = used(180, 0.5)
    assert is_new(old, 100.0)
    new = measured(old, says(EVENING + 181 * DAY, 100.0))
    assert (new.best, new.percent) == ((100.0,), 100.0)
    cold = measured(used(30, 0.1), says(EVENING + 31 * DAY, 40.0))
    assert not is_new(cold, 97.0)
    warm = measured(cold, says(EVENING + 32 * DAY, 97.0))
    assert (warm.best[0], warm.best[-1]) == (100.0, 97.0)


@pytest.mark.parametrize(
    ("volts", "percent"),
    [(3.2, 100.0), (3.0, 100.0), (2.9, 42.0), (2.8, 30.0), (2.55, 12.0), (2.1, 0.0), (1.4, 0.0)],
)
def test_volts_of_a_cell_of_three_volts_are_percent(volts: float, percent: float) -> None:
    assert percent_of(says(EVENING, volts=volts)) == pytest.approx(percent)


@pytest.mark.parametrize("volts", [4.5, 6.0, 9.0, 0.0, -1.0])
def test_volts_of_another_battery_mean_nothing(volts: float) -> None:
    battery = measured(NO_BATTERY, says(EVENING, volts=volts, low=True))
    assert (battery.percent, battery.best, battery.low) == (None, (), True)


def test_what_was_told_while_nobody_knew_the_day_is_no_part_of_the_curve() -> None:
    battery = measured(NO_BATTERY, says(EVENING, 80.0), clock_known=False)
    assert (battery.percent, battery.best) == (80.0, ())


def test_a_clock_that_was_set_back_opens_no_old_weeks_again() -> None:
    battery = used(70, 0.5)
    back = measured(battery, says(EVENING, 60.0))
    again = measured(back, says(EVENING + 70 * DAY, 59.0))
    assert len(again.best) == len(battery.best)


ANY_TOLD = st.lists(
    st.tuples(
        st.integers(-1000, 1000),
        st.none() | st.floats(-1e3, 1e3),
        st.none() | st.floats(-10, 10),
        st.booleans(),
    ),
    max_size=60,
)


@given(ANY_TOLD, st.integers(-1000, 2000))
def test_whatever_is_told_and_however_the_clock_goes_little_is_kept_and_a_forecast_is_possible(
    told: list[tuple[int, float | None, float | None, bool]], asked: int
) -> None:
    battery = NO_BATTERY
    for day, percent, volts, low in told:
        battery = measured(battery, says(EVENING + day * DAY, percent, volts, low=low))
        assert battery.percent is None or 0 <= battery.percent <= 100
        assert len(battery.best) <= WEEKS_MAX
    days = forecast_days(battery, EVENING + asked * DAY)
    assert days is None or 0 <= days <= DAYS_MAX


@given(st.floats(0.2, 2.0), st.floats(0.2, 2.0))
def test_what_is_used_up_faster_lasts_less_long(one: float, other: float) -> None:
    slow, fast = sorted((one, other))
    at = EVENING + 45 * DAY
    slow_days = forecast_days(used(45, slow, step=0.01), at)
    fast_days = forecast_days(used(45, fast, step=0.01), at)
    assert slow_days is not None
    assert fast_days is not None
    assert fast_days <= slow_days + 0.5
