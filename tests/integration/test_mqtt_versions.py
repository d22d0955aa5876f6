"""MQTT 5 where the broker speaks it, 3.1.1 where it does not, however it refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.broker import AMQTT, broker, needs_mosquitto
from tests.support.proxy import Proxy, proxy
from tests.support.uplinks import SURE, alarm, hand_over, mqtt_uplink, running, sending, until


def levels(line: Proxy) -> list[int]:
    """The version that each connection asked for: 5, or 4 for 3.1.1."""
    return [level(first) for first in line.heard]


def level(connect: bytes) -> int:
    """One byte, then the length in up to four, then 00 04 "MQTT", then the version."""
    return connect[connect.index(b"MQTT") + 4]


@asynccontextmanager
async def gate(port: int, refusal: bytes) -> AsyncIterator[int]:
    """A broker of old in front of a new one: it lets 3.1.1 through and refuses 5 in its manner."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = await reader.read(4096)
        if level(greeting) == 5:
            writer.write(refusal)
            await writer.drain()
            writer.close()
            return
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        up_writer.write(greeting)
        await asyncio.gather(_copy(reader, up_writer), _copy(up_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@needs_mosquitto
async def test_a_broker_that_speaks_5_is_spoken_to_in_5() -> None:
    async with broker("mosquitto") as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url, patience=SURE)
        async with running(uplink):
            await uplink.wait_connected()
            line.cut_once()
            await until(uplink, "connections", 2)
    assert levels(line) == [5, 5]


@needs_mosquitto
@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(b"\x20\x02\x00\x01", id="says so as 3.1.1 does"),
        pytest.param(b"\x20\x03\x00\x84\x00", id="says so as 5 does"),
        pytest.param(b"", id="hangs up"),
        pytest.param(b"\xde\xad\xbe\xef" * 8, id="says nonsense"),
    ],
)
async def test_a_broker_that_refuses_5_is_spoken_to_in_3_1_1_and_that_is_remembered(
    refusal: bytes,
) -> None:
    async with (
        broker("mosquitto") as one,
        gate(one.port, refusal) as old,
        proxy(old) as line,
    ):
        uplink = mqtt_uplink(line.url, patience=SURE)
        async with running(uplink):
            await uplink.wait_connected()
            await hand_over(uplink, alarm(), sending())
            line.cut_once()
            await until(uplink, "connections", 2)
            await hand_over(uplink, alarm(2), sending())
    assert levels(line) == [5, 4, 4]


@pytest.mark.parametrize("kind", [AMQTT])
async def test_amqtt_which_misreads_the_greeting_and_says_nothing_is_spoken_to_in_3_1_1(
    kind: str,
) -> None:
    async with broker(kind) as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url)
        async with running(uplink):
            await uplink.wait_connected()
            line.cut_once()
            await until(uplink, "connections", 2)
    assert levels(line) == [5, 4, 4]


@pytest.mark.parametrize("kind", [AMQTT])
async def test_an_installer_may_say_which_version_it_is(kind: str) -> None:
    async with broker(kind) as one, proxy(one.port) as line:
        uplink = mqtt_uplink(line.url, protocol="3.1.1")
        async with running(uplink):
            await uplink.wait_connected()
    assert levels(line) == [4]
