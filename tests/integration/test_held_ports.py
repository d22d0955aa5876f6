"""A port that a test holds is given to nobody, and the test's own server may listen there."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

import pytest

from tests.support.broker import MOSQUITTO, broker
from tests.support.ports import HeldPort

HELD, ASKED = 200, 2_000


def test_nobody_is_given_a_port_that_is_held() -> None:
    with ExitStack() as stack:
        held = {stack.enter_context(HeldPort()).number for _ in range(HELD)}
        given = set()
        for _ in range(ASKED):  # the kernel draws from some thousands: 40 of these would be held
            with socket.create_server(("127.0.0.1", 0)) as other:
                given.add(other.getsockname()[1])
    assert len(held) == HELD
    assert not held & given


@pytest.mark.parametrize("kind", [MOSQUITTO])
async def test_a_broker_listens_on_its_port_and_nobody_does_while_it_is_dead(kind: str) -> None:
    async with broker(kind) as one:
        for _ in range(2):
            _, writer = await asyncio.open_connection("127.0.0.1", one.port)
            writer.close()
            await writer.wait_closed()
            await one.kill()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", one.port)
            await one.start()
