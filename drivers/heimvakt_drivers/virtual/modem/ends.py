"""Where a host finds the modem: a pseudo-terminal, or the socket of ModemManager's test mode."""

from __future__ import annotations

import asyncio
import socket

from heimvakt_drivers.virtual.wire import Line, PtyEnd

__all__ = ["MODEM_MANAGER", "AbstractEnd", "PtyEnd"]

MODEM_MANAGER = "abstract:mmport0"
"""What ModemManager's test mode takes for a port; any name that begins so will do. The word before
the colon is part of the name of the socket."""


class AbstractEnd:
    """A listening socket in the abstract name space of Linux. Keeps the contract of `SerialEnd`."""

    def __init__(self, name: str = MODEM_MANAGER) -> None:
        self._name = name
        self._server: socket.socket | None = None
        self._line: Line | None = None
        self._plugged = asyncio.Event()

    @property
    def port(self) -> str:
        """The name without the octet of zero in front."""
        return self._name

    async def plug(self) -> None:
        """Listen. Raises OSError where somebody else does."""
        if self._server is not None:
            return
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.setblocking(False)
        try:
            server.bind(f"\0{self._name}")
            server.listen(4)
        except OSError:
            server.close()
            raise
        self._server = server
        self._plugged.set()

    async def pull(self) -> None:
        """Close the connection and stop listening."""
        self._plugged.clear()
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._server is not None:
            asyncio.get_running_loop().remove_reader(self._server)
            self._server.close()
            self._server = None

    async def accept(self) -> Line:
        """Wait for a host."""
        while True:
            await self._plugged.wait()
            server = self._server
            if server is None:
                continue
            try:
                connection, _ = await asyncio.get_running_loop().sock_accept(server)
            except OSError:
                await asyncio.sleep(0)
                continue
            self._line = Line(connection.detach())
            return self._line
