"""A response centre for tests: the demo's receiver, and everything that it ever got."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from heimvakt.demo.receiver import Behaviour, Received, Receiver
from heimvakt.demo.records import Numbers
from heimvakt.runtime.clock import SystemClock

from .beside import beside


class Centre:
    """Keeps what came, repeats too."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.received: list[Received] = []
        self.alarms: dict[str, list[dict[str, Any]]] = {}
        """Alarm id -> the data of each message that carried it, in the order in which they came."""
        self._news = asyncio.Event()

    @property
    def states(self) -> list[dict[str, Any]]:
        """What was said of the gateway's being there."""
        return [r.message["data"] for r in self.received if r.kind == "state"]

    @property
    def numbers(self) -> dict[str, Numbers]:
        """By gateway: the numbers of the events that came as reports."""
        return self.receiver.reports

    def kinds(self) -> list[str]:
        """The kind of each alarm, in the order in which they first came."""
        return [messages[0]["kind"] for messages in self.alarms.values()]

    async def until(self, true: Callable[[], bool], within_s: float = 60.0) -> None:
        """Return when `true()` is, looked at after every message."""
        async with asyncio.timeout(within_s):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def alarm(self, kind: str, count: int = 1, within_s: float = 60.0) -> dict[str, Any]:
        """The first message of the `count`-th alarm of one kind."""
        await self.until(lambda: self.kinds().count(kind) >= count, within_s)
        of_kind = [m[0] for m in self.alarms.values() if m[0]["kind"] == kind]
        return of_kind[count - 1]

    async def _keep(self) -> None:
        async for received in self.receiver.stream():
            self.received.append(received)
            if received.kind == "alarm":
                data = received.message["data"]
                self.alarms.setdefault(data["alarm_id"], []).append(data)
            self._news.set()


@asynccontextmanager
async def centre(
    url: str, behaviour: Behaviour | None = None, *, client_id: str = "centre"
) -> AsyncIterator[Centre]:
    """A centre that has subscribed; the broker has to be there."""
    behaviour = behaviour or Behaviour(accept_after_s=0.0)
    receiver = Receiver(url, clock=SystemClock(), behaviour=behaviour, client_id=client_id)
    async with receiver.open():
        one = Centre(receiver)
        async with beside(one._keep()):
            yield one
