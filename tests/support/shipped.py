"""A life with one receiver over one or more paths without wires, and the store that can stall."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.events import Event
from heimvakt.core.ledger import Stored, StoreUnavailable, Waiting
from heimvakt.core.reports import ReportClass, Wanted
from heimvakt.core.retry import Schedule
from heimvakt.runtime.pipeline import Committed
from heimvakt.runtime.shipping import Shipping
from heimvakt.store.store import SqliteStore
from tests.support.gated import GatedStore
from tests.support.lives import RECEIVER, Life, live
from tests.support.memory_uplink import MemoryUplink
from tests.support.outbox import FAST


class ReadStore(GatedStore):
    """Counts what is read, and can fail at it."""

    def __init__(self, store: SqliteStore) -> None:
        super().__init__(store)
        self.reads: list[str] = []
        self.unreadable = False
        self.answers = asyncio.Event()
        """While this is cleared a reading hangs."""
        self.answers.set()

    async def _read(self, what: str) -> None:
        self.reads.append(what)
        await self.answers.wait()
        if self.unreadable:
            raise StoreUnavailable("the disk does not answer")

    async def waiting(self, receiver: str, limit: int) -> Sequence[Waiting]:
        await self._read("waiting")
        return await super().waiting(receiver, limit)

    async def waits_for(self, receiver: str, alarm_id: str) -> int | None:
        await self._read("waits_for")
        return await super().waits_for(receiver, alarm_id)

    async def alarm(self, alarm_id: str) -> Alarm | None:
        await self._read("alarm")
        return await super().alarm(alarm_id)

    async def reports(
        self, receiver: str, of: ReportClass, after: int, *, rows_max: int, bytes_max: int
    ) -> Sequence[Stored]:
        await self._read("reports")
        return await super().reports(receiver, of, after, rows_max=rows_max, bytes_max=bytes_max)


@dataclass(frozen=True, slots=True)
class Route:
    """One receiver."""

    life: Life
    store: ReadStore
    uplinks: Sequence[MemoryUplink]
    shipping: Shipping

    @property
    def uplink(self) -> MemoryUplink:
        return self.uplinks[0]

    async def raise_by(self, event: Event) -> Alarm:
        before = set(self.life.pipeline.state.alarms)
        await self.life.pipeline.emit(event)
        (alarm_id,) = set(self.life.pipeline.state.alarms) - before
        return self.life.pipeline.state.alarms[alarm_id]

    async def waiting(self) -> list[int]:
        return [row.number for row in await self.life.store.waiting(RECEIVER, 1_000)]

    async def reports_waiting(self) -> int:
        return sum([await self.life.store.count_reports(RECEIVER, of) for of in ReportClass])

    def state_of(self, alarm: Alarm) -> AlarmState:
        return self.life.pipeline.state.alarms[alarm.alarm_id].state


@asynccontextmanager
async def route(
    directory: Path,
    schedule: Schedule | None = None,
    *,
    paths: Sequence[str] = ("broadband",),
    cut: bool = False,
    wanted: Wanted = Wanted.NONE,
    outstanding: Callable[[], Sequence[Alarm]] = tuple,
    runs: bool = True,
    knows: bool = True,
) -> AsyncIterator[Route]:
    """All paths stand, unless they are to be cut from the start; `knows`: alarms of this life need
    not be read."""
    async with live(directory, wanted={RECEIVER: wanted}) as life:
        store = ReadStore(life.store)
        uplinks = [MemoryUplink(path=path) for path in paths]
        for uplink in uplinks:
            uplink.line = FAST
            if cut:
                uplink.cut()
        shipping = Shipping(
            uplinks,
            store,
            life.clock,
            life.pipeline.emit,
            wanted=wanted,
            outstanding=outstanding,
            known=lambda alarm_id: life.pipeline.state.alarms.get(alarm_id) if knows else None,
            schedule=schedule,
        )

        def follow(committed: Committed) -> None:
            shipping.happened(committed.event)
            for dispatch in committed.outcome.send:
                shipping.offer(dispatch.alarm)

        life.pipeline.watch(follow)
        made = Route(life, store, uplinks, shipping)
        if not runs:
            yield made
            return
        task = asyncio.get_running_loop().create_task(shipping.run())
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
