"""A receiver without a wire: keeps the port `heimvakt.core.uplink.Uplink`, answers when told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.events import ChangeTold
from heimvakt.core.heard import Acknowledgement, Answer, Asked, Heard, ReportReceipt
from heimvakt.core.orders import OrderAnswer
from heimvakt.core.self_test import SelfTest
from heimvakt.core.summary import Summary
from heimvakt.core.uplink import (
    Heartbeat,
    Line,
    NotConnected,
    NotNeeded,
    ReportBatch,
    Sending,
    Waits,
)

Hear = Callable[[Heard], Awaitable[None]]


class MemoryUplink:
    """What it was given stands in `sent`; with `confirms` cleared it takes all, confirms none."""

    def __init__(
        self, name: str = "centre", *, path: str = "default", carries_reports: bool = True
    ) -> None:
        self._name = name
        self._path = path
        self._carries_reports = carries_reports
        self._standing = asyncio.Event()
        self._standing.set()
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self.hear: Hear | None = None
        """What `run` was given: call it to answer."""
        self.confirms = asyncio.Event()
        self.confirms.set()
        self.remembers = True
        self.trouble: str | None = None
        self.doubted = 0
        self.spares = False
        """It need not be told of what somebody has taken."""
        self.newest: list[Alarm] = []
        self.line = Line()
        """As if it had been measured."""
        self.poison: set[str] = set()
        """Alarms that cannot be put into a message."""
        self.sent: list[tuple[Alarm, Sending]] = []
        self.reported: list[ReportBatch] = []
        self.told: list[tuple[Asked, tuple[Alarm, ...]]] = []
        self.answers: list[OrderAnswer] = []
        self.months: list[Summary] = []
        self.self_tests: list[SelfTest] = []
        self.changes: list[ChangeTold] = []
        self.beats: list[Heartbeat] = []
        self.hurried = 0
        self.waits = Waits.SOMETHING

    @property
    def name(self) -> str:
        return self._name

    @property
    def path(self) -> str:
        return self._path

    @property
    def carries_reports(self) -> bool:
        return self._carries_reports

    @property
    def connected(self) -> bool:
        return self._standing.is_set()

    def superseded(self, alarm: Alarm) -> None:
        self.newest.append(alarm)

    def doubt(self) -> None:
        self.doubted += 1

    def hurry(self) -> None:
        self.hurried += 1

    def pressing(self, what: Waits) -> None:
        self.waits = what

    async def run(self, hear: Hear) -> None:
        self.hear = hear
        await asyncio.Event().wait()

    async def wait_connected(self) -> None:
        await self._standing.wait()

    async def wait_lost(self) -> None:
        await asyncio.wait([self._lost])

    async def send(self, alarm: Alarm, sending: Sending) -> None:
        self._must_stand()
        if self.spares and alarm.accepted_by is not None:
            raise NotNeeded(self._name)
        if alarm.alarm_id in self.poison:
            raise ValueError("no message can say that")
        self.sent.append((alarm, sending))
        await self._confirmed()

    async def report(self, batch: ReportBatch) -> None:
        self._must_stand()
        self.reported.append(batch)
        await self._confirmed()

    async def tell_outstanding(self, asked: Asked, alarms: Sequence[Alarm], at: datetime) -> None:
        self._must_stand()
        self.told.append((asked, tuple(alarms)))
        await self._confirmed()

    async def tell_month(self, summary: Summary, at: datetime) -> None:
        self._must_stand()
        self.months.append(summary)
        await self._confirmed()

    async def tell_self_test(self, test: SelfTest, at: datetime) -> None:
        self._must_stand()
        self.self_tests.append(test)
        await self._confirmed()

    async def tell_change(self, told: ChangeTold, at: datetime) -> None:
        self._must_stand()
        self.changes.append(told)
        await self._confirmed()

    async def tell_order(self, answer: OrderAnswer, at: datetime) -> None:
        self._must_stand()
        self.answers.append(answer)
        await self._confirmed()

    async def beat(self, heartbeat: Heartbeat) -> None:
        self._must_stand()
        self.beats.append(heartbeat)
        await self._confirmed()

    def counts(self) -> dict[str, int]:
        return {"sent": len(self.sent)}

    def _must_stand(self) -> None:
        if not self.connected:
            raise NotConnected(self._name)

    async def _confirmed(self) -> None:
        """Return when the transport has confirmed it: at once, or when `confirms` is set."""
        self._changed.set()
        if self.confirms.is_set():
            return
        lost = self._lost
        confirmed = asyncio.get_running_loop().create_task(self.confirms.wait())
        either: list[asyncio.Future[Any]] = [lost, confirmed]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            confirmed.cancel()
        if lost.done():
            raise NotConnected(self._name)

    # --- what a test does to it -------------------------------------------------------------------

    def cut(self) -> None:
        """The connection is gone."""
        self._standing.clear()
        self._lost.set_result(None)

    def mend(self) -> None:
        """It stands again."""
        self._lost = asyncio.get_running_loop().create_future()
        self._standing.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something was sent that makes it true."""
        async with asyncio.timeout(30):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def numbers(self) -> list[int]:
        """Of the alarms that were sent, in order."""
        return [alarm.number for alarm, _ in self.sent]


def answer(
    alarm: Alarm | str,
    what: Answer = Answer.RECEIVED,
    *,
    by: str = "op-7",
    revision: int | None = 0,
) -> Acknowledgement:
    """What a receiver says of an alarm."""
    alarm_id = alarm if isinstance(alarm, str) else alarm.alarm_id
    return Acknowledgement(
        alarm_id=alarm_id, answer=what, receiver="centre", by=by, revision=revision
    )


def receipt(batch: ReportBatch | str, *, by: str = "system") -> ReportReceipt:
    """What a receiver says of a batch of reports."""
    batch_id = batch if isinstance(batch, str) else batch.batch_id
    return ReportReceipt(receiver="centre", batch_id=batch_id, by=by)
