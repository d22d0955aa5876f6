"""A small response centre: hears alarms and reports of one gateway or of all, and answers them.

It reads the JSON as any receiver would, by the reference in `docs/messages.md`, and shares no code
with the gateway's uplink: a witness that borrowed our reading would prove nothing. It speaks MQTT
3.1.1, which every broker does, with a session that outlives it, so that what is sent while it is
away arrives when it is back.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from heimvakt.core.ports import Clock

from .answering import Answering
from .manners import Behaviour, Manners, Received
from .records import Messages, Numbers

__all__ = ["Behaviour", "Manners", "Received", "Receiver"]

QUEUE_MAX = 10_000
"""What nobody has read yet; beyond it the oldest is dropped and counted. What came is in `messages`
and `reports`, read or not."""
KINDS = (
    *("alarm", "state", "state/+", "heartbeat", "reports", "outstanding", "month"),
    "self-test",
    "change",
)


class Receiver:
    """A response centre that runs while its context lasts: `async with Receiver(url).open()`."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        gateway_id: str = "+",
        client_id: str = "heimvakt-demo-receiver",
        behaviour: Behaviour | None = None,
    ) -> None:
        """Open nothing yet. `gateway_id` "+" is all of them; `url` is mqtt://HOST:PORT."""
        self.behaviour = behaviour or Behaviour()
        self._clock = clock
        self._address = urlsplit(url)
        self.messages = Messages()
        self.reports: dict[str, Numbers] = {}
        """By gateway: the events that came as reports."""
        self.dropped = 0
        """Messages that nobody read in time."""
        self._filters = [(f"heimvakt/v1/{gateway_id}/{kind}", 1) for kind in KINDS]
        self._queue: asyncio.Queue[Received] = asyncio.Queue(QUEUE_MAX)
        self._answers = 0
        self._answering = Answering(self)
        self._ready = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client_id = client_id
        self._client: Client | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Receiver]:
        """Connect as soon as the broker is there; yields when subscribed."""
        self._loop = asyncio.get_running_loop()
        self.start()
        try:
            await self._ready.wait()
            yield self
        finally:
            self._answering.stop()
            await asyncio.to_thread(self.stop)

    def start(self) -> None:
        """Begin without waiting for the broker; from within the event loop."""
        self._loop = asyncio.get_running_loop()
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        host, port = self._address.hostname or "127.0.0.1", self._address.port or 1883
        client.connect_async(host, port, keepalive=20)
        client.loop_start()
        self._client = client

    def stop(self) -> None:
        """Leave; the session stays at the broker. Blocks until the thread of paho has ended."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()
            # So that it goes now, and its sockets with it, and not when a cycle is collected.
            client.on_connect = client.on_subscribe = client.on_message = None

    async def wait_ready(self) -> None:
        """Return when it has been connected and subscribed."""
        await self._ready.wait()

    async def next(self, kind: str = "", *, duplicates: bool = False) -> Received:
        """The next message of that kind (`alarm`, `reports`...; "" is any).

        What is passed over is gone. Without `duplicates`, repeats are passed over too.
        """
        while True:
            received = await self._queue.get()
            if kind in ("", received.kind) and (duplicates or not received.duplicate):
                return received

    async def stream(self) -> AsyncIterator[Received]:
        """All that comes, duplicates too, until this is closed."""
        while True:
            yield await self._queue.get()

    def answer(
        self,
        gateway_id: str,
        alarm_id: str,
        what: str,
        *,
        by: str,
        revision: int | None = None,
        outcome: str | None = None,
    ) -> None:
        """Send an acknowledgement, as an operator's screen would."""
        data: dict[str, Any] = {"alarm_id": alarm_id, "answer": what, "by": by}
        if revision is not None:
            data["revision"] = revision
        if outcome is not None:
            data["outcome"] = outcome
        self.say(gateway_id, self._event("acknowledgement", data))

    def give_receipt(self, gateway_id: str, batch_id: str) -> None:
        """Say that a batch of reports, or a month, is stored."""
        data = {"batch_id": batch_id, "by": self.behaviour.system}
        self.say(gateway_id, self._event("receipt", data))

    def ask_outstanding(self, gateway_id: str, *, by: str = "operator-1") -> str:
        """Ask which alarms are open; returns the id that the answer will carry."""
        question_id = f"q-{self._answers + 1}"
        data = {"question": "outstanding", "question_id": question_id, "by": by}
        self.say(gateway_id, self._event("question", data), topic="ask")
        return question_id

    def _event(self, kind: str, data: dict[str, Any]) -> bytes:
        self._answers += 1
        now = self._clock.now().isoformat()
        event = {
            "specversion": "1.0",
            "id": f"{now}/{self._answers}",
            "source": f"/{self.behaviour.system}",
            "type": f"heimvakt.{kind}.v1",
            "time": now,
            "datacontenttype": "application/json",
            "data": data,
        }
        return json.dumps(event).encode()

    def say(self, gateway_id: str, payload: bytes, *, topic: str = "ack") -> None:
        """Publish whatever it is where the gateway hears answers, or questions."""
        assert self._client is not None, "the receiver has been started"
        self._client.publish(f"heimvakt/v1/{gateway_id}/{topic}", payload, qos=1)

    # --- in paho's thread -------------------------------------------------------------------------

    def _on_connect(
        self,
        client: Client,
        _data: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _said: Properties | None,
    ) -> None:
        sock = client.socket()
        if isinstance(sock, socket.socket):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not reason.is_failure:
            client.subscribe(self._filters)

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, _reasons: list[ReasonCode], _said: Properties
    ) -> None:
        self._in_loop(self._ready.set)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._in_loop(self._take, message.topic, bytes(message.payload), message.retain)

    def _in_loop(self, call: Any, *args: Any) -> None:
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *args)

    # --- in the event loop ------------------------------------------------------------------------

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        at, monotonic = self._clock.now(), self._clock.monotonic()
        gateway_id, kind = topic.split("/")[2:4]
        try:
            message = json.loads(payload)
            key = (message["source"], message["id"])
        except (ValueError, KeyError, TypeError):
            return  # not ours to judge: a centre would log it
        received = Received(
            topic=topic,
            gateway_id=gateway_id,
            kind=kind,
            at=at,
            monotonic=monotonic,
            message=message,
            duplicate=self.messages.add(*key),
            retained=retained,
        )
        if kind == "alarm":
            self._answering.alarm(received)
        elif kind == "reports":
            self._take_reports(received)
        elif kind == "month":
            self._answering.month(received)
        if self._queue.full():
            self._queue.get_nowait()
            self.dropped += 1
        self._queue.put_nowait(received)

    def _take_reports(self, received: Received) -> None:
        gateway, data = received.gateway_id, received.message["data"]
        numbers = self.reports.setdefault(gateway, Numbers())
        for event in data["events"]:
            numbers.add(event.get("seq"))
            numbers.omitted += bool(event.get("omitted"))
        if not self.behaviour.keep_events:
            data["events"] = []  # thousands of batches may wait to be read
        self._answering.reports(received)
