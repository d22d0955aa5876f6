"""A server of one file, on loopback, that does to those who fetch what lines and servers do.

Written on the wire and with no library for HTTP: a witness that reads as we do proves nothing.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from .certificates import Pair

_RANGE = re.compile(rb"range: *bytes=(\d+)-", re.IGNORECASE)


class FileServer:
    """What it does next stands in its fields, each for one answer, in turn."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.ranges: list[int | None] = []
        """Where each that was asked wanted to begin; None: it did not say."""
        self.cuts: list[int] = []
        """Bytes of the body after which it hangs up."""
        self.statuses: list[tuple[int, dict[str, str]]] = []
        """Answers without a file."""
        self.knows_range = True
        self.says_length = True
        self.hangs_after: int | None = None
        """So many bytes come, and then nothing more."""
        self.asked = asyncio.Event()
        self.port = 0
        self.scheme = "http"
        self._hanging = asyncio.Event()

    @property
    def url(self) -> str:
        """Where the file is."""
        return f"{self.scheme}://127.0.0.1:{self.port}/night.heimvakt"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on each connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            found = _RANGE.search(head)
            self.ranges.append(int(found[1]) if found else None)
            self.asked.set()
            await self._answer(writer, self.ranges[-1])
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, begin: int | None) -> None:
        if self.statuses:
            status, headers = self.statuses.pop(0)
            await _send(writer, _head(status, {"Content-Length": "0", **headers}))
            return
        at = begin if begin is not None and self.knows_range else 0
        body = self.content[at:]
        headers = {"Content-Length": str(len(body))} if self.says_length else {}
        if at:
            last = len(self.content) - 1
            headers["Content-Range"] = f"bytes {at}-{last}/{len(self.content)}"
        await _send(writer, _head(206 if at else 200, headers))
        if self.cuts:
            await _send(writer, body[: self.cuts.pop(0)])
            return
        if self.hangs_after is not None:
            await _send(writer, body[: self.hangs_after])
            await self._hanging.wait()
            return
        await _send(writer, body)


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} so",
        "Connection: close",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def _send(writer: asyncio.StreamWriter, said: bytes) -> None:
    writer.write(said)
    await writer.drain()


@asynccontextmanager
async def file_server(content: bytes, pair: Pair | None = None) -> AsyncIterator[FileServer]:
    """It listens while the block lasts; with a certificate, by TLS alone."""
    one = FileServer(content)
    tls = None
    if pair is not None:
        one.scheme = "https"
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(pair.certificate, pair.key)
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await one.serve(reader, writer)
        except asyncio.CancelledError:
            writer.close()
        finally:
            talks.discard(task)

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        for task in tuple(talks):
            task.cancel()
        await server.wait_closed()
        if talks:
            await asyncio.wait(talks)
