"""Keep the store within its bounds in quiet moments, and tell upstream what had to be dropped."""

from __future__ import annotations

import asyncio

from heimvakt.core.events import ClockQuality, RecordsDropped
from heimvakt.core.ledger import Store
from heimvakt.core.ports import Clock

from .pipeline import Pipeline

EVERY_S = 1.0
"""What receivers have answered for is durable after this, and drops are told."""
PIECES_MAX = 20
"""In one go; the next press waits for one piece at most."""


async def run_housekeeping(pipeline: Pipeline, store: Store, clock: Clock) -> None:
    """Do a little of it every second, until cancelled.

    Raises:
        StoreUnavailable: the store cannot do it.
    """
    while True:
        for drop in await store.tell_drops():
            await pipeline.emit(
                RecordsDropped(
                    drop_id=drop.drop_id,
                    what=drop.what,
                    count=drop.count,
                    first=drop.first,
                    last=drop.last,
                    reason=drop.reason,
                )
            )
        # A clock that nobody has set would make everything old at once.
        is_set = clock.quality() is not ClockQuality.UNKNOWN
        for _ in range(PIECES_MAX):
            if pipeline.waiting or not await store.keep_house(clock.now(), clock_is_set=is_set):
                break
        await asyncio.sleep(EVERY_S)
