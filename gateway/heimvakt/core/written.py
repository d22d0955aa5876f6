"""What a decided event adds to the transaction that makes it durable.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from .alarms import Alarm
from .audit import entries
from .devices import Home
from .engine import Outcome
from .events import AlarmDelivered, AlarmSpared, Event
from .ledger import Transaction, Waiting


def write(transaction: Transaction, home: Home, event: Event, outcome: Outcome) -> None:
    """The event itself, its rows of the audit log, its alarms, and what waits to be sent."""
    transaction.events.append(event)
    transaction.audit += entries(home, event, outcome)
    for alarm in outcome.changed:
        transaction.alarms[alarm.alarm_id] = alarm
    for dispatch in outcome.send:
        for waiting in waiting_for(dispatch.alarm, dispatch.receivers):
            transaction.outbox[(waiting.receiver, waiting.alarm_id)] = waiting
    if isinstance(event, AlarmDelivered | AlarmSpared):
        row = transaction.outbox.get((event.receiver, event.alarm_id))
        if row is not None and row.revision <= event.revision:
            del transaction.outbox[(event.receiver, event.alarm_id)]  # told again just before
        transaction.answered.append((event.receiver, event.alarm_id, event.revision))


def waiting_for(alarm: Alarm, receivers: Iterable[str]) -> list[Waiting]:
    """The rows of the outbox for an alarm that receivers must hear of."""
    return [
        Waiting(
            receiver=receiver,
            alarm_id=alarm.alarm_id,
            urgency=alarm.priority.rank,
            number=alarm.number,
            revision=alarm.revision,
        )
        for receiver in receivers
    ]
