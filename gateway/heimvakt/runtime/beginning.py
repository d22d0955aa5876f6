"""What a start owes to what was there before: a way out for every alarm that nobody received.

The engine does the same for the alarms that it keeps when it hears of the start; here is what only
the outbox knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import structlog

from heimvakt.core.alarms import Alarm
from heimvakt.core.chain import together
from heimvakt.core.ledger import Restored, Store, Transaction
from heimvakt.core.routes import Routes
from heimvakt.core.written import waiting_for

log = structlog.get_logger("start")

PAGE = 1_000_000
"""All rows of a receiver that is gone; the outbox is bounded far below this."""


async def requeue(
    store: Store, restored: Restored, receivers: Collection[str], routes: Routes
) -> None:
    """Put alarms back into the outbox whose receiver is gone, or whose rows were lost.

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
            first = together(routes.chain(alarm), 0)
            _add(transaction, alarm, (target.receiver for target in first))
    for alarm in restored.alarms:
        if alarm.is_unreceived:
            told = [one.receiver for one in alarm.told if one.receiver in receivers]
            _add(
                transaction,
                alarm,
                [name for name in told if await store.waits_for(name, alarm.alarm_id) is None],
            )
    if transaction.outbox or transaction.answered:
        await store.transact(transaction)
        log.warning("alarms queued again", count=len(transaction.outbox))


def _add(transaction: Transaction, alarm: Alarm, receivers: Iterable[str]) -> None:
    for waiting in waiting_for(alarm, receivers):
        transaction.outbox[(waiting.receiver, waiting.alarm_id)] = waiting
