"""A line to a host over a file descriptor: read and write without blocking the loop.

There is no queue here. The kernel's buffer is the queue, and who writes waits for its turn and then
for room, so a host that reads slowly slows its radio down and nothing else. The limits: at most
WAITING_MAX frames wait for their turn, one more raises LineFullError at once; and a host that took
nothing for `stall_s` seconds makes the frame lost (LineStalledError), of which it may then see the
beginning: that is what a real line does, too, and the host must find the next frame by itself.
"""

from __future__ import annotations

import asyncio
import os
import select
import time

READ_OCTETS = 4096
WAITING_MAX = 4096
STALL_S = 10.0
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class LineGoneError(ConnectionError):
    """The host hung up, or the line was closed."""


class LineFullError(BufferError):
    """Too many frames wait already."""


class LineStalledError(TimeoutError):
    """The host does not read."""


class Line:
    """Owns the descriptor, and closes it with the line, unless `keep_open`."""

    def __init__(self, fd: int, *, keep_open: bool = False, stall_s: float = STALL_S) -> None:
        self._fd = fd
        self._keep_open = keep_open
        self._stall_s = stall_s
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._closed = False
        self._wishes: set[asyncio.Future[None]] = set()
        self._poll = select.poll()
        self._poll.register(fd, 0)
        os.set_blocking(fd, False)

    @property
    def open(self) -> bool:
        """Whether it was not closed on this side."""
        return not self._closed

    async def read(self) -> bytes:
        """What the host sent, at least one octet; nothing at all when it is gone."""
        while not self._closed:
            try:
                return os.read(self._fd, READ_OCTETS)
            except BlockingIOError:
                await self._ready(reading=True)
            except OSError:
                break
        return b""

    async def write(self, data: bytes) -> int:
        """Write one frame whole; `time.monotonic_ns()` just before its last octet went out.

        Raises LineGoneError, LineFullError or LineStalledError, see the module.
        """
        if self._waiting >= WAITING_MAX:
            raise LineFullError(f"{self._waiting} frames wait for the line already")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._write(memoryview(data))
        finally:
            self._waiting -= 1

    async def _write(self, left: memoryview) -> int:
        while True:
            # A pseudo-terminal without a host would take the octets and keep them for the next.
            if self._closed or self._poll.poll(0):
                raise LineGoneError("the host has closed the port")
            at_ns = time.monotonic_ns()
            try:
                left = left[os.write(self._fd, left) :]
            except BlockingIOError:
                pass
            except OSError as error:
                raise LineGoneError("the host has closed the port") from error
            if not left:
                return at_ns
            try:
                async with asyncio.timeout(self._stall_s):
                    await self._ready(reading=False)
            except TimeoutError as error:
                raise LineStalledError(f"the host read nothing for {self._stall_s} s") from error

    def close(self) -> None:
        """End it; who reads gets nothing, who writes LineGoneError. May be called twice."""
        if self._closed:
            return
        self._closed = True
        for wish in self._wishes:
            if not wish.done():
                wish.set_result(None)
        # At once, not when they wake: the number may belong to another descriptor by then.
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._fd)
        loop.remove_writer(self._fd)
        if not self._keep_open:
            os.close(self._fd)

    async def _ready(self, *, reading: bool) -> None:
        loop = asyncio.get_running_loop()
        wish: asyncio.Future[None] = loop.create_future()
        self._wishes.add(wish)
        if reading:
            loop.add_reader(self._fd, _fulfil, wish)
        else:
            loop.add_writer(self._fd, _fulfil, wish)
        try:
            await wish
        finally:
            self._wishes.discard(wish)
            if not self._closed:
                if reading:
                    loop.remove_reader(self._fd)
                else:
                    loop.remove_writer(self._fd)


def _fulfil(wish: asyncio.Future[None]) -> None:
    if not wish.done():
        wish.set_result(None)
