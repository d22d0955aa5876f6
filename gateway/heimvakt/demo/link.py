"""The demo's line to the daemon: what it commits, its answers, and its driven clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

LINE_BYTES_MAX = 4_000_000
Line = dict[str, Any]


class ServiceGone(Exception):
    """The daemon hung up or answered with an error."""


class Link:
    """Two connections to the control socket: one that asks, one that watches."""

    def __init__(
        self,
        asking: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        watching: asyncio.StreamReader,
    ) -> None:
        self._reader, self._writer = asking
        self._watching = watching

    async def ask(self, do: str, **fields: object) -> Line:
        """One request.

        Raises:
            ServiceGone: there is no answer, or it is an error.
        """
        self._writer.write(json.dumps({"do": do, **fields}).encode() + b"\n")
        try:
            line = await self._reader.readline()
        except ConnectionError as error:  # killed with the request unread
            raise ServiceGone("the daemon hung up") from error
        if not line:
            raise ServiceGone("the daemon hung up")
        answer: Line = json.loads(line)
        if "error" in answer:
            raise ServiceGone(str(answer["error"]))
        return answer

    async def advance(self, to: datetime) -> None:
        """Drive the daemon's clock; returns when all deadlines up to `to` are committed."""
        await self.ask("advance", to=to.isoformat())

    async def follow(self, tell: Callable[[Mapping[str, Any]], None]) -> None:
        """Give every committed event to `tell`, until cancelled or the daemon hangs up."""
        while (line := await self._watching.readline()).endswith(b"\n"):
            tell(json.loads(line))


@asynccontextmanager
async def linked(socket: Path) -> AsyncIterator[Link]:
    """Connect to a daemon that listens already."""
    asking = await asyncio.open_unix_connection(socket, limit=LINE_BYTES_MAX)
    watching, watch_writer = await asyncio.open_unix_connection(socket, limit=LINE_BYTES_MAX)
    watch_writer.write(b'{"do": "watch"}\n')
    await watching.readline()
    try:
        yield Link(asking, watching)
    finally:
        asking[1].close()
        watch_writer.close()
