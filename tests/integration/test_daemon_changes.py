"""A bundle that is ordered over MQTT is fetched by the real daemon and laid down for the updater,
which is not here: whole and once, also when the daemon is killed meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from heimvakt.app.ordered_changes import HANDED_OVER, NOT_TAKEN
from heimvakt.core.orders import OrderVerb
from tests.support.broker import needs_mosquitto
from tests.support.file_server import FileServer, file_server
from tests.support.orderer import Orderer, orderer
from tests.support.orders import FLEET, STRANGER, claims
from tests.support.service import started
from tests.support.updating import GATEWAY_ID, Box, box

pytestmark = needs_mosquitto
START = datetime(2026, 11, 3, 21, tzinfo=UTC)
ORDERS = f'\n[orders.keys.{FLEET.name}]\nrole = "fleet"\nkey = "{FLEET.public}"\n'
CONTENT = Random(3).randbytes(200_000)
WITHIN_S = 120.0


def order(server: FileServer, content: bytes = CONTENT, **said: Any) -> str:
    """To fetch this; signed by the fleet."""
    asked: dict[str, Any] = {
        "aud": GATEWAY_ID,
        "url": server.url,
        "sha256": sha256(content).hexdigest(),
        "size": len(content),
    }
    return FLEET.sign(claims(OrderVerb.CONFIGURE, START, **{**asked, **said}))


@asynccontextmanager
async def fleet() -> AsyncIterator[tuple[Box, Orderer, FileServer]]:
    async with (
        box(more=ORDERS, driven_from=START) as one,
        orderer(one.broker.url, GATEWAY_ID) as orders,
        file_server(CONTENT) as server,
    ):
        yield one, orders, server


async def ended(orders: Orderer, token: str) -> dict[str, Any]:
    """Give an order that is accepted, and hear how it ends."""
    count = len(orders.answers)
    orders.give(token)
    _, first = await orders.answer(count + 1)
    assert first["result"] == "accepted", first
    return (await orders.answer(count + 2, WITHIN_S))[1]


async def test_what_is_ordered_is_fetched_and_laid_down_once_and_all_else_is_not() -> None:
    async with fleet() as (one, orders, server):
        desk = one.command.state / "update"
        for token, why in (
            (
                STRANGER.sign(claims(OrderVerb.CONFIGURE, START, aud=GATEWAY_ID, **_of(server))),
                "unknown-key",
            ),
            (order(server, aud="no-1505-000001"), "other-gateway"),
            (order(server, size=300_000_000), "too-large"),
        ):
            answer = await orders.told(token)
            assert (answer["result"], answer["code"]) == ("refused", why)
        assert server.ranges == []

        failed = await ended(orders, order(server, CONTENT[::-1]))
        assert failed["result"] == "failed"
        assert "SHA-256" in failed["reason"]
        assert not (desk / "wanted.json").exists()

        server.cuts = [150_000]
        done = await ended(orders, order(server))
        assert (done["result"], done["reason"]) == ("done", HANDED_OVER)
        assert (desk / "incoming.heimvakt").read_bytes() == CONTENT
        assert json.loads((desk / "wanted.json").read_text()) == {
            "bundle": "incoming.heimvakt",
            "what": "configuration",
            "order_id": done["order_id"],
            "by": "op-7",
        }
        assert server.ranges[-1] is not None, "it went on where it was cut off"

        again = await ended(orders, order(server))
        assert (again["result"], again["reason"]) == ("failed", NOT_TAKEN)


async def test_killed_while_it_fetches_it_says_so_and_the_next_order_goes_on_there() -> None:
    async with fleet() as (one, orders, server):
        assert one.service is not None
        server.hangs_after = 120_000
        orders.give(order(server))
        async with asyncio.timeout(WITHIN_S):
            await server.asked.wait()
            await _grown(one.command.state / "update", 120_000)
        await one.service.kill()
        server.hangs_after = None
        async with started(one.command, driven_from=START) as service:
            await service.ready()
            _, lost = await orders.answer(2, WITHIN_S)
            assert lost["result"] == "timed-out"
            assert "order it again" in lost["reason"]
            assert (await ended(orders, order(server)))["result"] == "done"
            assert server.ranges == [None, 120_000]


def _of(server: FileServer) -> dict[str, Any]:
    return {"url": server.url, "sha256": 64 * "a", "size": 7}


async def _grown(folder: Path, size: int) -> None:
    # Another process writes it, and a file tells nobody.
    while not any(part.stat().st_size >= size for part in folder.glob("*.part")):  # noqa: ASYNC110, ASYNC240
        await asyncio.sleep(0.02)
