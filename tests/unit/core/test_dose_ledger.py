"""Whatever is told of doses, in whatever order and how often: each is accounted for once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.codec import decode, encode
from heimvakt.core.dose_entry import Balance, Fate
from heimvakt.core.dose_ledger import (
    CATCH_UP_MAX,
    ENTRIES_MAX,
    SETTLED_KEPT,
    Ledger,
    balance,
    entered,
    given_up,
    noted,
    set_back,
    to_be_taken,
    waits_until,
)
from heimvakt.core.doses import DosePlan, doses
from heimvakt.core.events import TakenHow
from tests.support.homes import OSLO

MORNING = DosePlan(at=time(8, 30), window=timedelta(minutes=45))
NIGHT = DosePlan(at=time(21), window=timedelta(hours=1))
PLANS = (MORNING, NIGHT)
BEGIN = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
"""8:00 in Oslo, some days before the clocks are set."""
DOSE = datetime(2026, 10, 20, 6, 30, tzinfo=UTC)
GRACE = timedelta(minutes=5)


def ledger(until: datetime = BEGIN) -> Ledger:
    return entered(entered(Ledger(), PLANS, OSLO, BEGIN), PLANS, OSLO, until)


def fates(of: Ledger) -> list[Fate]:
    return [of.entries[at].fate for at in sorted(of.entries)]


def later(**time: float) -> datetime:
    return DOSE + timedelta(**time)


# --------------------------------------------------------------------------- doses come and go


def test_a_dose_is_in_it_when_its_time_has_come() -> None:
    assert fates(ledger(DOSE - timedelta(seconds=1))) == []
    assert fates(ledger(DOSE)) == [Fate.PLANNED]
    assert fates(ledger(DOSE + timedelta(days=2))) == [Fate.PLANNED] * 5
    assert balance(ledger(DOSE)) == Balance(planned=1, open=1)


def test_one_that_begins_with_the_home_is_in_it() -> None:
    begun = entered(Ledger(), PLANS, OSLO, DOSE)
    assert fates(begun) == [Fate.PLANNED]
    assert fates(entered(begun, PLANS, OSLO, DOSE)) == [Fate.PLANNED]


def test_what_was_before_a_plan_was_changed_is_by_the_old_one() -> None:
    before = ledger(DOSE)
    after = entered(before, (NIGHT,), OSLO, later(days=1))
    assert fates(after) == [Fate.PLANNED] * 3, "two mornings and a night"
    assert fates(entered(after, (NIGHT,), OSLO, later(days=2))) == [Fate.PLANNED] * 4


def test_no_word_in_time_is_unknown_and_never_missed() -> None:
    at_end = later(minutes=45)
    assert fates(given_up(ledger(at_end), at_end + GRACE - timedelta(seconds=1), GRACE)) == [
        Fate.PLANNED
    ]
    assert fates(given_up(ledger(at_end), at_end + GRACE, GRACE)) == [Fate.UNKNOWN]
    offered = noted(ledger(at_end), OSLO, DOSE, Fate.OFFERED)
    assert fates(given_up(offered, at_end + GRACE, GRACE)) == [Fate.UNKNOWN]


def test_who_is_asked_late_has_time_to_answer() -> None:
    asked = replace(ledger(later(hours=3)), asked=later(hours=3))
    assert fates(given_up(asked, later(hours=3, minutes=4), GRACE)) == [Fate.PLANNED]
    assert fates(given_up(asked, later(hours=3, minutes=5), GRACE)) == [Fate.UNKNOWN]


def test_those_found_unknown_together_are_told_together() -> None:
    late = given_up(ledger(later(days=1)), later(days=1), GRACE)
    firsts = {e.told_with for e in late.entries.values() if e.fate is Fate.UNKNOWN}
    assert firsts == {DOSE}


def test_half_way_is_when_somebody_is_to_take_it() -> None:
    there = ledger(DOSE)
    half = timedelta(minutes=22, seconds=30)
    assert to_be_taken(there, DOSE + half - timedelta(seconds=1)) is None
    assert to_be_taken(there, DOSE + half) is there.entries[DOSE]
    assert to_be_taken(there, later(minutes=45)) is None
    for fate in (Fate.TAKEN, Fate.MISSED, Fate.RETRACTED):
        assert to_be_taken(noted(there, OSLO, DOSE, fate), DOSE + half) is None


def test_it_says_when_something_is_to_be_done() -> None:
    moments, at = [], BEGIN
    current = ledger()
    for _ in range(6):
        current = given_up(entered(current, PLANS, OSLO, at), at, GRACE)
        due = waits_until(current, OSLO, at, GRACE)
        assert due is not None
        moments.append(due - DOSE)
        at = due
    minutes = [moment / timedelta(minutes=1) for moment in moments]
    assert minutes == [0, 22.5, 45, 50, 750, 780]


def test_nothing_planned_waits_for_nothing() -> None:
    assert waits_until(entered(Ledger(), (), OSLO, BEGIN), OSLO, BEGIN, GRACE) is None
    assert waits_until(Ledger(), OSLO, BEGIN, GRACE) is None


# ---------------------------------------------------------------------------- what is told of them


@pytest.mark.parametrize("told", list(permutations([Fate.OFFERED, Fate.MISSED, Fate.RETRACTED])))
def test_the_most_that_was_told_counts_in_any_order(told: tuple[Fate, ...]) -> None:
    current = ledger(DOSE)
    for fate in (*told, *told):
        current = noted(current, OSLO, DOSE, fate)
    assert fates(current) == [Fate.MISSED]


def test_what_is_told_late_settles_what_nobody_knew() -> None:
    unknown = given_up(ledger(later(hours=1)), later(hours=1), GRACE)
    assert fates(noted(unknown, OSLO, DOSE, Fate.OFFERED)) == [Fate.UNKNOWN]
    assert fates(noted(unknown, OSLO, DOSE, Fate.MISSED)) == [Fate.MISSED]
    taken = noted(unknown, OSLO, DOSE, Fate.TAKEN, how=TakenHow.IN_TIME)
    assert balance(taken) == Balance(planned=1, in_time=1)


def test_a_dose_that_is_taken_before_its_time_is_counted_once() -> None:
    early = noted(ledger(), OSLO, DOSE, Fate.TAKEN, how=TakenHow.EARLY)
    away = noted(early, OSLO, later(days=3), Fate.TAKEN, how=TakenHow.TRAVEL)
    assert balance(away) == Balance(planned=2, early=1, travel=1)
    after = given_up(entered(away, PLANS, OSLO, later(hours=1)), later(hours=1), GRACE)
    assert balance(after) == Balance(planned=2, early=1, travel=1)


def test_what_nobody_planned_is_counted_apart() -> None:
    odd = noted(ledger(), OSLO, later(hours=2), Fate.MISSED)
    assert balance(odd) == Balance(unplanned=1, missed=1)


def test_after_the_clock_was_set_back_the_same_dose_comes_again_and_is_one() -> None:
    there = given_up(ledger(later(days=2)), later(days=2), GRACE)
    taken = noted(there, OSLO, later(days=1), Fate.TAKEN, how=TakenHow.IN_TIME)
    back = set_back(taken, later(minutes=1))
    assert balance(back) == Balance(planned=1, in_time=1)
    again = entered(back, PLANS, OSLO, later(days=2))
    assert balance(again) == Balance(planned=5, in_time=1, open=4)


def test_what_nobody_had_planned_may_be_planned_after_all() -> None:
    noon = DosePlan(at=time(12), window=timedelta(minutes=30))
    at = DOSE + timedelta(hours=3, minutes=30)
    early = noted(ledger(), OSLO, at, Fate.TAKEN, how=TakenHow.EARLY)
    assert balance(early) == Balance(unplanned=1, early=1)
    changed = entered(entered(early, (noon,), OSLO, DOSE), (noon,), OSLO, at)
    assert balance(changed) == Balance(planned=2, early=1, open=1)


def test_nobody_is_to_take_what_nobody_planned() -> None:
    odd = noted(ledger(), OSLO, later(hours=1), Fate.OFFERED)
    assert to_be_taken(odd, later(hours=4)) is None


def test_a_clock_that_was_a_year_ahead_hides_nothing_that_is_told_afterwards() -> None:
    ahead, at = ledger(), BEGIN
    while at < BEGIN + timedelta(days=60):
        at += timedelta(days=5)
        ahead = given_up(entered(ahead, PLANS, OSLO, at), at, GRACE)
    back = set_back(ahead, DOSE)
    early = noted(back, OSLO, later(days=2), Fate.TAKEN, how=TakenHow.EARLY)
    assert early.entries[later(days=2)].fate is Fate.TAKEN


def test_a_clock_that_goes_on_changes_nothing() -> None:
    there = ledger(DOSE)
    assert set_back(there, later(minutes=1)) is there


# ------------------------------------------------------------------------------------- its limits


def test_what_was_settled_long_ago_is_counted_and_forgotten() -> None:
    taken = noted(ledger(DOSE), OSLO, DOSE, Fate.TAKEN, how=TakenHow.IN_TIME)
    over = later(minutes=45) + SETTLED_KEPT
    assert DOSE in entered(taken, PLANS, OSLO, over).entries
    gone = entered(taken, PLANS, OSLO, over + timedelta(hours=13))
    assert DOSE not in gone.entries
    assert balance(gone).in_time == 1
    assert noted(gone, OSLO, DOSE, Fate.MISSED) is gone, "told once more: it was counted"


def test_what_nobody_knows_may_be_told_for_a_month() -> None:
    unknown = given_up(ledger(later(hours=1)), later(hours=1), GRACE)
    day = 0
    while day < 30:
        day += 5
        unknown = entered(unknown, PLANS, OSLO, later(days=day))
        for at in list(unknown.entries):
            if at != DOSE:
                unknown = noted(unknown, OSLO, at, Fate.TAKEN, how=TakenHow.IN_TIME)
    assert unknown.gone_until is not None
    assert fates(noted(unknown, OSLO, DOSE, Fate.MISSED))[0] is Fate.MISSED
    gone = entered(unknown, PLANS, OSLO, later(days=40))
    assert DOSE not in gone.entries
    assert gone.gone_until is not None
    assert gone.gone_until >= unknown.gone_until
    assert balance(gone).unknown == 1


def test_what_was_counted_is_not_counted_again_when_something_older_goes() -> None:
    two = given_up(ledger(later(days=1)), later(days=1), GRACE)
    one = noted(two, OSLO, DOSE + timedelta(hours=12, minutes=30), Fate.MISSED)
    current = one
    for days, plans in ((1, ()), (10, PLANS), (10, ())):  # a plan that is changed lets go as well
        current = entered(current, plans, OSLO, later(days=days))
    assert sorted(current.entries) == [DOSE, later(days=1)]
    gone = entered(current, PLANS, OSLO, later(days=31, hours=1))
    assert sorted(gone.entries) == [later(days=1)]
    assert noted(gone, OSLO, DOSE + timedelta(hours=12, minutes=30), Fate.TAKEN) is gone


def test_of_a_gateway_that_was_off_for_a_year_only_a_month_is_looked_at() -> None:
    after = entered(ledger(), PLANS, OSLO, BEGIN + timedelta(days=365))
    assert balance(after).planned == 2 * CATCH_UP_MAX.days


def test_the_number_of_those_in_it_is_bounded() -> None:
    full = tuple(DosePlan(at=time(hour), window=timedelta(minutes=30)) for hour in range(24))
    after = entered(entered(Ledger(), full, OSLO, BEGIN), full, OSLO, BEGIN + timedelta(days=30))
    assert len(after.entries) == ENTRIES_MAX
    assert balance(after) == Balance(planned=30 * 24, open=30 * 24)
    assert balance(after).balances


def test_a_dispenser_that_tells_of_doses_without_end_makes_it_no_larger() -> None:
    after = ledger()
    for number in range(2 * ENTRIES_MAX):
        after = noted(after, OSLO, later(minutes=number), Fate.TAKEN, how=TakenHow.IN_TIME)
    assert len(after.entries) == ENTRIES_MAX
    assert balance(after).in_time == 2 * ENTRIES_MAX
    assert balance(after).balances


def test_it_is_stored_and_read_again() -> None:
    there = noted(
        given_up(ledger(later(days=2)), later(days=2), GRACE),
        OSLO,
        later(days=9),
        Fate.TAKEN,
        how=TakenHow.TRAVEL,
    )
    assert decode(Ledger, encode(there)) == there


# -------------------------------------------------------------------------------- whatever comes

MOMENTS = st.sampled_from(
    [dose.at for dose in doses(PLANS, OSLO, BEGIN, BEGIN + timedelta(days=8))]
    + [DOSE + timedelta(hours=3)]
)
TOLD = st.tuples(
    MOMENTS,
    st.sampled_from([Fate.OFFERED, Fate.RETRACTED, Fate.MISSED, Fate.TAKEN]),
    st.sampled_from(TakenHow),
)


def tell(current: Ledger, told: tuple[datetime, Fate, TakenHow]) -> Ledger:
    at, fate, how = told
    return noted(current, OSLO, at, fate, how=how if fate is Fate.TAKEN else None)


@given(st.lists(TOLD, max_size=20), st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(
    told: list[tuple[datetime, Fate, TakenHow]], random: Any
) -> None:
    once, shuffled = ledger(), ledger()
    for each in told:
        once = tell(once, each)
    again = [*told, *told]
    random.shuffle(again)
    for each in again:
        shuffled = tell(shuffled, each)
    assert shuffled == once


@given(
    st.lists(
        st.one_of(
            TOLD,
            st.integers(1, 5_000).map(lambda minutes: timedelta(minutes=minutes)),
            st.integers(1, 600).map(lambda minutes: -timedelta(minutes=minutes)),
        ),
        max_size=40,
    )
)
def test_each_is_accounted_for_once_whatever_happens(steps: list[Any]) -> None:
    now, first, current = BEGIN, BEGIN, ledger()
    for each in steps:
        if isinstance(each, timedelta):
            now += each
            if each < timedelta():
                current = set_back(current, now)
        else:
            current = tell(current, each)
        first = min(first, now)  # a clock that shows what was before
        current = given_up(entered(current, PLANS, OSLO, now), now, GRACE)
        total = balance(current)
        assert total.balances
        early = {at for at in current.entries if at > now and current.entries[at].planned}
        due = len(list(doses(PLANS, OSLO, first, now + timedelta(microseconds=1))))
        assert total.planned == due + len(early)
