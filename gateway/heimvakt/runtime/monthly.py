"""Tell the figures of a month that is over to each receiver that wants them, until it answers.

Which months are owed the core says (`core.summary`). That a receiver has stored one is an event
like any other: a restart tells again only what nobody has answered for, and a month that ended
while the gateway was off is told when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from heimvakt.core.events import ClockQuality, SummaryDelivered
from heimvakt.core.heard import MonthReceipt
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.month import Month, after, begins, month_of
from heimvakt.core.ports import Clock
from heimvakt.core.retry import Chance
from heimvakt.core.summary import owed, summarise
from heimvakt.core.uplink import NobodyThere, NotConnected, Uplink

from .pipeline import Pipeline
from .waits import any_connected, now, until

SPREAD_S = 600.0
"""The month ends in thousands of homes at once; they do not all speak at once."""
AGAIN_S = 3600.0
"""What nobody has answered for is told again after this."""
SOON_S = 60.0
"""So soon it is tried again where a connection does not do what it should, and looked whether the
clock can be believed."""


class Monthly:
    """Of one life of the gateway."""

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        uplinks: Mapping[str, Sequence[Uplink]],
        chance: Chance,
        *,
        spread_s: float = SPREAD_S,
        again_s: float = AGAIN_S,
    ) -> None:
        """`uplinks` are those of each receiver that wants the figures, in the order of the paths;
        `chance` spreads the turn of the month."""
        self._pipeline = pipeline
        self._clock = clock
        self._uplinks = uplinks
        self._chance = chance
        self._spread_s = spread_s
        self._again_s = again_s
        self._news = {name: asyncio.Event() for name in uplinks}
        self._one_at_a_time = asyncio.Lock()
        """The same receipt may come on two paths at once."""

    @property
    def tells(self) -> bool:
        """Whether anybody wants the figures."""
        return bool(self._uplinks)

    async def run(self) -> None:
        """Tell what is owed, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name in self._uplinks:
                group.create_task(self._tell(name), name=f"months to {name}")

    async def take(self, receipt: MonthReceipt) -> None:
        """Take a receipt; returns when it is durable. One for what is not owed is left."""
        receiver, month = receipt.receiver, receipt.month
        async with self._one_at_a_time:
            if receiver not in self._news or month not in self._owed(receiver):
                return
            try:
                await self._pipeline.emit(SummaryDelivered(month=month, receiver=receiver))
            except StoreUnavailable:
                return  # it is told again, and answered again
            self._news[receiver].set()

    def _owed(self, receiver: str) -> list[Month]:
        pipeline = self._pipeline
        return owed(pipeline.home, pipeline.state.figures, receiver, self._clock.now())

    async def _tell(self, receiver: str) -> None:
        uplinks, news = self._uplinks[receiver], self._news[receiver]
        while True:
            news.clear()
            if self._clock.quality() is ClockQuality.UNKNOWN:
                await asyncio.sleep(SOON_S)
            elif not (months := self._owed(receiver)):
                await self._turn()
            elif await self._send(months[0], uplinks):
                await until(news, now() + self._again_s)
            elif any(uplink.connected for uplink in uplinks):
                await asyncio.sleep(SOON_S)
            else:
                await any_connected(uplinks)

    async def _turn(self) -> None:
        """Return a while after the month has ended."""
        zone = self._pipeline.home.zone
        await self._clock.sleep_until(begins(after(month_of(self._clock.now(), zone)), zone))
        await asyncio.sleep(self._chance.uniform(0.0, self._spread_s))

    async def _send(self, month: Month, uplinks: Sequence[Uplink]) -> bool:
        """On the first path that takes it; whether one did."""
        at = self._clock.now()
        pipeline = self._pipeline
        summary = summarise(pipeline.home, pipeline.state.figures, month, at, alive=at)
        if summary is None:
            return False
        for uplink in uplinks:
            if not uplink.connected:
                continue
            try:
                await uplink.tell_month(summary, at)
            except NobodyThere:
                return True  # who comes later is told it again
            except NotConnected:
                continue
            return True
        return False
