"""What a start owes to what was there before: a way out for every alarm that nobody received."""

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
    """Put alarms back into the outbox whose receiver is gone, or that have no row for one.

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
            _add(transaction, alarm, receivers_of(alarm))
    for alarm in restored.alarms:
        raised = any(step.state is AlarmState.RAISED for step in alarm.history)
        if raised and alarm.delivered_at is None:
            # Also for a receiver that was added while nobody could be reached.
            missing = [
                name
                for name in receivers_of(alarm)
                if await store.waits_for(name, alarm.alarm_id) is None
            ]
            _add(transaction, alarm, missing)
    if transaction.outbox or transaction.answered:
        await store.transact(transaction)
        log.warning("alarms queued again", count=len(transaction.outbox))


def _add(transaction: Transaction, alarm: Alarm, receivers: Sequence[str]) -> None:
    for waiting in waiting_for(alarm, receivers):
        transaction.outbox[(waiting.receiver, waiting.alarm_id)] = waiting
