"""A TCP connection over one path, with the time-outs that tell a dead path soon."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address

NOT_SENT_MAX = 16 * 1024
"""The kernel calls the socket writable while fewer bytes than this wait in it that were never sent:
beyond it, what is not urgent waits with us, where an alarm can overtake it."""
SYNS = 3
"""Repeats of the first packet at most; `connect_s` usually comes first."""


def bound_socket(
    family: socket.AddressFamily, kind: socket.SocketKind, interface: str | None
) -> socket.socket:
    """A socket whose packets leave over this interface and no other, whatever the routes say.

    Needs no rights since Linux 5.7, and no rule beyond a default route over the interface.

    Raises:
        OSError: no such interface.
    """
    sock = socket.socket(family, kind)
    try:
        sock.setblocking(False)
        if interface is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    except OSError:
        sock.close()
        raise
    return sock


async def reach(
    addresses: Sequence[str],
    port: int,
    *,
    interface: str | None,
    connect_s: float,
    user_timeout_s: float,
) -> tuple[socket.socket, str]:
    """A connection to the first of these addresses that takes one, and which it was.

    Raises:
        OSError: none does; the error is that of the last.
    """
    last: OSError = TimeoutError("no address")
    for address in addresses:
        try:
            return await _reach_one(address, port, interface, connect_s, user_timeout_s), address
        except OSError as error:
            last = error
    raise last


async def _reach_one(
    address: str, port: int, interface: str | None, connect_s: float, user_timeout_s: float
) -> socket.socket:
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    sock = bound_socket(family, socket.SOCK_STREAM, interface)
    try:
        for option, value in (
            (socket.TCP_NODELAY, 1),
            (socket.TCP_SYNCNT, SYNS),
            (socket.TCP_USER_TIMEOUT, int(user_timeout_s * 1000)),
            (socket.TCP_NOTSENT_LOWAT, NOT_SENT_MAX),
        ):
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
        try:
            async with asyncio.timeout(connect_s):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except TimeoutError as error:
            raise TimeoutError(f"not reached in {connect_s:g} s") from error
    except BaseException:
        sock.close()
        raise
    return sock
