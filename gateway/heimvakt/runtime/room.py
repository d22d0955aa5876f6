"""Watch how full the store is, and tell when it takes nothing but alarms any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from heimvakt.core.events import StoreFilled, StoreHasRoom
from heimvakt.core.ledger import Room, Store, StoreUnavailable

log = structlog.get_logger("room")

LOOK_EVERY_S = 10.0


class RoomWatch:
    """Tells of each change once."""

    def __init__(
        self,
        store: Store,
        emit: Callable[..., Awaitable[None]],
        *,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._store = store
        self._emit = emit
        self._look_every_s = look_every_s
        self._full = False

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            # One that cannot answer, or take what is said of it, is asked again.
            with suppress(StoreUnavailable):
                await self._look()
            await asyncio.sleep(self._look_every_s)

    async def _look(self) -> None:
        room = await self._store.room()
        if room.full and not self._full:
            log.error("the store is full: only alarms are taken", hint=_hint(room))
            # With an alarm of its own, so that it fits into what is kept for alarms.
            await self._emit(StoreFilled(reason=_hint(room)))
        elif self._full and not room.full:
            log.info("the store takes everything again")
            await self._emit(StoreHasRoom())
        self._full = room.full


def _hint(room: Room) -> str:
    if room.rows >= room.rows_max:
        return f"{room.rows} of {room.rows_max} records"
    free = room.disk_free_bytes // 2**20
    used, most = room.bytes_used // 2**20, room.bytes_max // 2**20
    return f"{used} of {most} MiB, {free} MiB free on the disk"
