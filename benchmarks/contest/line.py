"""The line to the upstream broker, at which things go wrong; the broker itself never notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum

PIECE = 64 * 1024


class Way(Enum):
    """What becomes of a connection."""

    OPEN = "open"
    REFUSED = "refused"
    """Nobody listens, as when the broker's process is gone."""
    SWALLOWED = "swallowed"
    """It is taken and stands; what is sent is taken too, and nothing ever comes of it."""


class Line:
    """Passes TCP connections on to a port of loopback as long as it is open."""

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self._to_port = to_port
        self._way = Way.REFUSED
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    async def turn(self, way: Way) -> int:
        """Be so from now on; the moment, on the clock of `time.monotonic_ns`.

        Connections are cut on each change but one: to be swallowed is not to be told.
        """
        self._way = way
        if way is Way.REFUSED and self._server is not None:
            self._server.close()
            self._server = None
        if way is not Way.SWALLOWED:
            await self._cut()
        if way is not Way.REFUSED and self._server is None:
            self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]
        return time.monotonic_ns()

    async def _cut(self) -> None:
        for task in self._passing:
            task.cancel()
        if self._passing:
            await asyncio.wait(self._passing)

    async def _pass(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            far, to_far = await asyncio.open_connection("127.0.0.1", self._to_port)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._carry(near, to_far))
                    group.create_task(self._carry(far, to_near))
            finally:
                to_far.transport.abort()
        except (ExceptionGroup, OSError, asyncio.CancelledError):
            return  # one side hung up, or the line was cut
        finally:
            to_near.transport.abort()
            self._passing.discard(task)

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while piece := await source.read(PIECE):
            if self._way is Way.OPEN:
                to.write(piece)
                await to.drain()
        raise ConnectionResetError


@asynccontextmanager
async def line(to_port: int) -> AsyncIterator[Line]:
    """An open line for as long as this lasts."""
    made = Line(to_port)
    await made.turn(Way.OPEN)
    try:
        yield made
    finally:
        with suppress(OSError):
            await made.turn(Way.REFUSED)
