"""One contestant, its line, and a witness at the other end of it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.listener import listening
from tests.support.proxy import Proxy, proxy

from .contestant import HELLO, CannotTakePart, Contestant
from .mosquitto import Mosquitto
from .witness import Witness, watching

START_S_MAX = 60.0
HELLO_EVERY_S = 0.5
QUIET_S = 3.0
"""So long after a sign that it is connected, and after the last news, nothing more comes."""
SETTLE_S_MAX = 150.0
"""So long without news what has not come is lost, connected or not: longer than any of them pauses
between two attempts to connect."""


class Arena:
    """What the trials need of it."""

    def __init__(self, contestant: Contestant, line: Proxy, witness: Witness) -> None:
        self.contestant = contestant
        self.line = line
        self.witness = witness
        self._hellos = itertools.count(HELLO)

    async def ready(self) -> None:
        """Start the contestant; returns when something gets through it.

        Raises:
            CannotTakePart: nothing does.
        """
        await self.contestant.start()
        first, until = next(self._hellos), time.monotonic() + START_S_MAX
        while self.witness.last_hello <= first:
            if time.monotonic() > until:
                raise CannotTakePart(
                    f"nothing got through it in {START_S_MAX:g} s (line taken "
                    f"{self.line.connections} times); {self.contestant.last_words()}"
                )
            self.contestant.feed(next(self._hellos))
            await self.witness.news(HELLO_EVERY_S)

    async def feed(self, numbers: Iterable[int], per_s: float) -> None:
        """Hand it events at a pace."""
        began = time.monotonic()
        for place, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + place / per_s - time.monotonic()))
            self.contestant.feed(number)

    async def taken(self, numbers: Iterable[int], within_s: float) -> set[int]:
        """Which of these it has told us are taken, after all or after that time."""
        wanted, until = set(numbers), time.monotonic() + within_s
        # A thread or a pipe tells of them, one by one.
        while not wanted <= self.contestant.taken and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return wanted & self.contestant.taken

    async def settle(self, wanted: Iterable[int]) -> None:
        """Return when all of these are there, or when nothing more comes of a contestant that is
        connected."""
        numbers, first = tuple(wanted), next(self._hellos)
        news_at = quiet_since = time.monotonic()
        missing = self.witness.missing(numbers)
        while missing and time.monotonic() - news_at < SETTLE_S_MAX:
            self.contestant.feed(next(self._hellos))
            # Not at each piece of news: to count is work, and the witness shares the processor.
            await asyncio.sleep(HELLO_EVERY_S)
            before, missing = missing, self.witness.missing(numbers)
            if missing < before:
                news_at = quiet_since = time.monotonic()
            elif self.witness.last_hello <= first:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > QUIET_S:
                return


@asynccontextmanager
async def arena(entrant: type[Contestant], folder: Path) -> AsyncIterator[Arena]:
    """All of it for as long as this lasts; the contestant is not started yet."""
    folder.mkdir(parents=True)  # noqa: ASYNC240
    async with AsyncExitStack() as stack:
        # The witness must get all that comes, however fast.
        lines = ("max_queued_messages 0", *entrant.upstream(folder))
        upstream = Mosquitto(folder / "upstream", lines)
        stack.push_async_callback(upstream.close)
        await upstream.start()
        listener = await stack.enter_async_context(listening(upstream.port))
        way = await stack.enter_async_context(proxy(upstream.port))
        contestant = entrant(folder / "contestant", way.port)
        stack.push_async_callback(contestant.close)
        witness = await stack.enter_async_context(watching(contestant, listener))
        yield Arena(contestant, way, witness)
