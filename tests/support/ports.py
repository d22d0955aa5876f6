"""A port of loopback that is ours for as long as we say, whoever listens there or does not.

A port that is only looked up is free at that moment, and given to somebody else in the next: then
two brokers have one port, the second ends, and whoever meant that one talks to a stranger. A socket
that is bound and does not listen keeps the kernel from giving the port away. A server on that very
port gets it all the same: each of ours (mosquitto, nats-server, asyncio) asks for SO_REUSEADDR.
"""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self


class HeldPort:
    """Held from the making until `release`, or as a context manager."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((host, 0))
        except OSError:
            self._socket.close()
            raise
        self.number: int = self._socket.getsockname()[1]

    def release(self) -> None:
        """Harmless if it is not held any more."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
