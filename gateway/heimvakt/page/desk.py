"""Where the command `heimvakt page` fetches a code: a Unix socket that only its owner and group may
open. Who can open it is on the box already, and has shown who he is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from heimvakt.core.page_address import PageAddress

from .entry import CODE_S, SESSION_S, Entry

SAY_S = 5.0
"""Whoever says nothing for so long is hung up on."""
LINE_BYTES_MAX = 1_024


@asynccontextmanager
async def desk(
    path: Path, entry: Entry, address: PageAddress, time: Callable[[], float]
) -> AsyncIterator[None]:
    """Gives codes for as long as the block lasts; `time` is that of the event loop."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SAY_S):
                line = await reader.readline()
                writer.write(json.dumps(_answer(line)).encode() + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            return  # TimeoutError: says nothing; ValueError: says too much
        finally:
            writer.close()

    def _answer(line: bytes) -> dict[str, object]:
        if line.strip() != b'{"do": "code"}':
            return {"error": 'it can be asked for a code: {"do": "code"}'}
        return {
            "code": entry.new_code(time()),
            "listen": str(address),
            "code_s": CODE_S,
            "session_s": SESSION_S,
        }

    make_way(path)
    server = await asyncio.start_unix_server(serve, path, limit=LINE_BYTES_MAX)
    try:
        for_owner_and_group(path)
        yield
    finally:
        make_way(path)
        server.close()


def make_way(path: Path) -> None:
    """For a socket: its folder is there, and no older one of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_socket():
        path.unlink()


def for_owner_and_group(path: Path) -> None:
    """Nobody else may open this socket."""
    path.chmod(0o660)
