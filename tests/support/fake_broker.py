"""The far end of MQTT 5 as a script: for brokers that do what no real one does when asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CONNACK = b"\x20\x03\x00\x00\x00"


def connack(reason: int) -> bytes:
    """The answer to a greeting."""
    return bytes([0x20, 3, 0, reason, 0])


def puback(mid: bytes, reason: int = 0) -> bytes:
    """The confirmation of a message."""
    return bytes([0x40, 4]) + mid + bytes([reason, 0])


def disconnect(reason: int) -> bytes:
    """The broker ends it and says why."""
    return bytes([0xE0, 2, reason, 0])


@dataclass
class FakeBroker:
    """Answers as it was told to; `HANG_UP` at the end of an answer ends the connection."""

    greet: bytes = CONNACK
    confirm: Callable[[bytes], bytes] = puback
    """From the id of an alarm to what is said to it; what else is published is confirmed."""
    reports_too: bool = False
    """Batches of reports are answered like alarms."""
    port: int = 0
    greetings: list[float] = field(default_factory=list)
    """When somebody connected, on the clock of the loop."""
    alarms: int = 0
    published: dict[str, bytes] = field(default_factory=dict)
    """Last level of the topic -> what followed the id of the last message: properties, payload."""

    @property
    def url(self) -> str:
        """As in the configuration of a gateway."""
        return f"mqtt://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                said = self._answer(*await _packet(reader))
                writer.write(said.removesuffix(HANG_UP))
                await writer.drain()
                if said.endswith(HANG_UP):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, first: int, body: bytes) -> bytes:
        match first >> 4:
            case 1:  # CONNECT
                self.greetings.append(asyncio.get_running_loop().time())
                return self.greet
            case 3:  # PUBLISH
                length = int.from_bytes(body[:2])
                topic, mid = body[2 : 2 + length], body[2 + length : 4 + length]
                self.published[topic.decode().rpartition("/")[2]] = body[4 + length :]
                if topic.endswith(b"/alarm"):
                    self.alarms += 1
                    return self.confirm(mid)
                if self.reports_too and topic.endswith(b"/reports"):
                    return self.confirm(mid)
                return puback(mid)
            case 8:  # SUBSCRIBE, two topics
                return b"\x90\x05" + body[:2] + b"\x00\x01\x01"
            case 12:  # PINGREQ
                return b"\xd0\x00"
            case _:
                return b""


HANG_UP = b"\xff\xff\xff\xffhang up"


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return first, await reader.readexactly(length)


@asynccontextmanager
async def fake_broker(
    *,
    greet: bytes = CONNACK,
    confirm: Callable[[bytes], bytes] = puback,
    reports_too: bool = False,
) -> AsyncIterator[FakeBroker]:
    """A fake for one test."""
    one = FakeBroker(greet=greet, confirm=confirm, reports_too=reports_too)
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)  # the last connections hear of it
