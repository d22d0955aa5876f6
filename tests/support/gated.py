"""A real store on a disk that can stall, or fail for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from heimvakt.core.alarms import Alarm
from heimvakt.core.ledger import Store, StoreUnavailable, Transaction, Waiting


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
        await self._store.transact(transaction)
        self.transactions.append(transaction)

    async def waiting(self, receiver: str, limit: int) -> Sequence[Waiting]:
        return await self._store.waiting(receiver, limit)

    async def waits_for(self, receiver: str, alarm_id: str) -> int | None:
        return await self._store.waits_for(receiver, alarm_id)

    async def count_waiting(self) -> Mapping[str, int]:
        return await self._store.count_waiting()

    async def alarm(self, alarm_id: str) -> Alarm | None:
        return await self._store.alarm(alarm_id)

    async def alarms(self, limit: int) -> Sequence[Alarm]:
        return await self._store.alarms(limit)
