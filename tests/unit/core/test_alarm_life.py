"""The life of an alarm is the table, the whole table and nothing but the table."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from heimvakt.core.alarms import (
    MOVES,
    THINNED,
    AlarmState,
    Move,
    MoveRefused,
    Priority,
    has_ended,
    is_over,
    may_expire,
    move,
)
from tests.support.alarms import alarm
from tests.support.homes import EVENING

DOCUMENT = Path(__file__).parents[3] / "docs" / "alarm-life.md"
ENDED = [state for state in AlarmState if not state.is_open]


@pytest.mark.parametrize(("state", "what"), list(product(AlarmState, Move)))
def test_a_move_is_in_the_table_or_refused(state: AlarmState, what: Move) -> None:
    before = alarm(state)
    if (state, what) in MOVES:
        assert move(before, what, at=EVENING).state is MOVES[(state, what)]
    else:
        with pytest.raises(MoveRefused):
            move(before, what, at=EVENING)
        assert before == alarm(state)


def test_nothing_that_has_ended_opens_again() -> None:
    for (state, _), after in MOVES.items():
        assert state.is_open or not after.is_open


def test_what_was_raised_is_never_pending_again_and_a_person_is_never_forgotten() -> None:
    for (state, _), after in MOVES.items():
        assert after is not AlarmState.PENDING
        assert state is not AlarmState.ACCEPTED or after not in (
            AlarmState.RAISED,
            AlarmState.DELIVERED,
        )


def test_every_alarm_can_be_ended_and_every_ended_one_can_still_be_delivered() -> None:
    for state in (AlarmState.RAISED, AlarmState.DELIVERED, AlarmState.ACCEPTED):
        assert MOVES[(state, Move.CLOSE)] is AlarmState.CLOSED
    for state in ENDED:
        assert MOVES[(state, Move.DELIVER)] is state


def test_delivered_keeps_the_first_time_and_accepted_the_first_person() -> None:
    later = EVENING.replace(hour=23)
    raised = move(alarm(), Move.CONFIRM, at=EVENING)
    told = move(move(raised, Move.DELIVER, at=EVENING), Move.DELIVER, at=later)
    taken = move(move(told, Move.ACCEPT, at=later, by="op-1"), Move.ACCEPT, at=later, by="op-2")
    assert (taken.delivered_at, taken.accepted_by) == (EVENING, "op-1")
    assert [one.state for one in taken.history] == ["raised", "delivered", "accepted"]


def test_a_person_who_accepts_what_has_ended_is_in_its_history() -> None:
    raised = move(alarm(), Move.CONFIRM, at=EVENING)
    late = move(move(raised, Move.RESET, at=EVENING), Move.ACCEPT, at=EVENING, by="op-1")
    assert (late.state, late.accepted_by) == (AlarmState.RESET, "op-1")
    assert [(one.state, one.by) for one in late.history][1:] == [
        ("reset", None),
        ("accepted", "op-1"),
    ]
    assert move(late, Move.ACCEPT, at=EVENING, by="op-2") == late


def test_only_what_receivers_must_hear_of_is_a_new_revision() -> None:
    raised = move(alarm(), Move.CONFIRM, at=EVENING)
    assert raised.revision == 0
    assert move(raised, Move.DELIVER, at=EVENING).revision == 0
    assert move(raised, Move.RESET, at=EVENING).revision == 1
    assert move(raised, Move.CANCEL, at=EVENING).revision == 1
    assert move(alarm(), Move.CANCEL, at=EVENING).revision == 0, "nobody ever heard of it"


def test_an_alarm_has_ended_when_it_was_received_too_if_it_ever_was_to_be() -> None:
    raised = move(alarm(), Move.CONFIRM, at=EVENING)
    assert not has_ended(raised)
    reset = move(raised, Move.RESET, at=EVENING)
    assert not has_ended(reset), "nobody has heard of it"
    assert has_ended(move(reset, Move.DELIVER, at=EVENING))
    assert has_ended(move(alarm(), Move.CANCEL, at=EVENING)), "a pre-alarm was never to be sent"


def test_it_is_over_when_nobody_can_accept_or_close_it_any_more() -> None:
    raised = move(alarm(), Move.CONFIRM, at=EVENING)
    delivered = move(raised, Move.DELIVER, at=EVENING)
    for what in (Move.RESET, Move.CANCEL):
        ended = move(delivered, what, at=EVENING)
        assert not is_over(ended)
        assert is_over(move(ended, Move.CLOSE, at=EVENING))
    assert not is_over(move(raised, Move.CLOSE, at=EVENING)), "nobody has heard of it"
    assert is_over(move(alarm(), Move.CANCEL, at=EVENING)), "nobody will ever hear of it"
    low = move(alarm(priority=Priority.LOW), Move.CONFIRM, at=EVENING)
    assert is_over(move(low, Move.EXPIRE, at=EVENING)), "the outbox alone has it"


@pytest.mark.parametrize("priority", Priority)
def test_what_may_expire(priority: Priority) -> None:
    raised = move(alarm(priority=priority), Move.CONFIRM, at=EVENING)
    delivered = move(raised, Move.DELIVER, at=EVENING)
    accepted = move(delivered, Move.ACCEPT, at=EVENING, by="op-1")
    assert may_expire(raised) is (priority in THINNED), "nobody has received it"
    assert may_expire(delivered) is (priority is not Priority.HIGH)
    assert may_expire(accepted)
    assert not may_expire(replace(accepted, delivered_at=None))


def diagram() -> str:
    lines = ["stateDiagram-v2", "    [*] --> pending"]
    for (state, what), after in MOVES.items():
        if after is not state:
            lines.append(f"    {state} --> {after}: {what}")
    stays = {s: [w for (f, w), a in MOVES.items() if f is s and a is s] for s in AlarmState}
    lines += [f"    {state} --> {state}: {', '.join(w)}" for state, w in stays.items() if w]
    lines += [f"    {state} --> [*]" for state in ENDED]
    return "\n".join(lines)


def test_the_diagram_in_the_documents_is_the_table() -> None:
    shown = DOCUMENT.read_text().partition("```mermaid\n")[2].partition("\n```")[0]
    assert shown == diagram(), f"{DOCUMENT.name} must hold:\n{diagram()}"
