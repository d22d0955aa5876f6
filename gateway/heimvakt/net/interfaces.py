"""Hear from the kernel which interfaces can carry anything; needs no rights.

A cable that is pulled is known within milliseconds, where TCP would notice nothing for minutes.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

import structlog

from .rtnetlink import GET_ADDRESS, GET_LINK, GROUPS, Table, Turn, request

log = structlog.get_logger("interfaces")

READ_BYTES = 65_536
AGAIN_S = 0.2
"""Before everything is read again; where interfaces come and go in a storm that is often enough."""


REFUSED_S = 60.0
"""Before the kernel is asked again when it would not tell."""


async def watch_interfaces(tell: Callable[[frozenset[str] | None], None]) -> None:
    """Tell the names of the interfaces that are ready, now and with each change, until cancelled.

    Without a kernel that says so it tells None: the sessions alone show then which path is good.
    """
    told = False
    while True:
        try:
            await _watch(tell)
        except OSError as error:
            tell(None)
            if not told:
                told = True
                log.warning("the kernel does not tell of interfaces", error=error.strerror)
        await asyncio.sleep(REFUSED_S)


async def _watch(tell: Callable[[frozenset[str]], None]) -> None:
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    told: frozenset[str] | None = None
    with socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE) as kernel:
        kernel.bind((0, GROUPS))
        while True:
            table = await _read_all(kernel)
            while table is not None:
                if (ready := table.ready()) != told:
                    told = ready
                    tell(ready)
                table = await _read(kernel, table)
            await asyncio.sleep(AGAIN_S)


async def _read_all(kernel: socket.socket) -> Table | None:
    """A table of everything; None if it has to be read again."""
    table = Table()
    for number, kind in enumerate((GET_LINK, GET_ADDRESS), start=1):
        await asyncio.get_running_loop().sock_sendall(kernel, request(kind, number))
        turn = Turn.GO_ON
        while turn is Turn.GO_ON:
            data = await _receive(kernel)
            if data is None:
                return None
            turn = table.take(data)
        if turn is Turn.AGAIN:
            return None
    return table


async def _read(kernel: socket.socket, table: Table) -> Table | None:
    data = await _receive(kernel)
    if data is None or table.take(data) is Turn.AGAIN:
        return None
    return table


async def _receive(kernel: socket.socket) -> bytes | None:
    """What the kernel says next; None if it had more to say than there was room for."""
    try:
        return await asyncio.get_running_loop().sock_recv(kernel, READ_BYTES)
    except OSError as error:
        if error.errno != errno.ENOBUFS:
            raise
        return None
