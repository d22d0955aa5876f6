"""What a device teaches of its check-ins, and how long it may therefore say nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.checkins import (
    HOUR_S,
    NOTHING_LEARNED,
    WEEK_S,
    WEEKS_MAX,
    WEEKS_MIN,
    CheckIns,
    learn,
    limits_of,
    silence_limit,
)
from heimvakt.core.devices import Device, Role

MINUTE_S = 60.0


def device(role: Role = Role.DOOR, silent_after: timedelta | None = None) -> Device:
    return Device(
        device_id="it", role=role, driver="zigbee", address="1", silent_after=silent_after
    )


def taught(
    gaps: Iterable[float], role: Role = Role.DOOR, after: CheckIns = NOTHING_LEARNED
) -> CheckIns:
    for gap_s in gaps:
        after = learn(after, role, gap_s)
    return after


def every(gap_s: float, weeks: float) -> Iterable[float]:
    return repeat(gap_s, int(weeks * WEEK_S / gap_s) + 1)


def limit_h(learned: CheckIns, role: Role = Role.DOOR) -> float:
    return silence_limit(device(role), learned).total_seconds() / HOUR_S


REGULAR = taught(every(50 * MINUTE_S, WEEKS_MIN))


@pytest.mark.parametrize("role", list(Role))
def test_at_first_the_limit_is_that_of_the_role(role: Role) -> None:
    assert silence_limit(device(role), NOTHING_LEARNED) == limits_of(role).at_first
    nearly = taught(every(5 * MINUTE_S, WEEKS_MIN - 0.1), role)
    assert silence_limit(device(role), nearly) == limits_of(role).at_first


def test_a_contact_that_is_regular_for_weeks_gets_a_limit_of_its_own() -> None:
    assert REGULAR.usual_s == pytest.approx(50 * MINUTE_S, rel=0.1)
    assert 2.0 <= limit_h(REGULAR) <= 2.4
    assert limit_h(taught(every(4 * HOUR_S, WEEKS_MIN))) == pytest.approx(10, rel=0.2)


def test_one_long_silence_widens_it_at_once_and_only_the_weeks_narrow_it() -> None:
    widened = taught([13 * HOUR_S], after=REGULAR)
    assert limit_h(widened) == pytest.approx(14.3)
    later = taught(every(50 * MINUTE_S, WEEKS_MAX - 1), after=widened)
    assert limit_h(later) == pytest.approx(14.3)
    assert limit_h(taught(every(50 * MINUTE_S, 1), after=later)) < 2.5


def test_a_day_full_of_movements_does_not_make_it_a_sensor_that_speaks_every_ten_seconds() -> None:
    day = [*repeat(10.0, 600), *every(20 * MINUTE_S, 1 / 8)]
    busy = taught(chain.from_iterable(repeat(day, 60)), Role.MOTION)
    assert busy.usual_s == pytest.approx(20 * MINUTE_S, rel=0.1)


def test_a_sensor_that_speaks_once_a_day_is_not_told_every_day() -> None:
    gaps = list(every(24 * HOUR_S, 8))
    learned = NOTHING_LEARNED
    silent = 0
    for gap_s in gaps:
        silent += gap_s > limit_h(learned, Role.LEAK) * HOUR_S
        learned = learn(learned, Role.LEAK, gap_s)
    assert silent == 1, "once, before anything was known of it"


def test_a_battery_that_was_changed_after_days_teaches_nothing() -> None:
    assert taught([90 * HOUR_S], after=REGULAR) is REGULAR


def test_what_the_home_has_chosen_counts_before_what_was_learned() -> None:
    own = timedelta(minutes=30)
    assert silence_limit(device(silent_after=own), REGULAR) == own


GAPS = st.lists(st.floats(0, 80 * HOUR_S) | st.floats(0, 100), max_size=300)


@given(GAPS, st.sampled_from(Role))
def test_whatever_it_does_the_limit_is_between_those_of_its_role_and_little_is_kept(
    gaps: list[float], role: Role
) -> None:
    learned = taught(gaps, role)
    limits = limits_of(role)
    assert limits.floor <= silence_limit(device(role), learned) <= limits.ceiling
    assert len(learned.weeks) < WEEKS_MAX
    assert learned.usual_s > 0
    assert learned.watched_s < WEEK_S


@given(GAPS, st.sampled_from(Role), st.floats(0, 80 * HOUR_S))
def test_a_silence_that_it_came_back_from_is_never_told_the_next_time(
    gaps: list[float], role: Role, again_s: float
) -> None:
    """Unless it is one that the role does not allow."""
    learned = taught([*gaps, again_s], role)
    limit = silence_limit(device(role), learned)
    assert limit >= min(timedelta(seconds=again_s), limits_of(role).ceiling) or (
        timedelta(seconds=again_s) > limits_of(role).ceiling
    )
