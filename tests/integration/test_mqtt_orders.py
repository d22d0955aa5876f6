"""Orders are heard where somebody may give them, and answered on a topic of their own."""

from __future__ import annotations

import asyncio
import random

from heimvakt.cli.order_wire import send
from heimvakt.core.heard import Ordered
from heimvakt.core.orders import OrderAnswer
from heimvakt.runtime.clock import SystemClock
from heimvakt.uplinks.mqtt import MqttUplink
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings
from tests.support.broker import broker, needs_mosquitto
from tests.support.orderer import orderer
from tests.support.uplinks import GATEWAY, NIGHT, SURE, running, until


def uplink(url: str, *, hears_orders: bool) -> MqttUplink:
    return MqttUplink(
        "centre",
        MqttReceiverSettings(kind="mqtt", brokers=(url,)),
        gateway_id=GATEWAY,
        clock=SystemClock(),
        chance=random.Random(1),
        patience=SURE,
        hears_orders=hears_orders,
    )


@needs_mosquitto
async def test_an_order_is_heard_with_its_path_and_answered() -> None:
    async with broker("mosquitto") as one, orderer(one.url, GATEWAY) as centre:
        hearing = uplink(one.url, hears_orders=True)
        async with running(hearing) as heard:
            await hearing.wait_connected()
            centre.give("a.token.b")
            assert await heard.get() == Ordered(
                receiver="centre", path="default", token="a.token.b"
            )
            answer = OrderAnswer(
                order_id="order-1",
                receiver="centre",
                result="refused",
                code="used-before",
                reason="an order of this number was taken before: done",
                first="done",
                verb="unlock",
                device_id="front-lock",
            )
            await hearing.tell_order(answer, NIGHT)
            _, told = await centre.answer(1)
            assert told == {
                "order_id": "order-1",
                "result": "refused",
                "at": "2026-11-05T01:10:00Z",
                "verb": "unlock",
                "device_id": "front-lock",
                "code": "used-before",
                "reason": "an order of this number was taken before: done",
                "first": "done",
            }
            centre.give("x" * 5000)
            await until(hearing, "refused-wrong-shape")


@needs_mosquitto
async def test_where_nobody_may_order_anything_nothing_is_heard() -> None:
    async with broker("mosquitto") as one, orderer(one.url, GATEWAY) as centre:
        deaf = uplink(one.url, hears_orders=False)
        async with running(deaf) as heard:
            await deaf.wait_connected()
            centre.give("a.token.b")
            answer = OrderAnswer(order_id="", receiver="centre", result="done")
            await deaf.tell_order(answer, NIGHT)  # comes back after the order was carried
            await centre.answer(1)
            assert heard.empty()
            assert "orders" not in deaf.counts()


@needs_mosquitto
async def test_the_command_line_gives_an_order_and_hears_what_becomes_of_it() -> None:
    async with broker("mosquitto") as one:
        hearing = uplink(one.url, hears_orders=True)
        async with running(hearing) as heard:
            await hearing.wait_connected()
            words = (one.url, GATEWAY, "order-1", "a.token.b")
            given = asyncio.get_running_loop().create_task(
                asyncio.to_thread(lambda: list(send(*words)))
            )
            assert (await heard.get()).token == "a.token.b"
            for number, result in ((0, "done"), (1, "accepted"), (1, "done")):
                answer = OrderAnswer(order_id=f"order-{number}", receiver="centre", result=result)
                await hearing.tell_order(answer, NIGHT)
            assert [answer["result"] for answer in await given] == ["accepted", "done"]
