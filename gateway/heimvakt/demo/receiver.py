"""A small response centre: hears alarms of one gateway or of all, and answers them.

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
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from heimvakt.core.ports import Clock

SEEN_MAX = 10_000
"""Ids remembered to tell a repeat; the oldest are forgotten. A real centre keeps them a week."""
QUEUE_MAX = 10_000
"""What nobody has read yet; beyond it the oldest is dropped, for this is a demonstration."""


class Manners(StrEnum):
    """How it answers; all but the first are for tests."""

    GOOD = "good"
    NEVER = "never"
    TWICE = "twice"
    LATE = "late"
    """`received` comes after the delay too."""
    WRONG_ID = "wrong-id"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the receiver does with an alarm."""

    manners: Manners = Manners.GOOD
    accept_after_s: float | None = 1.0
    """Seconds until an operator takes it; None: nobody does."""
    close_after_s: float | None = None
    """Seconds after that until the operator is done with it; None: stays open."""
    system: str = "demo-centre"
    operator: str = "operator-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message, as it came."""

    topic: str
    gateway_id: str
    kind: str
    """Last level of the topic: `alarm`, `state` or `heartbeat`."""
    at: datetime
    """By the clock given; UTC."""
    monotonic: float
    """By the same clock's `monotonic()`, for measuring."""
    message: dict[str, Any]
    duplicate: bool
    """It came before, under the same source and id."""
    retained: bool


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
        self._filters = [
            (f"heimvakt/v1/{gateway_id}/{kind}", 1) for kind in ("alarm", "state", "heartbeat")
        ]
        self._queue: asyncio.Queue[Received] = asyncio.Queue(QUEUE_MAX)
        self._seen: dict[tuple[str, str], None] = {}
        self._answers = 0
        self._ready = asyncio.Event()
        self._later: set[asyncio.TimerHandle] = set()
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
            for handle in self._later:
                handle.cancel()
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
        """The next message of that kind (`alarm`, `state`, `heartbeat`; "" is any).

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
        self, gateway_id: str, alarm_id: str, what: str, *, by: str, revision: int | None = None
    ) -> None:
        """Send an acknowledgement, as an operator's screen would."""
        self._answers += 1
        data: dict[str, Any] = {"alarm_id": alarm_id, "answer": what, "by": by}
        if revision is not None:
            data["revision"] = revision
        now = self._clock.now().isoformat()
        event = {
            "specversion": "1.0",
            "id": f"{now}/{self._answers}",
            "source": f"/{self.behaviour.system}",
            "type": "heimvakt.acknowledgement.v1",
            "time": now,
            "datacontenttype": "application/json",
            "data": data,
        }
        self.say(gateway_id, json.dumps(event).encode())

    def say(self, gateway_id: str, payload: bytes) -> None:
        """Publish whatever it is where the gateway hears answers."""
        assert self._client is not None, "the receiver has been started"
        self._client.publish(f"heimvakt/v1/{gateway_id}/ack", payload, qos=1)

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
            duplicate=key in self._seen,
            retained=retained,
        )
        self._seen[key] = None
        if len(self._seen) > SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(received)
        if kind == "alarm":
            self._answer_alarm(received)

    def _answer_alarm(self, received: Received) -> None:
        behaviour, data = self.behaviour, received.message["data"]
        gateway, alarm_id, revision = received.gateway_id, data["alarm_id"], data["revision"]
        accept_s = behaviour.accept_after_s
        match behaviour.manners:
            case Manners.NEVER:
                return
            case Manners.GARBAGE:
                self.say(gateway, b'\xff\x00{"alarm_id": ')
                return
            case Manners.WRONG_ID:
                self.answer(gateway, "somebody-else-1", "received", by=behaviour.system)
                return
            case Manners.LATE:
                self._in(accept_s or 0.0, gateway, alarm_id, "received", behaviour.system, revision)
            case Manners.GOOD | Manners.TWICE:
                # A repeat is answered again: the first answer may not have arrived.
                for _ in range(2 if behaviour.manners is Manners.TWICE else 1):
                    self.answer(
                        gateway, alarm_id, "received", by=behaviour.system, revision=revision
                    )
        if accept_s is None or received.duplicate or data["state"] not in ("raised", "delivered"):
            return
        operator = behaviour.operator
        self._in(accept_s, gateway, alarm_id, "accepted", operator, revision)
        if behaviour.close_after_s is not None:
            done_s = accept_s + behaviour.close_after_s
            self._in(done_s, gateway, alarm_id, "closed", operator, revision)

    def _in(
        self, delay_s: float, gateway: str, alarm_id: str, what: str, by: str, revision: int
    ) -> None:
        def say() -> None:
            self._later.discard(handle)
            self.answer(gateway, alarm_id, what, by=by, revision=revision)

        assert self._loop is not None
        handle = self._loop.call_later(delay_s, say)
        self._later.add(handle)
