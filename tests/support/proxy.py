"""A TCP proxy on loopback that does to a connection what networks do: cut, stall, delay, narrow;
and to whoever connects what a machine does that is off or hangs. The far end never notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .ports import HeldPort

CHUNK = 65536
UNDER_WAY_MAX = 256
"""Chunks in one direction: 16 MiB, more than a host has under way."""


class Proxy:
    """Passes bytes on to `target_port` until told otherwise; for one event loop."""

    def __init__(self, port: int, target_port: int, *, rtt_s: float = 0.0) -> None:
        """Listen nowhere yet; `port` is held for this one, also while it is shut."""
        self.target_port = target_port
        self.port = port
        self.delay_s = rtt_s / 2
        """Held back so long, each way, as by a long line: what is sent meanwhile is not held up."""
        self.bytes_per_s: float | None = None
        """What the line carries towards the broker; None: no limit."""
        self.connections = 0
        """How many were taken since the start."""
        self.heard: list[bytes] = []
        """The first bytes of each from the client's side."""
        self._refusing = False
        self._cut_after: int | None = None
        self._cut = asyncio.Event()
        self._flows = asyncio.Event()
        self._flows.set()
        self._swallowing = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Listen from now on; the moment, on the clock of `time.monotonic_ns`."""
        if self._server is None:
            self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        return time.monotonic_ns()

    async def shut(self) -> None:
        """Nobody listens any more, as when the process is gone, and every connection is broken."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self._break()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
        if server is not None:
            await server.wait_closed()

    @property
    def url(self) -> str:
        """As in the configuration of a gateway, in clear text."""
        return f"mqtt://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break every connection there is, and take no new one until `mend`."""
        self._refusing = True
        self._break()

    def cut_once(self) -> None:
        """Break every connection there is; new ones are welcome."""
        self._break()

    def cut_upstream_after(self, count: int) -> None:
        """Let so many more bytes through to the broker, then `cut`."""
        self._cut.clear()
        self._cut_after = count
        if count == 0:
            self.cut()

    async def wait_cut(self) -> None:
        """Return when `cut_upstream_after` has come true."""
        await self._cut.wait()

    def stall(self) -> None:
        """A black hole: connections stand and new ones are taken, but nothing gets through."""
        self._flows.clear()

    def swallow(self) -> None:
        """A far end that hangs: connections stand, what is sent is taken, nothing comes of it."""
        self._swallowing = True

    def mend(self) -> None:
        """All is well again; what was stalled flows on, what was swallowed is gone and its
        connections with it."""
        if self._swallowing:
            self._break()
        self._refusing = self._swallowing = False
        self._cut_after = None
        self._flows.set()

    def _break(self) -> None:
        self._cut.set()
        for writer in self._writers:
            writer.transport.abort()

    async def _take(
        self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await self._serve(client_reader, client_writer)
        except asyncio.CancelledError:
            pass  # the streams of asyncio would complain of it
        finally:
            self._serving.discard(task)

    async def _serve(
        self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        if self._refusing:
            client_writer.transport.abort()
            return
        self._writers.add(client_writer)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            self._writers.discard(client_writer)
            client_writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(client_reader, writer, upstream=True))
                both.create_task(self._pump(reader, client_writer, upstream=False))
        finally:
            self._writers -= {writer, client_writer}
            writer.transport.abort()
            client_writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upstream: bool
    ) -> None:
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY_MAX)
        loop = asyncio.get_running_loop()
        filling = loop.create_task(self._fill(reader, line, upstream=upstream))
        first = upstream
        try:
            while (held := await line.get())[1]:
                arrives_at, data = held
                if first:
                    self.heard.append(data[:64])
                    first = False
                await self._flows.wait()
                if arrives_at > loop.time():
                    await asyncio.sleep(arrives_at - loop.time())
                if upstream and self._cut_after is not None:
                    data, rest = data[: self._cut_after], data[self._cut_after :]
                    self._cut_after -= len(data)
                    writer.write(data)
                    if rest or self._cut_after == 0:
                        await writer.drain()
                        # What was let through arrives; then the line is dead, both ways.
                        writer.close()
                        self.cut()
                        return
                else:
                    writer.write(data)
                    await writer.drain()
        except (ConnectionError, RuntimeError):
            pass  # the other pump's side broke
        finally:
            filling.cancel()
            await asyncio.wait([filling])
            writer.close()

    async def _fill(
        self,
        reader: asyncio.StreamReader,
        line: asyncio.Queue[tuple[float, bytes]],
        *,
        upstream: bool,
    ) -> None:
        """Put on the line what comes, with the time at which it is at the other end; then b""."""
        loop = asyncio.get_running_loop()
        data = b"-"
        while data:
            rate = self.bytes_per_s if upstream else None
            try:
                # In small pieces where they take their time: a line carries no blocks.
                data = await reader.read(max(200, int(rate / 200)) if rate else CHUNK)
            except ConnectionError:
                data = b""
            if rate:
                await asyncio.sleep(len(data) / rate)
            if not (self._swallowing and data):
                await line.put((loop.time() + self.delay_s, data))


@asynccontextmanager
async def proxy(target_port: int, *, rtt_s: float = 0.0) -> AsyncIterator[Proxy]:
    """A proxy for so long; its connections are broken at the end."""
    with HeldPort() as port:
        one = Proxy(port.number, target_port, rtt_s=rtt_s)
        await one.open()
        try:
            yield one
        finally:
            await one.shut()
