"""Sockets that keep to a path, and the one place where paho is given such a socket."""

from __future__ import annotations

import asyncio
import inspect
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from heimvakt.uplinks.mqtt_dial import HandedClient
from heimvakt.uplinks.reach import NOT_SENT_MAX, reach
from tests.support.timed import in_time, timed


@asynccontextmanager
async def listening(address: str = "127.0.0.1") -> AsyncIterator[int]:
    """A server that takes connections and hangs up at their end."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, address, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)


async def reached(*addresses: str, port: int, interface: str | None = None) -> socket.socket:
    sock, _ = await reach(addresses, port, interface=interface, connect_s=2.0, user_timeout_s=4.0)
    return sock


async def test_the_socket_keeps_to_its_interface_and_tells_a_dead_path_soon() -> None:
    async with listening() as port:
        with await reached("127.0.0.1", port=port, interface="lo") as sock:
            bound = sock.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
            options = {
                name: sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
                for name in ("TCP_USER_TIMEOUT", "TCP_NOTSENT_LOWAT")
            }
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert bound.rstrip(b"\0") == b"lo"
    assert options == {"TCP_USER_TIMEOUT": 4000, "TCP_NOTSENT_LOWAT": NOT_SENT_MAX}


async def test_an_interface_that_is_not_there_is_an_error_and_no_way_round_it() -> None:
    async with listening() as port:
        with pytest.raises(OSError, match="No such device"):
            await reached("127.0.0.1", port=port, interface="wwan9")


async def test_ipv6_and_the_next_address_when_the_first_takes_nothing() -> None:
    async with listening("::1") as port:
        with await reached("127.0.0.1", "::1", port=port) as sock:
            assert sock.getpeername()[0] == "::1"


@timed
async def test_an_address_that_swallows_everything_is_left_in_time() -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    port = full.getsockname()[1]
    fillers = [socket.socket() for _ in range(2)]
    for filler in fillers:  # its queue is full now: further packets are dropped
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
    began = asyncio.get_running_loop().time()
    try:
        with pytest.raises(TimeoutError, match=r"not reached in 0\.5 s"):
            await reach(["127.0.0.1"], port, interface=None, connect_s=0.5, user_timeout_s=4.0)
    finally:
        for sock in (full, *fillers):
            sock.close()
    in_time(asyncio.get_running_loop().time() - began, 2.0)


async def test_paho_takes_the_socket_that_it_is_given() -> None:
    """`_create_socket_connection` is private: when this fails, paho makes its sockets elsewhere,
    and connections would leave over any path."""
    assert list(inspect.signature(Client._create_socket_connection).parameters) == ["self"]
    async with listening() as port:
        client = HandedClient(CallbackAPIVersion.VERSION2, client_id="no-1")
        client.handed = await reached("127.0.0.1", port=port)
        ours = client.handed.getsockname()
        # A name that leads nowhere: if paho looked it up, this would raise.
        await asyncio.to_thread(client.connect, "nowhere.invalid", port)
        sock = client.socket()
        assert isinstance(sock, socket.socket)
        assert sock.getsockname() == ours
        with pytest.raises(ConnectionError, match="connects once"):
            client.reconnect()
        sock.close()
