"""Whatever is done to the clock of a home: deadlines keep their distance, each alarm gets its true
time once and where it can be known, and a day has one test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import decode_event, encode_event
from heimvakt.core.devices import Home
from heimvakt.core.engine import step
from heimvakt.core.events import (
    AlarmDelivered,
    BedLeft,
    ButtonPressed,
    ClockQuality,
)
from heimvakt.core.state import State
from heimvakt.core.times import SETS_MAX
from heimvakt.runtime.steps import STEP_MIN
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import OSLO, RULES, home

UNKNOWN, HOLDOVER, SYNCHRONISED = (
    ClockQuality.UNKNOWN,
    ClockQuality.HOLDOVER,
    ClockQuality.SYNCHRONISED,
)
WATCHED = {**RULES, "clock": ("clock", {}), "daily-test": ("daily-test", {})}
BY = st.sampled_from(
    [-30 * 365 * 86_400, -7200, -3600, -11, -3, 2, 600, 3600, 86_400, 365 * 86_400]
).map(lambda s: timedelta(seconds=s))
WAITS = st.sampled_from([0.5, 7.0, 100.0, 1300.0, 40_000.0]).map(lambda s: timedelta(seconds=s))
SHOWS = st.sampled_from([YEAR_70, datetime(2026, 11, 3, tzinfo=UTC), None])
STEPS = st.lists(
    st.one_of(
        st.just(("press",)),
        st.just(("press",)),
        st.just(("deliver",)),
        st.tuples(st.just("wait"), WAITS),
        st.tuples(st.just("set"), BY),
        st.just(("synchronise",)),
        st.tuples(st.just("becomes"), st.sampled_from([UNKNOWN, HOLDOVER])),
        st.tuples(st.just("reboot"), SHOWS, st.sampled_from(ClockQuality)),
        st.tuples(st.just("restart"), WAITS),
    ),
    max_size=40,
)


@dataclass
class Truth:
    """What a test knows and the gateway does not."""

    true_at: dict[str, datetime] = field(default_factory=dict)
    """When each alarm was raised."""
    knowable: set[str] = field(default_factory=set)
    """Raised in this boot, since the clock was last synchronised, while nobody knew the time."""
    originals: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    sets: int = 0


def play(desk: ClockDesk, steps: list[Any], truth: Truth) -> None:
    for each in steps:
        kept = desk.quality is SYNCHRONISED
        match each:
            case ("press",):
                desk.tell(ButtonPressed(device_id="button"))
            case ("deliver",):
                for alarm in tuple(desk.state.alarms.values())[:1]:
                    desk.tell(
                        AlarmDelivered(
                            alarm_id=alarm.alarm_id, receiver="centre", revision=alarm.revision
                        )
                    )
            case ("wait", time):
                desk.wait_until(desk.at + time)
            case ("set", by):
                desk.set(desk.at + by, UNKNOWN)
            case ("synchronise",):
                desk.synchronise()
            case ("becomes", quality):
                desk.becomes(quality)
            case ("reboot", shows, quality):
                right = desk.true + timedelta(minutes=2)
                wrong = quality is not SYNCHRONISED and shows  # what the network keeps is true
                desk.reboot(shows=wrong or right, quality=quality)
                truth.knowable.clear()
                truth.sets = 0
            case ("restart", off):
                desk.restart(seconds=off.total_seconds())
        look(desk, truth, each[0], kept)


def look(desk: ClockDesk, truth: Truth, what: str, kept: bool) -> None:
    """What is true after every step."""
    if kept and desk.quality is not SYNCHRONISED:
        truth.knowable.clear()
        truth.sets = 0
    elif not kept and what in ("set", "synchronise"):
        truth.sets += 1
    for alarm in desk.table.values():
        times = (alarm.began_at, alarm.raised_at)
        assert truth.originals.setdefault(alarm.alarm_id, times) == times
        if alarm.alarm_id not in truth.true_at:
            truth.true_at[alarm.alarm_id] = alarm.raised_at + desk.wrong_by
            if alarm.clock is UNKNOWN and desk.quality is UNKNOWN:
                truth.knowable.add(alarm.alarm_id)


def a_desk(quality: ClockQuality, of: Home | None = None) -> ClockDesk:
    shows = YEAR_70 if quality is UNKNOWN else datetime(2026, 11, 4, 21, tzinfo=UTC)
    return ClockDesk(
        of or home(rules=WATCHED),
        shows=shows,
        true=datetime(2026, 11, 4, 21, tzinfo=UTC),
        quality=quality,
    )


@given(st.sampled_from(ClockQuality), STEPS)
def test_an_offset_that_is_told_when_the_clock_is_set_is_the_true_one(
    begin: ClockQuality, steps: list[Any]
) -> None:
    desk, truth = a_desk(begin), Truth()
    play(desk, [*steps, ("press",)], truth)
    open_now = set(desk.state.alarms)
    desk.synchronise()
    for alarm_id in truth.knowable & open_now:
        alarm = desk.table[alarm_id]
        if truth.sets >= SETS_MAX and alarm.clock_offset_s is None:
            continue  # too often for it to be followed so far back
        assert alarm.clock_offset_s is not None
        known = alarm.raised_at + timedelta(seconds=alarm.clock_offset_s)
        assert abs(known - truth.true_at[alarm_id]) < STEP_MIN, "the last step may be too small"


@given(st.sampled_from(ClockQuality), STEPS)
def test_an_offset_is_told_once_and_only_for_what_was_unknown(
    begin: ClockQuality, steps: list[Any]
) -> None:
    desk, truth = a_desk(begin), Truth()
    first: dict[str, float] = {}
    for each in steps:
        play(desk, [each], truth)
        for alarm in desk.table.values():
            if alarm.clock_offset_s is not None:
                assert first.setdefault(alarm.alarm_id, alarm.clock_offset_s) == (
                    alarm.clock_offset_s
                )
                taken = {alarm.clock, *(one.clock for one in alarm.evidence)}
                assert UNKNOWN in taken


@given(st.sampled_from(ClockQuality), STEPS)
def test_the_journal_played_again_gives_the_same_alarms_with_the_same_offsets(
    begin: ClockQuality, steps: list[Any]
) -> None:
    desk = a_desk(begin)
    play(desk, steps, Truth())
    state, table = State(), dict[str, Alarm]()
    for event in desk.journal:
        outcome = step(desk.home, state, decode_event(encode_event(event)))
        state = outcome.state
        table |= {alarm.alarm_id: alarm for alarm in outcome.changed}
    assert (table, state) == (desk.table, desk.state)


@given(
    st.sampled_from(ClockQuality),
    st.lists(st.tuples(st.integers(1, 400), BY, st.sampled_from(ClockQuality)), max_size=5),
)
def test_a_deadline_comes_after_its_time_and_once_however_often_the_clock_is_set(
    begin: ClockQuality, sets: list[tuple[int, timedelta, ClockQuality]]
) -> None:
    desk = a_desk(
        begin,
        home(rules={"night-wandering": RULES["night-wandering"]}),
    )
    desk.set(datetime(2026, 11, 5, 0, 30, tzinfo=UTC), desk.quality)
    desk.tell(BedLeft(device_id="bed"))
    assert desk.state.timers
    passed = 0
    for wait, by, quality in sets:
        wait = min(wait, 1199 - passed)
        passed += wait
        desk.wait(seconds=wait)
        desk.set(desk.at + by, quality)
        assert desk.kinds() == [], "not early"
    desk.wait(seconds=1199 - passed)
    assert desk.kinds() == []
    desk.wait(seconds=1)
    assert desk.kinds() == ["night-wandering"]


@given(st.sampled_from(ClockQuality), STEPS)
def test_a_day_has_one_test(begin: ClockQuality, steps: list[Any]) -> None:
    desk = a_desk(begin)
    play(desk, steps, Truth())
    tests = [alarm for alarm in desk.table.values() if alarm.kind == "test"]
    days = [alarm.key for alarm in tests]
    assert len(days) == len(set(days))
    for alarm in tests:
        assert alarm.clock is not UNKNOWN
        assert alarm.raised_at.astimezone(OSLO).hour == 10
        assert alarm.raised_at.astimezone(OSLO).date().isoformat() == alarm.key
