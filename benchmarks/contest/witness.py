"""Who is upstream: it notes when each event was there for the first time, and gives the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from benchmarks.listener import Listener, Message

from .contestant import HELLO, Contestant


class Witness:
    """Made for one contestant; `watching` lets it work."""

    def __init__(self, contestant: Contestant, listener: Listener) -> None:
        self.first_ns: dict[int, int] = {}
        """By number, on the clock of `time.monotonic_ns`."""
        self.repeats = 0
        """Copies of events that were there already."""
        self.last_hello = HELLO
        """The highest number that came and was no event."""
        self._contestant = contestant
        self._listener = listener
        self._news = asyncio.Event()

    def missing(self, numbers: Iterable[int]) -> int:
        """How many of them have not come."""
        return sum(number not in self.first_ns for number in numbers)

    async def news(self, within_s: float) -> None:
        """Return as soon as anything has come, or after that time."""
        self._news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._news.wait()

    async def watch(self, messages: asyncio.Queue[Message]) -> None:
        """Take what comes, until cancelled."""
        while True:
            message = await messages.get()
            for topic, payload in self._contestant.answers(message):
                self._listener.publish(topic, payload)
            for number in self._contestant.read(message):
                self._note(number, message.at_ns)
            self._news.set()

    def _note(self, number: int, at_ns: int) -> None:
        if number >= HELLO:
            self.last_hello = max(self.last_hello, number)
        elif number in self.first_ns:
            self.repeats += 1
        else:
            self.first_ns[number] = at_ns


@asynccontextmanager
async def watching(contestant: Contestant, listener: Listener) -> AsyncIterator[Witness]:
    """A witness for as long as this lasts."""
    witness = Witness(contestant, listener)
    messages = await listener.subscribe(contestant.topic)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(witness.watch(messages))
        yield witness
        task.cancel()
