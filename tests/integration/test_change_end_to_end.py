"""All the way: a signed file of the home is pushed by a signed order over MQTT, fetched by the real
daemon, put in place by the real updater, cuts the gateway off, and goes by itself (promise 26)."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from heimvakt.core.orders import OrderVerb
from tests.support.broker import needs_mosquitto
from tests.support.file_server import file_server
from tests.support.orderer import orderer
from tests.support.orders import FLEET, claims
from tests.support.updates import configuration_bundle
from tests.support.updating import GATEWAY_ID, Box, box

pytestmark = needs_mosquitto
START = datetime(2026, 11, 3, 21, tzinfo=UTC)
ORDERS = f'\n[orders.keys.{FLEET.name}]\nrole = "fleet"\nkey = "{FLEET.public}"\n'
SHORT = "4s"
"""A trial that nobody can pass need not be long."""
WITHIN_S = 120.0


async def test_a_file_pushed_from_afar_that_cuts_the_gateway_off_is_taken_back_and_told() -> None:
    async with (
        box(more=ORDERS, driven_from=START) as one,
        orderer(one.broker.url, GATEWAY_ID) as orders,
        file_server(b"") as server,
    ):
        before = one.file.read_bytes()
        server.content = bundle = configuration_bundle(one.configuration(dead=True), 2)

        async def push() -> str:
            """Order it, and let it be fetched; the number of the order."""
            said = {"url": server.url, "sha256": sha256(bundle).hexdigest(), "size": len(bundle)}
            count = len(orders.answers)
            asked = claims(OrderVerb.CONFIGURE, START, aud=GATEWAY_ID, **said)
            orders.give(FLEET.sign(asked))
            _, done = await orders.answer(count + 2, WITHIN_S)
            assert done["result"] == "done", done
            return str(done["order_id"])

        async def told(order_id: str, *outcomes: str) -> dict[str, Any]:
            """What the centre hears of it, in order; the last of it."""
            await one.centre.until(lambda: len(_changes(one, order_id)) >= len(outcomes), WITHIN_S)
            heard = _changes(one, order_id)
            assert tuple(each["outcome"] for each in heard) == outcomes
            return heard[-1]

        pushed = await push()
        await one.process(SHORT)
        returned = await told(pushed, "applied", "returned")
        assert "centre" in returned["reason"], "nobody confirmed a heartbeat: it was cut off"
        assert returned["before"] == sha256(before).hexdigest()
        assert one.file.read_bytes() == before
        assert (await one.centre.alarm("update", within_s=WITHIN_S))["priority"] == "medium"

        again = await push()
        await one.update()
        assert "serial" in (await told(again, "refused"))["reason"]
        assert one.file.read_bytes() == before


def _changes(one: Box, order_id: str) -> list[dict[str, Any]]:
    """What the centre was told of a change, without repeats."""
    heard = [
        r.message["data"] for r in one.centre.received if r.kind == "change" and not r.duplicate
    ]
    return [each for each in heard if each.get("order_id") == order_id]
