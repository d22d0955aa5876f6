"""What is heard over one connection: topics that the broker is asked for, and messages that came
and are not taken care of yet. At most `INBOX_MAX` of them: beyond it nothing more is read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from .mqtt_wire import Wire

INBOX_MAX = 64
"""Answers not yet taken care of."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from the broker; it is sent again until `acknowledge`d."""

    topic: str
    payload: bytes
    mid: int
    qos: int


@dataclass(frozen=True, slots=True)
class _Subscribing:
    """Topics that the broker has not agreed to yet."""

    topics: tuple[str, ...]
    asked_at: float
    is_alone: bool
    """Nothing else was under way: the answer tells how long a round trip takes."""
    then: Callable[[Sequence[str]], None]


class Inbox:
    """Of one connection, for one event loop."""

    def __init__(self, client: Client, wire: Wire) -> None:
        self._client = client
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._asked: dict[int, _Subscribing] = {}
        self._messages: deque[Incoming] = deque()
        self._news = asyncio.Event()
        self._ended = False

    @property
    def awaits(self) -> bool:
        """Whether the broker has been asked for something and has not answered."""
        return bool(self._asked)

    def ask(
        self, topics: Sequence[str], then: Callable[[Sequence[str]], None], *, is_alone: bool
    ) -> MQTTErrorCode:
        """Ask for what is published there, QoS 1; `then` is called when the broker has agreed, with
        those that it refused."""
        result, mid = self._client.subscribe([(topic, 1) for topic in topics])
        if result is MQTTErrorCode.MQTT_ERR_SUCCESS and mid is not None:
            asked = _Subscribing(tuple(topics), self._loop.time(), is_alone, then)
            self._asked[mid] = asked
            self._wire.flush()
        return result

    def agreed(self, mid: int, reasons: Sequence[ReasonCode]) -> float | None:
        """The broker's answer, which lets the first of the topics be heard; how long it took, if
        nothing else was under way."""
        asked = self._asked.pop(mid, None)
        if asked is None:
            return None
        took_s = self._loop.time() - asked.asked_at
        answers = zip(asked.topics, reasons, strict=False)
        asked.then([topic for topic, reason in answers if reason.is_failure])
        return took_s if asked.is_alone else None

    def put(self, message: MQTTMessage) -> None:
        """This came."""
        incoming = Incoming(message.topic, bytes(message.payload), message.mid, message.qos)
        self._messages.append(incoming)
        self._news.set()
        if len(self._messages) >= INBOX_MAX:
            self._wire.pause()

    async def next(self) -> Incoming | None:
        """The next message; None when all were received and no more come."""
        while not self._messages:
            if self._ended:
                return None
            self._news.clear()
            await self._news.wait()
        incoming = self._messages.popleft()
        if len(self._messages) < INBOX_MAX // 2:
            self._wire.resume()
        return incoming

    def acknowledge(self, incoming: Incoming) -> None:
        """Tell the broker that the message has been taken care of."""
        if not self._ended and incoming.qos:
            self._client.ack(incoming.mid, incoming.qos)
            self._wire.flush()

    def end(self) -> None:
        """The connection is gone."""
        self._ended = True
        self._asked.clear()
        self._news.set()
