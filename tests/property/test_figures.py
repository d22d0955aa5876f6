"""Whatever happens, over restarts: the figures are what journal and alarms say, each once.

HEIMVAKT_FIGURES says how many homes are lived through (40 without it).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import isclose
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.codec import decode_event, encode_event
from heimvakt.core.counting import lived
from heimvakt.core.devices import Home
from heimvakt.core.dose_ledger import balance
from heimvakt.core.engine import step
from heimvakt.core.events import (
    AlarmClosed,
    ButtonPressed,
    ClockStepped,
    DoseMissed,
    DoseRetracted,
    DoseTaken,
    Event,
    Feedback,
    GatewayStarted,
    SummaryDelivered,
    TakenHow,
)
from heimvakt.core.figures import Figures
from heimvakt.core.state import State
from tests.support.homes import Desk
from tests.support.medicine import EVENING_DOSE, SIX, ledger, with_medicine
from tests.support.plays import ALARM, CLOCKS, HOMES, RECEIVER, STEP, WAITS, play

EXAMPLES = int(os.environ.get("HEIMVAKT_FIGURES", "40"))
OFTEN = st.one_of(
    st.just(ButtonPressed(device_id="button")),
    st.builds(
        AlarmClosed,
        alarm_id=ALARM,
        receiver=RECEIVER,
        by=st.just("op-7"),
        outcome=st.sampled_from(Feedback),
    ),
    st.builds(SummaryDelivered, month=st.sampled_from(["2026-11", "2026-12"]), receiver=RECEIVER),
    st.just(timedelta(days=9)),
)
STEPS = st.lists(STEP | OFTEN, max_size=50)


@settings(max_examples=EXAMPLES)
@given(HOMES, STEPS)
def test_the_figures_are_a_recount(first: Home, steps: list[Any]) -> None:
    desk = Desk(first)
    homes = play(desk, steps)
    figures = desk.state.figures
    assert counts(figures) == recount(desk.table.values(), desk.journal)
    if not any(dispatch.alarm.test for _, dispatch in desk.dispatched):
        # What was a test when it was delivered is not timed, whatever it became.
        assert timed(figures) == retimed(desk.table.values())
    assert isclose(time_on(desk), time_between(desk.journal, desk.at), abs_tol=1e-3)
    assert again(desk.journal, homes) == figures


def counts(figures: Figures) -> Counter[tuple[str, str, str]]:
    """How many, by month, rule with kind and priority, and what is so."""
    found: Counter[tuple[str, str, str]] = Counter()
    for month, counted in figures.months.items():
        for key, facts in counted.alarms.items():
            assert all(count > 0 for count in facts.values())
            found.update({(month, key, fact): count for fact, count in facts.items()})
    return found


def timed(figures: Figures) -> Counter[tuple[str, str, str]]:
    """Of how many it was told how long they took."""
    return Counter(
        {
            (month, priority, fact): sum(times.counts.values())
            for month, counted in figures.months.items()
            for fact in ("delivered", "accepted")
            for priority, times in getattr(counted, fact).items()
        }
    )


def retimed(alarms: Any) -> Counter[tuple[str, str, str]]:
    """The same from the alarms as they ended."""
    found: Counter[tuple[str, str, str]] = Counter()
    for alarm in alarms:
        if alarm.was_raised:
            month = f"{alarm.raised_at:%Y-%m}"
            found[month, alarm.priority, "delivered"] += alarm.delivered_at is not None
            found[month, alarm.priority, "accepted"] += alarm.accepted_by is not None
    return +found


def recount(alarms: Any, journal: list[Event]) -> Counter[tuple[str, str, str]]:
    """The same from the alarms as they ended, and from what was said of them."""
    said: dict[str, list[AlarmClosed]] = {}
    for event in journal:
        if isinstance(event, AlarmClosed):
            said.setdefault(event.alarm_id, []).append(event)
    found: Counter[tuple[str, str, str]] = Counter()
    for alarm in alarms:
        states = [one.state for one in alarm.history]
        if AlarmState.RAISED not in states:
            continue
        month = f"{alarm.raised_at:%Y-%m}"
        for fact in facts_of(alarm, states, said.get(alarm.alarm_id, [])):
            found[month, f"{alarm.rule_id}/{alarm.kind}/{alarm.priority}", fact] += 1
    return found


def facts_of(alarm: Alarm, states: list[AlarmState], said: list[AlarmClosed]) -> Iterator[str]:
    yield "raised"
    if alarm.test:
        yield "tests"
    if alarm.delivered_at is not None:
        yield "delivered"
    if alarm.accepted_by is not None:
        yield "accepted"
    if AlarmState.CANCELLED in states:
        yield "cancelled"
    if AlarmState.RESET in states:
        yield "reset"
    if AlarmState.CLOSED in states:
        yield f"closed_{said[0].outcome}"


def time_on(desk: Desk) -> float:
    months = lived(desk.home, desk.state.figures, desk.at).months
    return sum(counted.on_s for counted in months.values())


def time_between(journal: list[Event], until: datetime) -> float:
    """The time that somebody lived, from start to end."""
    total, since = timedelta(), None
    for event in journal:
        match event:
            case GatewayStarted(at=at, last_alive=last):
                if since is not None and last is not None:
                    total += max(timedelta(), last - since)
                since = at
            case ClockStepped(before=before, after=after):
                assert since is not None
                total += max(timedelta(), before - since)
                since = after
    assert since is not None
    return (total + max(timedelta(), until - since)).total_seconds()


def again(journal: list[Event], homes: Mapping[int, Home]) -> Figures:
    """What the journal gives once more, as it was written."""
    state, home = State(), homes[1]
    for number, event in enumerate(journal, start=1):
        home = homes.get(number, home)
        state = step(home, state, decode_event(encode_event(event))).state
    return state.figures


DOSES = st.sampled_from([EVENING_DOSE + timedelta(hours=h) for h in (-12.5, 0, 11.5, 24)])
TOLD = st.one_of(
    *(
        st.builds(kind, device_id=st.just("medicine"), dose=DOSES)
        for kind in (DoseMissed, DoseRetracted)
    ),
    st.builds(DoseTaken, device_id=st.just("medicine"), dose=DOSES, how=st.sampled_from(TakenHow)),
)
RESTARTS = st.tuples(st.just("restart"), st.just(with_medicine()), WAITS)


@settings(max_examples=EXAMPLES)
@given(st.lists(TOLD | WAITS | RESTARTS | CLOCKS | st.just(timedelta(days=10)), max_size=30))
def test_each_dose_counts_once_as_in_the_ledger(steps: list[Any]) -> None:
    desk = Desk(with_medicine(), at=SIX)
    homes = play(desk, steps)
    found: Counter[str] = Counter()
    for counted in desk.state.figures.months.values():
        found.update(counted.doses)
    known = balance(ledger(desk))
    assert +found == +Counter(
        in_time=known.in_time,
        early=known.early,
        travel=known.travel,
        missed=known.missed + known.retracted,
        unknown=known.unknown,
    )
    assert again(desk.journal, homes) == desk.state.figures
