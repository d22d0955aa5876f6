"""A line of so many bytes per second and some delay, with little room before it, on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PIECE = 512
BUFFER = 4096
"""Of the kernel, as small as it makes them: what stands there is time that nobody measures."""


class SlowLine:
    """Passes bytes on to `target_port`; the way to the broker is slow, the way back is not."""

    def __init__(self, target_port: int, bytes_per_s: float, delay_s: float) -> None:
        self.target_port = target_port
        self.bytes_per_s = bytes_per_s
        self.delay_s = delay_s
        """One way."""
        self.port = 0

    @property
    def url(self) -> str:
        """As in the configuration of a gateway."""
        return f"mqtt://127.0.0.1:{self.port}"

    async def serve(self, near: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with near, socket.socket() as far:
            far.setblocking(False)
            far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(far, ("127.0.0.1", self.target_port))
            async with asyncio.TaskGroup() as group:
                for source, sink, slow in ((near, far, True), (far, near, False)):
                    pipe: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
                    group.create_task(self._take(source, pipe, slow=slow))
                    group.create_task(self._give(pipe, sink))

    async def _take(
        self, source: socket.socket, pipe: asyncio.Queue[tuple[float, bytes]], *, slow: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        free_at = 0.0
        while piece := await loop.sock_recv(source, PIECE if slow else 65536):
            if slow:
                free_at = max(free_at, loop.time()) + len(piece) / self.bytes_per_s
                await _until(free_at)
            pipe.put_nowait((loop.time() + self.delay_s, piece))
        raise ConnectionResetError

    async def _give(self, pipe: asyncio.Queue[tuple[float, bytes]], sink: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at, piece = await pipe.get()
            await _until(at)
            await loop.sock_sendall(sink, piece)


async def _until(at: float) -> None:
    pause_s = at - asyncio.get_running_loop().time()
    if pause_s > 0.002:  # shorter ones are made up for by the next
        await asyncio.sleep(pause_s)


@asynccontextmanager
async def slow_line(
    target_port: int, *, bytes_per_s: float, delay_s: float = 0.0
) -> AsyncIterator[SlowLine]:
    """A slow line for one test."""
    one = SlowLine(target_port, bytes_per_s, delay_s)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)  # those it takes inherit
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        one.port = listening.getsockname()[1]
        async with asyncio.TaskGroup() as group:
            accepting = group.create_task(_accept(one, listening))
            try:
                yield one
            finally:
                accepting.cancel()


async def _accept(line: SlowLine, listening: socket.socket) -> None:
    async with asyncio.TaskGroup() as group:
        while True:
            near, _ = await asyncio.get_running_loop().sock_accept(listening)
            group.create_task(_serve(line, near))


async def _serve(line: SlowLine, near: socket.socket) -> None:
    try:
        await line.serve(near)
    except* OSError:
        pass  # one side hung up
