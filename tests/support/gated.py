"""A real store on a disk that can stall, or fail for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from heimvakt.core.alarms import Alarm
from heimvakt.core.ledger import (
    Dropped,
    Room,
    Store,
    Stored,
    StoreFull,
    StoreUnavailable,
    Transaction,
    Waiting,
    is_urgent,
)
from heimvakt.core.reports import ReportClass


class GatedStore:
    """Keeps the port `heimvakt.core.ledger.Store` over another one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.open = asyncio.Event()
        self.open.set()
        self.asked = asyncio.Event()
        """Somebody wants to write."""
        self.failures = 0
        """So many transactions from now on fail."""
        self.fits: int | None = None
        """There is room for alarms, and for no more other events than this in a transaction."""
        self.transactions: list[Transaction] = []
        """Those that were written."""
        self.attempts: list[list[int]] = []
        """The numbers of the events of each transaction that was tried."""

    async def transact(self, transaction: Transaction) -> None:
        self.attempts.append([event.seq for event in transaction.events])
        self.asked.set()
        await self.open.wait()
        if self.failures > 0:
            self.failures -= 1
            raise StoreUnavailable("the disk does not answer")
        fits = self.fits is None or len(transaction.events) <= self.fits
        if not fits and not is_urgent(transaction):
            raise StoreFull("the disk is full")
        await self._store.transact(transaction)
        self.transactions.append(transaction)

    async def waiting(self, receiver: str, limit: int) -> Sequence[Waiting]:
        return await self._store.waiting(receiver, limit)

    async def newest_high(self, receiver: str, limit: int) -> Sequence[Waiting]:
        return await self._store.newest_high(receiver, limit)

    async def waits_for(self, receiver: str, alarm_id: str) -> int | None:
        return await self._store.waits_for(receiver, alarm_id)

    async def count_waiting(self) -> Mapping[str, int]:
        return await self._store.count_waiting()

    async def alarm(self, alarm_id: str) -> Alarm | None:
        return await self._store.alarm(alarm_id)

    async def alarms(self, limit: int) -> Sequence[Alarm]:
        return await self._store.alarms(limit)

    async def oldest_waiting(self) -> datetime | None:
        return await self._store.oldest_waiting()

    async def reports(
        self, receiver: str, of: ReportClass, after: int, *, rows_max: int, bytes_max: int
    ) -> Sequence[Stored]:
        return await self._store.reports(
            receiver, of, after, rows_max=rows_max, bytes_max=bytes_max
        )

    async def reported(self, receiver: str, of: ReportClass, through: int) -> None:
        await self._store.reported(receiver, of, through)

    async def count_reports(self, receiver: str, of: ReportClass) -> int:
        return await self._store.count_reports(receiver, of)

    async def tell_drops(self) -> Sequence[Dropped]:
        return await self._store.tell_drops()

    async def room(self) -> Room:
        return await self._store.room()

    async def keep_house(self, now: datetime, *, clock_is_set: bool) -> bool:
        return await self._store.keep_house(now, clock_is_set=clock_is_set)
