"""Somebody between the gateway and a real broker who passes everything on, and answers as he likes.

What a broker does that takes a message and then misbehaves: the receiver has it, and the gateway
does not know. `fake_broker` is for those that take nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

PUBLISH, PUBACK = 3, 4
CARRYING = (b"/alarm", b"/reports")
"""The ends of the topics on which something is brought; on the others he behaves."""


class Roguery(Enum):
    """What becomes of the confirmation of an alarm or a batch."""

    NEVER = "never"
    TWICE = "twice"
    HANGS_UP = "hangs up"
    """Instead of it."""


@dataclass(slots=True)
class RogueBroker:
    """For one event loop."""

    roguery: Roguery
    target_port: int
    port: int = 0
    greetings: list[float] = field(default_factory=list)
    """When somebody connected, on the clock of the loop."""
    carried: int = 0
    """Alarms and batches that were passed on."""

    @property
    def url(self) -> str:
        """As in the configuration of a gateway."""
        return f"mqtt://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.greetings.append(asyncio.get_running_loop().time())
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            return
        mids: set[bytes] = set()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._up(reader, far_writer, mids))
                both.create_task(self._down(far_reader, writer, mids))
        except* _HungUp:
            pass
        finally:
            writer.transport.abort()
            far_writer.transport.abort()

    async def _up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mids: set[bytes]
    ) -> None:
        while True:
            first, head, body = await _packet(reader)
            if first >> 4 == PUBLISH:
                length = int.from_bytes(body[:2])
                if body[2 : 2 + length].endswith(CARRYING):
                    mids.add(body[2 + length : 4 + length])
                    self.carried += 1
            writer.write(head + body)

    async def _down(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mids: set[bytes]
    ) -> None:
        while True:
            first, head, body = await _packet(reader)
            copies = 1
            if first >> 4 == PUBACK and body[:2] in mids:
                mids.discard(body[:2])
                match self.roguery:
                    case Roguery.NEVER:
                        copies = 0
                    case Roguery.TWICE:
                        copies = 2
                    case Roguery.HANGS_UP:
                        raise _HungUp
            writer.write((head + body) * copies)


class _HungUp(Exception):
    """One of the three has hung up."""


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """The first byte, all of the head, and the rest."""
    try:
        head = await reader.readexactly(1)
        length = shift = 0
        while True:
            head += await reader.readexactly(1)
            length |= (head[-1] & 0x7F) << shift
            shift += 7
            if not head[-1] & 0x80:
                return head[0], head, await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise _HungUp from error


@asynccontextmanager
async def rogue_broker(roguery: Roguery, target_port: int) -> AsyncIterator[RogueBroker]:
    """A rogue for one test; his connections are broken at the end."""
    one = RogueBroker(roguery, target_port)
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        # The streams of asyncio would complain of it.
        with suppress(asyncio.CancelledError):
            await one.serve(reader, writer)
        serving.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await server.wait_closed()
