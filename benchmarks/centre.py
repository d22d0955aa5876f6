"""The far end of one Heimvakt: it answers everything at once, and notes when it came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from .hosts import Heimvakt
from .listener import Listener, Message

IDLE_S = 20.0
"""When nothing has come for so long, the rest is lost."""


@dataclass(slots=True)
class Reports:
    """Those that came, each counted once."""

    seqs: set[int]
    messages: int = 0
    bytes: int = 0
    first_ns: int = 0
    last_ns: int = 0


class Centre:
    """Made for one host; `answering` lets it work."""

    def __init__(self, host: Heimvakt, listener: Listener) -> None:
        self.alarms: asyncio.Queue[int] = asyncio.Queue()
        """When each alarm of a button came for the first time, on the clock of `monotonic_ns`."""
        self.reports = Reports(set())
        self.connected_ns = 0
        """When the gateway said last that it is there."""
        self._host = host
        self._listener = listener
        self._wanted = range(0)
        self._news = asyncio.Event()

    def expect(self, wanted: range) -> None:
        """Count reports with these numbers from now on, and no others."""
        self._wanted = wanted
        self.reports = Reports(set())

    @property
    def has_all(self) -> bool:
        """Whether no report is missing."""
        return len(self.reports.seqs) == len(self._wanted)

    async def wait_all(self) -> None:
        """Return when it has all, or when nothing has come for a while."""
        while not self.has_all:
            self._news.clear()
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._news.wait()
            except TimeoutError:
                return

    async def answer(self) -> None:
        """Answer whatever comes, until cancelled."""
        while True:
            message = await self._host.messages.get()
            kind = message.topic.rpartition("/")[2]
            if kind == "alarm":
                if self._host.pressed(message) is not None:
                    self.alarms.put_nowait(message.at_ns)
                self._host.answer(message, self._listener)
            elif kind == "reports":
                self._take(message)
            elif kind == "state" and json.loads(message.payload)["data"]["online"]:
                self.connected_ns = message.at_ns
            self._news.set()

    def _take(self, message: Message) -> None:
        data = json.loads(message.payload)["data"]
        self._host.receipt(data["batch_id"], self._listener)
        mine = {event["seq"] for event in data["events"] if event["seq"] in self._wanted}
        reports = self.reports
        if mine - reports.seqs:
            reports.seqs |= mine
            reports.messages += 1
            reports.bytes += len(message.payload)
            reports.first_ns = reports.first_ns or message.at_ns
            reports.last_ns = message.at_ns


@asynccontextmanager
async def answering(host: Heimvakt, listener: Listener) -> AsyncIterator[Centre]:
    """A far end that answers for as long as this lasts."""
    centre = Centre(host, listener)
    task = asyncio.create_task(centre.answer())
    try:
        yield centre
    finally:
        task.cancel()
        await asyncio.wait([task])
