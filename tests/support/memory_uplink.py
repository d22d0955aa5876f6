"""A receiver without a wire: keeps the port `heimvakt.core.uplink.Uplink`, answers when told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.uplink import Acknowledgement, Answer, Heartbeat, NotConnected, Sending

Hear = Callable[[Acknowledgement], Awaitable[None]]


class MemoryUplink:
    """What it was given stands in `sent`; with `confirms` cleared it takes all, confirms none."""

    def __init__(self, name: str = "centre") -> None:
        self._name = name
        self._standing = asyncio.Event()
        self._standing.set()
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self._hear: Hear | None = None
        self.confirms = asyncio.Event()
        self.confirms.set()
        self.poison: set[str] = set()
        """Alarms that cannot be put into a message."""
        self.sent: list[tuple[Alarm, Sending]] = []
        self.beats: list[Heartbeat] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def connected(self) -> bool:
        return self._standing.is_set()

    async def run(self, hear: Hear) -> None:
        self._hear = hear
        await asyncio.Event().wait()

    async def wait_connected(self) -> None:
        await self._standing.wait()

    async def send(self, alarm: Alarm, sending: Sending) -> None:
        if not self.connected:
            raise NotConnected(self._name)
        if alarm.alarm_id in self.poison:
            raise ValueError("no message can say that")
        self.sent.append((alarm, sending))
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

    async def beat(self, heartbeat: Heartbeat) -> None:
        if not self.connected:
            raise NotConnected(self._name)
        self.beats.append(heartbeat)
        self._changed.set()

    def counts(self) -> dict[str, int]:
        return {"sent": len(self.sent)}

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
        async with asyncio.timeout(5):
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
