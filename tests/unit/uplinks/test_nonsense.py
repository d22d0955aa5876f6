"""A far end that does not speak MQTT: the link ends with a reason, and nothing else happens."""

from __future__ import annotations

import asyncio
import threading
from random import Random

import pytest

from heimvakt.uplinks.address_book import AddressBook
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.in_thread import in_thread
from heimvakt.uplinks.link_lost import LinkLost
from heimvakt.uplinks.mqtt_dial import Greeting, dial
from heimvakt.uplinks.mqtt_settings import BrokerAddress, MqttReceiverSettings
from heimvakt.uplinks.mqtt_trouble import DialError
from heimvakt.uplinks.mqtt_versions import Version
from heimvakt.uplinks.names import Names
from tests.support.uplinks import SHORT

GREETING = Greeting(client_id="no-1", will_topic="t", will=b"{}")
ACCEPTED = {"5": b"\x20\x03\x00\x00\x00", "3.1.1": b"\x20\x02\x00\x00"}


async def speak_to(said: bytes, version: Version) -> str:
    """What becomes of a link to a server that says this and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(said)
        try:
            await writer.drain()
            writer.write_eof()
            await reader.read()
        except (ConnectionError, OSError):
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = MqttReceiverSettings(kind="mqtt", brokers=(f"mqtt://127.0.0.1:{port}",))
    address = BrokerAddress("127.0.0.1", port, tls=False)
    try:
        link = await dial(
            address,
            settings,
            GREETING,
            names=Names(AddressBook(), PathBinding()),
            interface=None,
            version=version,
            settled=True,
            patience=SHORT,
        )
    except DialError as error:
        return str(error)
    else:
        try:
            async with asyncio.timeout(30):
                while True:
                    link.acknowledge(await link.receive())
        except LinkLost as lost:
            return str(lost)
        finally:
            link.drop()
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
async def test_random_bytes_end_the_link_and_raise_nothing_else(version: Version) -> None:
    chance = Random(20261105)
    for _ in range(60):
        accepted = ACCEPTED[version] if chance.random() < 0.8 else b""
        assert await speak_to(accepted + chance.randbytes(chance.randrange(80)), version)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
@pytest.mark.parametrize("kind", range(16))
async def test_broken_packets_of_every_kind_end_the_link(version: Version, kind: int) -> None:
    for flags in (0, 2, 0xF):
        for body in (b"", b"\x00", b"\x00\x01", b"\xff\xff\x00", b"\x00\x01a\x00\x01\xff\xff\xff"):
            packet = bytes([kind << 4 | flags, len(body)]) + body
            assert await speak_to(ACCEPTED[version] + packet, version)


async def test_a_call_that_was_walked_away_from_is_cleaned_up_when_it_comes() -> None:
    go, cleaned = threading.Event(), threading.Event()

    def work() -> str:
        go.wait()
        return "a socket"

    def clean(result: str) -> None:
        assert result == "a socket"
        cleaned.set()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await in_thread(work, abandoned=clean, errors=(OSError,))
    go.set()
    assert await asyncio.to_thread(cleaned.wait, 5)


async def test_an_error_of_the_call_is_raised_and_a_result_returned() -> None:
    def fail() -> None:
        raise ConnectionRefusedError("no")

    with pytest.raises(ConnectionRefusedError):
        await in_thread(fail, abandoned=lambda _: None, errors=(OSError,))
    assert await in_thread(lambda: 7, abandoned=lambda _: None, errors=()) == 7
