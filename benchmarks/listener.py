"""The MQTT subscriber that all are measured at: it notes the time first and reads later."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion


@dataclass(frozen=True, slots=True)
class Message:
    """One message and when it was there, on the clock of `time.monotonic_ns`."""

    at_ns: int
    topic: str
    payload: bytes


class Listener:
    """A subscriber with a thread of its own, so that a busy event loop does not make it late."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._queues: dict[str, asyncio.Queue[Message]] = {}
        self._connected = threading.Event()
        self._agreed = threading.Event()
        client = Client(
            CallbackAPIVersion.VERSION2, client_id="bench", protocol=MQTTProtocolVersion.MQTTv311
        )
        client.on_connect = lambda *_: self._connected.set()
        client.on_subscribe = lambda *_: self._agreed.set()
        client.on_message = self._on_message
        client.connect("127.0.0.1", port, keepalive=60)
        sock = client.socket()
        assert isinstance(sock, socket.socket)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.loop_start()
        self._client = client

    async def subscribe(self, topic: str) -> asyncio.Queue[Message]:
        """All messages of a filter that ends in `/#`, as they come from now on."""
        queue = self._queues[topic.removesuffix("#")] = asyncio.Queue()
        await asyncio.to_thread(self._connected.wait, 10)
        self._agreed.clear()
        self._client.subscribe(topic, qos=1)
        if not await asyncio.to_thread(self._agreed.wait, 10):
            raise TimeoutError("the broker does not answer")
        return queue

    def publish(self, topic: str, payload: bytes) -> None:
        """Answer somebody."""
        self._client.publish(topic, payload, qos=1)

    def stop(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_connect = self._client.on_subscribe = self._client.on_message = None
        del self._client  # it closes its inner sockets when nobody holds it any more

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        at_ns = time.monotonic_ns()
        heard = Message(at_ns, message.topic, bytes(message.payload))
        for prefix, queue in self._queues.items():
            if message.topic.startswith(prefix):
                self._loop.call_soon_threadsafe(queue.put_nowait, heard)


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[Listener]:
    """A subscriber for as long as this lasts."""
    listener = Listener(port)
    try:
        yield listener
    finally:
        await asyncio.to_thread(listener.stop)
