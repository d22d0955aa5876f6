"""Whoever gives orders over MQTT, and hears what becomes of them."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

TOPIC = "heimvakt/v1/{}/order"


class Orderer:
    """Gives orders to one gateway. The answers are kept with the time of the loop."""

    def __init__(self, client: Client, gateway_id: str) -> None:
        self._client = client
        self._topic = TOPIC.format(gateway_id)
        self._news = asyncio.Event()
        self.answers: list[tuple[float, dict[str, Any]]] = []

    def give(self, token: str) -> float:
        """Publish an order; the moment of the loop at which that was."""
        message = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": "/centre/3",
            "type": "heimvakt.order.v1",
            "data": {"order": token},
        }
        at = asyncio.get_running_loop().time()
        self._client.publish(self._topic, json.dumps(message), qos=1)
        return at

    async def answer(self, count: int, within_s: float = 60.0) -> tuple[float, dict[str, Any]]:
        """The answer of this place, counted from 1."""
        async with asyncio.timeout(within_s):
            while len(self.answers) < count:
                self._news.clear()
                await self._news.wait()
        return self.answers[count - 1]

    async def told(self, token: str) -> dict[str, Any]:
        """Give an order; the first that is answered to it."""
        count = len(self.answers)
        self.give(token)
        return (await self.answer(count + 1))[1]

    def heard(self, data: dict[str, Any]) -> None:
        """An answer has come."""
        self.answers.append((asyncio.get_running_loop().time(), data))
        self._news.set()


@asynccontextmanager
async def orderer(url: str, gateway_id: str) -> AsyncIterator[Orderer]:
    """Connected and listening; the broker has to be there."""
    loop = asyncio.get_running_loop()
    address = urlsplit(url)
    client = Client(CallbackAPIVersion.VERSION2)
    one, ready = Orderer(client, gateway_id), asyncio.Event()

    def message(_client: Client, _data: Any, said: MQTTMessage) -> None:
        loop.call_soon_threadsafe(one.heard, json.loads(said.payload)["data"])

    def connected(*_: Any) -> None:
        client.subscribe(f"heimvakt/v1/{gateway_id}/order-answer", qos=1)

    def subscribed(*_: Any) -> None:
        loop.call_soon_threadsafe(ready.set)

    client.on_connect = connected
    client.on_subscribe = subscribed
    client.on_message = message
    client.connect_async(address.hostname or "127.0.0.1", address.port or 1883)
    client.loop_start()
    try:
        async with asyncio.timeout(60):
            await ready.wait()
        yield one
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)
        client.on_connect = client.on_subscribe = client.on_message = None
