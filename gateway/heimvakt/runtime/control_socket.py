"""The control socket: a file that only its owner and group may open, there while the process is.

Each life of the gateway answers at it by a desk of its own. Whoever asks between two lives waits
for the next one, and is never told that there is no service.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import structlog

from .control import LINE_BYTES_MAX, Desk, send

log = structlog.get_logger("control")

LAST_ANSWERS_S = 2.0
"""For what was asked when a life ends: what an uplink takes to say goodbye in the same time."""


class ControlSocket:
    """Listens from the first life on, until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._made: os.stat_result | None = None
        self._desk: Desk | None = None
        self._conversations: set[asyncio.Task[None]] = set()
        self._with_this_life: set[asyncio.Task[None]] = set()
        """Those of them that were answered by it, and end with it."""
        self.answers = asyncio.Event()
        """Set while whoever asks is answered."""

    async def answer(self, desk: Desk) -> None:
        """Answer by this desk until cancelled."""
        await self._listen()
        self._desk = desk
        self.answers.set()
        try:
            # Not `serve_forever`: when cancelled it may wait for whoever is still connected.
            await asyncio.get_running_loop().create_future()
        finally:
            self._desk = None
            self.answers.clear()
            try:
                async with asyncio.timeout(LAST_ANSWERS_S):
                    await desk.quiet()
            except TimeoutError:
                log.warning("not all that was asked is answered", within_s=LAST_ANSWERS_S)
            finally:
                for conversation in self._with_this_life:
                    conversation.cancel()
                self._with_this_life.clear()

    def close(self) -> None:
        """Listen no more, and hang up on whoever waits."""
        if self._is_there():
            self._path.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()

    async def _listen(self) -> None:
        if self._is_there():
            return
        if self._server is not None:  # somebody has taken the file away: nobody finds us any more
            self._server.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._serve, self._path, limit=LINE_BYTES_MAX
        )
        self._path.chmod(0o660)
        self._made = self._path.stat()

    def _is_there(self) -> bool:
        """Whether the file is the one that was made here, and not that of another process."""
        with suppress(FileNotFoundError):
            return self._made is not None and os.path.samestat(self._made, self._path.lstat())
        return False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The task is the server's own; it must not outlive the socket.
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            await self._talk(task, reader, writer)
        except ConnectionError:
            return  # the other side went away
        except asyncio.CancelledError:
            return  # by us; asyncio of 3.11 logs a stream's task that ends cancelled as an error
        finally:
            self._conversations.discard(task)
            self._with_this_life.discard(task)
            writer.close()

    async def _talk(
        self,
        task: asyncio.Task[None],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        goes_on = True
        while goes_on:
            try:
                line = await reader.readline()
            except ValueError:
                await send(writer, {"error": f"a request has at most {LINE_BYTES_MAX} bytes"})
                return
            if not line:
                return
            while (desk := self._desk) is None:
                await self.answers.wait()
            self._with_this_life.add(task)
            goes_on = await desk.take_up(line, reader, writer)
