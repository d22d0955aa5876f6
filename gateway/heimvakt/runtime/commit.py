"""One transaction onto the disk: tried again while the disk stalls, and told when that lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from heimvakt.core.ledger import Store, StoreFull, StoreUnavailable, Transaction, is_urgent

COMMIT_RETRIES_S = (0.05, 0.2, 1.0, 5.0)
"""A disk that stalls gets these waits before the pipeline gives up and the process ends."""
UNSAVED_S = 2.0
"""A disk that has not taken a high alarm for so long is dead, as far as that alarm goes."""

log = structlog.get_logger("pipeline")


async def commit(
    store: Store,
    transaction: Transaction,
    retries_s: Sequence[float],
    *,
    prepare: Callable[[], None],
    unsaved: Callable[[], None],
) -> None:
    """Return when the transaction is durable.

    Args:
        store: what takes it.
        transaction: what it is.
        retries_s: the waits between tries.
        prepare: called while the store writes what somebody must be told of.
        unsaved: called when it has taken too long.

    Raises:
        StoreFull: there is room for alarms only, and this is none.
        StoreUnavailable: the store did not take it.
    """
    loop = asyncio.get_running_loop()
    late = loop.call_later(UNSAVED_S, unsaved)
    if transaction.outbox:
        loop.call_soon(prepare)  # in the next turn, when the store has it
    try:
        for wait_s in (*retries_s, None):
            try:
                await store.transact(transaction)
            except StoreUnavailable as error:
                if isinstance(error, StoreFull) and not is_urgent(transaction):
                    raise
                if wait_s is None:
                    raise StoreUnavailable(str(error)) from error
                log.warning("commit failed, trying again", error=str(error), wait_s=wait_s)
                await asyncio.sleep(wait_s)
            else:
                return
    finally:
        late.cancel()
