"""Whatever happens in whatever home: rows tell the state, and the journal tells the alarms."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from heimvakt.core.alarms import Alarm, has_ended
from heimvakt.core.codec import decode_event, encode_event
from heimvakt.core.devices import Home
from heimvakt.core.engine import step
from heimvakt.core.events import Event
from heimvakt.core.ledger import COUNTER
from heimvakt.core.routes import Dispatch
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.state import State, next_deadline
from tests.support import events
from tests.support.homes import Desk
from tests.support.plays import HOMES, STEPS, play


@given(HOMES, STEPS)
def test_rows_that_were_changed_one_by_one_tell_the_state(of: Home, steps: list[Any]) -> None:
    desk = Desk(of)
    play(desk, steps)
    assert desk.rows == {COUNTER: {"n": 0}, **changes(State(), desk.state)}
    state, unread = restore(desk.home, desk.rows, desk.state.alarms.values(), 0)
    assert (state, unread) == (desk.state, [])


@given(HOMES, STEPS)
def test_the_journal_played_again_gives_the_same_alarms_and_sends_bit_for_bit(
    of: Home, steps: list[Any]
) -> None:
    desk = Desk(of)
    homes = play(desk, steps)
    state, table, sends, current = State(), dict[str, Alarm](), list[Dispatch](), of
    for number, event in enumerate(desk.journal, start=1):
        current = homes.get(number, current)
        outcome = step(current, state, decode_event(encode_event(event)))
        state = outcome.state
        table |= {alarm.alarm_id: alarm for alarm in outcome.changed}
        sends += outcome.send
    assert table == desk.table
    assert sends == [dispatch for _, dispatch in desk.dispatched]
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
        if not has_ended(alarm):
            assert desk.state.alarms[alarm.alarm_id] == alarm
        elif alarm.state == "closed" or not alarm.was_raised:
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
