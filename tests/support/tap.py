"""Somebody at the broker who hears everything and may publish anything."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion


class Tap:
    """All messages of all homes, in the order in which they came."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._news = asyncio.Event()
        self.messages: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes) -> None:
        """Say something; what is not taken while the broker is away goes later."""
        self._client.publish(topic, payload, qos=1)

    def answers(self, alarm_id: str) -> Counter[str]:
        """What was answered of an alarm, and how often."""
        said = [json.loads(one)["data"] for topic, one in self.messages if topic.endswith("/ack")]
        return Counter(data["answer"] for data in said if data["alarm_id"] == alarm_id)

    def alarm(self, alarm_id: str) -> tuple[str, bytes]:
        """Topic and message of an alarm as it last came."""
        for topic, payload in reversed(self.messages):
            if topic.endswith("/alarm") and alarm_id.encode() in payload:
                return topic, payload
        raise LookupError(alarm_id)

    async def until(self, true: Callable[[], bool], within_s: float = 60.0) -> None:
        """Return when `true()` is, looked at after every message."""
        try:
            async with asyncio.timeout(within_s):
                while not true():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            error.add_note(f"at the broker was heard: {self.messages}")
            raise

    def heard(self, topic: str, payload: bytes) -> None:
        """A message has come."""
        self.messages.append((topic, payload))
        self._news.set()


@asynccontextmanager
async def tap(url: str) -> AsyncIterator[Tap]:
    """Connected and listening; the broker has to be there, and may go and come back."""
    loop = asyncio.get_running_loop()
    address = urlsplit(url)
    client = Client(CallbackAPIVersion.VERSION2)
    one, ready = Tap(client), asyncio.Event()

    def message(_client: Client, _data: Any, said: MQTTMessage) -> None:
        loop.call_soon_threadsafe(one.heard, said.topic, bytes(said.payload))

    def connected(*_: Any) -> None:
        client.subscribe("heimvakt/v1/#", qos=1)

    def subscribed(*_: Any) -> None:
        loop.call_soon_threadsafe(ready.set)

    client.on_connect = connected
    client.on_subscribe = subscribed
    client.on_message = message
    client.reconnect_delay_set(1, 1)
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
