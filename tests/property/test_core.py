"""Whatever happens in whatever home: rows tell the state, and the journal tells the alarms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import decode_event, encode_event
from heimvakt.core.devices import Home
from heimvakt.core.engine import step
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    BedEntered,
    BedLeft,
    ButtonCancelled,
    ButtonPressed,
    ClockStepped,
    DeviceSeen,
    DoorOpened,
    Event,
    MotionDetected,
    RadioBack,
    RadioLost,
    StoreFault,
)
from heimvakt.core.ledger import COUNTER
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.state import State, next_deadline
from tests.support import events
from tests.support.homes import DEVICES, GATEWAY, RULES, Desk, home, moved

WIRED = {"bed", "front-door", "hall"}
HOMES = st.builds(
    lambda devices, rules, soon: home(
        {i: moved(d, silent_after=soon) for i, d in DEVICES.items() if i in devices},
        {i: RULES[i] for i in sorted(rules)},
    ),
    st.sets(st.sampled_from(sorted(DEVICES))).map(lambda less: DEVICES.keys() - less | WIRED),
    st.sets(st.sampled_from(sorted(RULES)), max_size=2).map(lambda less: RULES.keys() - less),
    st.none() | st.just(timedelta(minutes=30)),
)
DEVICE = st.sampled_from(sorted(DEVICES))
ALARM = st.integers(1, 6).map(lambda number: f"{GATEWAY}-{number}")
ANSWERS = st.one_of(
    st.builds(AlarmDelivered, alarm_id=ALARM, receiver=st.just("centre"), revision=st.just(0)),
    st.builds(AlarmAcknowledged, alarm_id=ALARM, receiver=st.just("centre"), by=st.just("op-7")),
    st.builds(AlarmClosed, alarm_id=ALARM, receiver=st.just("centre"), by=st.just("op-7")),
)
FACTS = st.one_of(
    *(
        st.builds(kind, device_id=DEVICE)
        for kind in (ButtonPressed, ButtonCancelled, BedLeft, BedEntered, DoorOpened)
    ),
    st.builds(MotionDetected, device_id=DEVICE),
    st.builds(DeviceSeen, device_id=DEVICE),
    st.builds(RadioLost, driver=st.sampled_from(["zigbee", "gpio"]), reason=st.just("gone")),
    st.builds(RadioBack, driver=st.sampled_from(["zigbee", "gpio"])),
    st.just(StoreFault(reason="damage", set_aside="x", saved="all")),
    ANSWERS,
)
WAITS = st.sampled_from([0.2, 3.0, 11.0, 90.0, 1300.0, 7200.0]).map(lambda s: timedelta(seconds=s))
CHANGES = st.tuples(st.just("restart"), HOMES, WAITS)
CLOCKS = st.tuples(st.just("clock"), WAITS | WAITS.map(lambda wait: -wait))
STEP = st.one_of(FACTS, FACTS, FACTS, WAITS, CHANGES, CLOCKS)
STEPS = st.integers(0, 60).flatmap(lambda n: st.lists(STEP, min_size=n, max_size=n))


def play(desk: Desk, steps: list[Any]) -> dict[int, Home]:
    """Live through it; which home each start was under, by the number of its event."""
    homes = {1: desk.home}
    for each in steps:
        match each:
            case Event():
                desk.tell(each)
            case timedelta():
                desk.wait_until(desk.at + each)
            case ("restart", changed, off):
                homes[len(desk.journal) + 1] = changed
                desk.restart(changed, seconds=off.total_seconds())
            case ("clock", by):
                was, desk.at = desk.at, desk.at + by
                desk.tell(ClockStepped(before=was, after=desk.at))
    return homes


@given(HOMES, STEPS)
def test_rows_that_were_changed_one_by_one_tell_the_state(of: Home, steps: list[Any]) -> None:
    desk = Desk(of)
    play(desk, steps)
    assert desk.rows == {COUNTER: {"n": 0}, **changes(State(), desk.state)}
    state, unread = restore(desk.home, desk.rows, desk.state.alarms.values(), 0)
    assert (state, unread) == (desk.state, [])


@given(HOMES, STEPS)
def test_the_journal_played_again_gives_the_same_alarms_bit_for_bit(
    of: Home, steps: list[Any]
) -> None:
    desk = Desk(of)
    homes = play(desk, steps)
    state, table, current = State(), dict[str, Alarm](), of
    for number, event in enumerate(desk.journal, start=1):
        current = homes.get(number, current)
        outcome = step(current, state, decode_event(encode_event(event)))
        state = outcome.state
        table |= {alarm.alarm_id: alarm for alarm in outcome.changed}
    assert table == desk.table
    assert state == desk.state


@given(HOMES, STEPS)
def test_numbers_grow_and_no_id_is_used_twice(of: Home, steps: list[Any]) -> None:
    desk = Desk(of)
    play(desk, steps)
    numbers = [alarm.number for alarm in desk.table.values()]
    assert numbers == sorted(set(numbers))
    assert desk.state.alarms_raised == (numbers[-1] if numbers else 0)


@given(HOMES, STEPS)
def test_every_alarm_that_is_open_or_was_not_received_is_kept_and_every_pre_alarm_has_an_end(
    of: Home, steps: list[Any]
) -> None:
    desk = Desk(of)
    play(desk, steps)
    for alarm in desk.table.values():
        unreceived = bool(alarm.history) and alarm.delivered_at is None
        never_raised = [s.state for s in alarm.history] == ["cancelled"]
        if alarm.state.is_open or (unreceived and not never_raised):
            assert desk.state.alarms[alarm.alarm_id] == alarm
        else:
            assert alarm.alarm_id not in desk.state.alarms
    desk.wait(seconds=91)
    assert not [a for a in desk.state.alarms.values() if a.state == "pending"]


@given(HOMES, STEPS)
def test_no_deadline_is_ever_left_behind(of: Home, steps: list[Any]) -> None:
    desk = Desk(of)
    play(desk, steps)
    desk.wait_until(desk.at)
    due = next_deadline(desk.home, desk.state)
    assert due is None or due[1] > desk.at
    assert {name.partition("/")[0] for name in desk.state.timers} <= desk.home.rules.keys() | {""}


@given(events.ANY)
def test_any_event_at_all_comes_back_from_its_record(event: Event) -> None:
    assert decode_event(encode_event(event)) == event
