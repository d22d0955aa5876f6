"""Where a host finds a virtual thing: a pseudo-terminal, or a TCP port on loopback.

Both give one line at a time, and both can be pulled out and put back.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import termios
import tty
from pathlib import Path
from typing import Protocol

from .line import Line
from .watch import Watch

HOST_POLL_S = 0.01
"""How often a terminal without a host is looked at: the kernel does not tell who opens it."""

LISTEN_AGAIN_S = 0.1


class SerialEnd(Protocol):
    """Where a host connects. `plug` first, `pull` last; both may be repeated."""

    @property
    def port(self) -> str:
        """What a host opens: a path, or socket://127.0.0.1:PORT."""

    async def plug(self) -> None:
        """Be there."""

    async def pull(self) -> None:
        """Be gone: an open line ends, and nobody can open another."""

    async def accept(self) -> Line:
        """Wait for a host, also through unplugging. Close its line before the next."""


class PtyEnd:
    """A pseudo-terminal. With a `link` the path stays the same when it is plugged in again."""

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._master = -1
        self._slave_path = ""
        self._line: Line | None = None
        self._plugged = Watch()

    @property
    def port(self) -> str:
        """The link if there is one, the terminal itself if not."""
        return str(self._link) if self._link is not None else self._slave_path

    async def plug(self) -> None:
        """Make a terminal, and point the link at it. Raises OSError when there is none."""
        if self._master >= 0:
            return
        self._master, slave = os.openpty()
        tty.setraw(slave)  # kept while the master is open: no echo, whoever opens it when
        self._slave_path = os.ttyname(slave)
        os.close(slave)  # from here on the kernel says "hung up" until a host opens it
        os.set_blocking(self._master, False)
        try:
            self._make_link()
        except OSError:
            os.close(self._master)
            self._master = -1
            raise
        self._plugged.notify()

    async def pull(self) -> None:
        """Close the master: a host gets a hang-up and then EIO. The link is gone as well."""
        if self._master < 0:
            return
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._link is not None and self._link.is_symlink():
            self._link.unlink()
        os.close(self._master)
        self._master = -1

    async def accept(self) -> Line:
        """Wait until a host has opened the terminal; what an earlier one left unread is gone."""
        while True:
            await self._plugged.until(lambda: self._master >= 0)
            self._line = None
            self._flush()
            while self._master >= 0 and self._hung_up():  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(HOST_POLL_S)
            if self._master >= 0:
                self._line = Line(self._master, keep_open=True)
                return self._line

    def _make_link(self) -> None:
        if self._link is None:
            return
        if self._link.exists() and not self._link.is_symlink():
            raise FileExistsError(f"{self._link} is something else than a link to a virtual wire")
        beside = self._link.with_name(f".{self._link.name}.new")
        beside.unlink(missing_ok=True)
        beside.symlink_to(self._slave_path)
        beside.replace(self._link)

    def _hung_up(self) -> bool:
        poll = select.poll()
        poll.register(self._master, 0)
        return any(events & select.POLLHUP for _, events in poll.poll(0))

    def _flush(self) -> None:
        if not self._hung_up():
            return
        slave = os.open(self._slave_path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            termios.tcflush(slave, termios.TCIOFLUSH)
        finally:
            os.close(slave)


class TcpEnd:
    """A TCP port on 127.0.0.1. A second host is turned away while the first is there."""

    def __init__(self, port: int = 0) -> None:
        self._number = port
        self._server: socket.socket | None = None
        self._line: Line | None = None
        self._connections: asyncio.Queue[socket.socket] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None

    @property
    def port(self) -> str:
        """The address in the form that pyserial and its kin take."""
        return f"socket://127.0.0.1:{self._number}"

    async def plug(self) -> None:
        """Listen, on the same port as before if it was plugged in once. Raises OSError."""
        if self._server is not None:
            return
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setblocking(False)
        try:
            server.bind(("127.0.0.1", self._number))
            server.listen(4)
        except OSError:
            server.close()
            raise
        self._number = server.getsockname()[1]
        self._server = server
        self._listening = asyncio.create_task(self._listen(server), name="virtual wire: listen")

    async def pull(self) -> None:
        """Close the connection and stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None
        if self._server is not None:
            self._server.close()
            self._server = None
        while not self._connections.empty():
            self._connections.get_nowait().close()
        if self._line is not None:
            self._line.close()
            self._line = None

    async def accept(self) -> Line:
        """Wait for a connection."""
        self._line = None
        connection = await self._connections.get()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line = Line(connection.detach())
        return self._line

    async def _listen(self, server: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(server)
            except OSError:  # a host that went while it came, or no descriptors left
                await asyncio.sleep(LISTEN_AGAIN_S)
                continue
            if not self._connections.empty() or (self._line is not None and self._line.open):
                connection.close()
            else:
                self._connections.put_nowait(connection)
