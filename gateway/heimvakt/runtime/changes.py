"""Tell each receiver what became of signed changes, until its broker has it.

What is owed to whom the core says (`core.updates`), and it survives a restart: a change that cut
the gateway off is told when it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from heimvakt.core.events import ChangeDelivered, ChangeTold
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.ports import Clock
from heimvakt.core.updates import owed
from heimvakt.core.uplink import NobodyThere, NotConnected, Uplink

from .pipeline import Committed, Pipeline
from .waits import any_connected, now, until

log = structlog.get_logger("changes")

AGAIN_S = 3600.0
"""What the broker brings to nobody, or the disk does not take, is told again after this."""
SOON_S = 5.0
"""So soon it is tried again where a connection stands and does not take it."""


class Changes:
    """Of one life of the gateway."""

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        uplinks: Mapping[str, Sequence[Uplink]],
        *,
        again_s: float = AGAIN_S,
    ) -> None:
        """`uplinks` are those of each receiver that can be told, in the order of the paths."""
        self._pipeline = pipeline
        self._clock = clock
        self._uplinks = uplinks
        self._again_s = again_s
        self._news = {name: asyncio.Event() for name in uplinks}

    def watch(self, committed: Committed) -> None:
        """Take note of a committed event; a plain call."""
        if isinstance(committed.event, ChangeTold):
            for news in self._news.values():
                news.set()

    async def run(self) -> None:
        """Tell what is owed, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name in self._uplinks:
                group.create_task(self._tell(name), name=f"changes to {name}")

    async def _tell(self, receiver: str) -> None:
        uplinks, news = self._uplinks[receiver], self._news[receiver]
        while True:
            news.clear()
            left = owed(self._pipeline.state, receiver)
            if not left:
                await news.wait()
            elif not any(uplink.connected for uplink in uplinks):
                await any_connected(uplinks)
            elif await self._send(receiver, left, uplinks):
                if owed(self._pipeline.state, receiver):
                    await until(news, now() + self._again_s)
            else:
                await asyncio.sleep(SOON_S)

    async def _send(
        self, receiver: str, left: Sequence[ChangeTold], uplinks: Sequence[Uplink]
    ) -> bool:
        """Whether each of them was taken on some path; what nobody hears counts as taken too."""
        for told in left:
            heard = await self._send_one(told, uplinks)
            if heard is None:
                return False
            if heard:
                await self._heard(told, receiver)
        return True

    async def _send_one(self, told: ChangeTold, uplinks: Sequence[Uplink]) -> bool | None:
        """Whether it is brought to somebody; None: no path takes it."""
        for uplink in uplinks:
            if not uplink.connected:
                continue
            try:
                await uplink.tell_change(told, self._clock.now())
            except NobodyThere:
                return False
            except NotConnected:
                continue
            return True
        return None

    async def _heard(self, told: ChangeTold, receiver: str) -> None:
        heard = ChangeDelivered(change_id=told.change_id, outcome=told.outcome, receiver=receiver)
        try:
            await self._pipeline.emit(heard)
        except StoreUnavailable as error:
            log.warning("what was told of a change will be told again", why=str(error))
