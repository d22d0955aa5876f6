"""What follows from events that were handed over, for the pipeline: stamped, decided, and written
down as one transaction. Nothing happens here, so that it can be done before a disk has taken it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from heimvakt.core.devices import Home
from heimvakt.core.engine import Outcome, step
from heimvakt.core.events import ClockStepped, Event, GatewayStarted, Stamp, stamped
from heimvakt.core.ledger import ALIVE, Transaction
from heimvakt.core.resting import as_taken
from heimvakt.core.snapshot import changes
from heimvakt.core.state import State
from heimvakt.core.times import stepped
from heimvakt.core.written import write

from .inbox import Taken
from .steps import ClockLine, clock_facts

NEW_TIMES = (ClockStepped, GatewayStarted)
"""With these the clock may go another way: that we lived is marked in its times, not the old."""


@dataclass(frozen=True, slots=True)
class Committed:
    """One event, and what it led to. It is on durable storage, unless it is told as unsaved."""

    event: Event
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the home stands between two events."""

    state: State
    line: ClockLine | None
    """Of the clock in this boot."""
    seq: int
    """The number of the event before."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to be committed together, and where the home stands then."""

    committed: list[Committed]
    transaction: Transaction
    then: Standing


def decide(home: Home, boot_id: str, standing: Standing, batch: Sequence[Taken]) -> Decided:
    """From the same standing and the same batch the same follows, however often it is asked."""
    state, line, seq = standing.state, standing.line, standing.seq
    transaction = Transaction(owed=any(taken.owed for taken in batch))
    committed: list[Committed] = []
    for taken in batch:
        seen = ClockLine(taken.at, taken.monotonic)
        line, facts = clock_facts(line, seen, taken.clock, state.clock, boot_id)
        if taken.event is not None:
            facts.append(_on_this_clock(taken.event, facts))
        if taken.event is None or any(isinstance(fact, NEW_TIMES) for fact in facts):
            transaction.state[ALIVE] = {"at": taken.at.isoformat()}
        for fact in facts:
            seq += 1
            event = as_taken(state.mode, _stamp(fact, taken, seq, boot_id, state))
            outcome = step(home, state, event)
            state = outcome.state
            write(transaction, home, event, outcome)
            committed.append(Committed(event, outcome))
    transaction.state |= changes(standing.state, state)
    transaction.over = {i for i in transaction.alarms if i not in state.alarms}
    return Decided(committed, transaction, Standing(state, line, seq))


def _stamp(fact: Event, taken: Taken, seq: int, boot_id: str, state: State) -> Event:
    if isinstance(fact, GatewayStarted):
        # So that a journal tells by itself which numbers the alarms after it have.
        fact = replace(fact, alarms_raised=max(fact.alarms_raised, state.alarms_raised))
    return stamped(
        fact,
        Stamp(
            seq=seq,
            at=taken.at,
            monotonic=taken.monotonic,
            boot_id=boot_id,
            clock=taken.clock,
        ),
    )


def _on_this_clock(event: Event, facts: Sequence[Event]) -> Event:
    """What was last alive before the clock was set was so at another time of the clock of today."""
    by = next(filter(None, map(stepped, facts)), None)
    if not isinstance(event, GatewayStarted) or event.last_alive is None or by is None:
        return event
    return replace(event, last_alive=event.last_alive + by)
