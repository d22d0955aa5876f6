"""What a start owes to what was there before: every alarm that nobody received still has a way out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import structlog

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.ledger import Restored, Store, Transaction

from .pipeline import waiting_for

log = structlog.get_logger("start")

PAGE = 1_000_000
"""All rows of a receiver that is gone; the outbox is bounded far below this."""


async def requeue(
    store: Store,
    restored: Restored,
    receivers: Collection[str],
    receivers_of: Callable[[Alarm], Sequence[str]],
) -> None:
    """Put alarms back into the outbox whose receiver is gone, or whose row was damaged.

    Raises:
        StoreUnavailable: nothing was changed.
    """
    transaction = Transaction()
    for gone in set(await store.count_waiting()) - set(receivers):
        for row in await store.waiting(gone, PAGE):
            alarm = await store.alarm(row.alarm_id)
            if alarm is None:
                continue
            transaction.answered.append((gone, row.alarm_id, row.revision))
            _add(transaction, alarm, receivers_of)
    if restored.fault is not None:
        for alarm in restored.alarms:
            raised = any(step.state is AlarmState.RAISED for step in alarm.history)
            if raised and alarm.delivered_at is None:
                _add(transaction, alarm, receivers_of)
    if transaction.outbox or transaction.answered:
        await store.transact(transaction)
        log.warning("alarms queued again", count=len(transaction.outbox))


def _add(
    transaction: Transaction, alarm: Alarm, receivers_of: Callable[[Alarm], Sequence[str]]
) -> None:
    for waiting in waiting_for(alarm, receivers_of(alarm)):
        transaction.outbox[(waiting.receiver, waiting.alarm_id)] = waiting
