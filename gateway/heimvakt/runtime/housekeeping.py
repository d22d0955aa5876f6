"""Keep the store within its bounds in quiet moments, and tell upstream what had to be dropped."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from heimvakt.core.events import ClockQuality, RecordsDropped
from heimvakt.core.ledger import Store, StoreUnavailable
from heimvakt.core.ports import Clock

from .pipeline import Pipeline

EVERY_S = 1.0
"""What receivers have answered for is durable after this, and drops are told."""
PIECES_MAX = 20
"""In one go; the next press waits for one piece at most."""


async def run_housekeeping(
    pipeline: Pipeline, store: Store, clock: Clock, *, every_s: float = EVERY_S
) -> None:
    """Do a little of it every second, until cancelled. A disk that is dead is waited for."""
    while True:
        with suppress(StoreUnavailable):  # whoever commits has told it
            await _tell_drops(pipeline, store)
            await _keep(pipeline, store, clock)
        await asyncio.sleep(every_s)


async def _tell_drops(pipeline: Pipeline, store: Store) -> None:
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


async def _keep(pipeline: Pipeline, store: Store, clock: Clock) -> None:
    # A clock that nobody has set would make everything old at once.
    is_set = clock.quality() is not ClockQuality.UNKNOWN
    for _ in range(PIECES_MAX):
        if pipeline.waiting or not await store.keep_house(clock.now(), clock_is_set=is_set):
            return
