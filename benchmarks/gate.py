"""A gate on the way to the broker: shut, there is no broker for who is behind it; open, it may be
as far away as one likes. Whoever is not behind it never notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

PIECE = 64 * 1024
UNDER_WAY_MAX = 64
"""Pieces in one direction: 4 MiB, more than a host has under way."""


class Gate:
    """Passes TCP connections on to a port of loopback while it is open."""

    def __init__(self, to_port: int, *, rtt_s: float = 0.0) -> None:
        self.port = 0
        self._to_port = to_port
        self._half_s = rtt_s / 2
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        """Take connections from now on; the moment, on the clock of `time.monotonic_ns`."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return time.monotonic_ns()

    async def shut(self) -> None:
        """Refuse connections and cut those that are there."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
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
            return  # one side hung up, or the gate was shut
        finally:
            to_near.transport.abort()
            self._passing.discard(task)

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        if not self._half_s:
            while piece := await source.read(PIECE):
                to.write(piece)
                await to.drain()
            raise ConnectionResetError
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY_MAX)

        async def deliver() -> None:
            while True:
                at, piece = await pieces.get()
                await asyncio.sleep(at - loop.time())
                to.write(piece)
                await to.drain()

        async with asyncio.TaskGroup() as group:
            group.create_task(deliver())
            while piece := await source.read(PIECE):
                await pieces.put((loop.time() + self._half_s, piece))
            raise ConnectionResetError


@asynccontextmanager
async def gate(to_port: int, *, rtt_s: float = 0.0) -> AsyncIterator[Gate]:
    """An open gate for as long as this lasts."""
    made = Gate(to_port, rtt_s=rtt_s)
    await made.open()
    try:
        yield made
    finally:
        with suppress(OSError):
            await made.shut()
