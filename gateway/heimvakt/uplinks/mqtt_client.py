"""One connection to a broker: what is under way on it, what came over it, and how it ended.

Each connection has a paho client of its own, because paho would otherwise send again what its
callers have long given up: what is under way when the connection ends has failed, and the outbox
decides. Nothing is queued here beyond the places of the window.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .mqtt_window import Window, WindowClosed
from .mqtt_wire import Wire

TICK_S = 1.0
INBOX_MAX = 64
"""Answers not yet taken care of; beyond it nothing more is read."""
PLACES = 20
"""Messages under way; also what mosquitto takes from one client as shipped (receive maximum)."""
RESERVED = 4
"""Places that only urgent messages take: an alarm goes out although the rest fills the line."""


class LinkLost(Exception):
    """The connection is gone; `elsewhere` when another address is worth trying before this one."""

    def __init__(self, reason: str, *, elsewhere: bool = False) -> None:
        super().__init__(reason)
        self.elsewhere = elsewhere


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from the broker; it is sent again until `acknowledge`d."""

    topic: str
    payload: bytes
    mid: int
    qos: int


class Link:
    """A connection, from the first packet to the end. For one event loop and one use."""

    def __init__(self, client: Client, *, puback_s_max: float, errors: Sequence[str]) -> None:
        """Take over a client that is connected and has sent its greeting.

        Args:
            client: used for nothing else any more.
            puback_s_max: with messages under way and not one confirmed for so long, it is lost.
            errors: what paho has logged as errors, kept up to date by whoever made the client.
        """
        self._client = client
        self._errors = errors
        self._loop = asyncio.get_running_loop()
        self._puback_s_max = puback_s_max
        self._progress_at = self._loop.time()
        self._lost: LinkLost | None = None
        self._ended = asyncio.Event()
        self._accepted: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._pubacks: dict[int, asyncio.Future[None]] = {}
        self._subacks: dict[int, Callable[[], None]] = {}
        self._inbox: deque[Incoming] = deque()
        self._news = asyncio.Event()
        self._window = Window(PLACES, reserved=RESERVED)
        self._timer = self._loop.call_later(TICK_S, self._tick)

        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        self._wire = Wire(client, nonsense=lambda what: self._lose(what, elsewhere=True))
        if client.socket() is None:
            self._lose(self.complaint or "at once")

    # --- what the uplink asks ---------------------------------------------------------------------

    @property
    def lost(self) -> LinkLost | None:
        """Why it is gone; None while it stands."""
        return self._lost

    @property
    def complaint(self) -> str:
        """The last error that paho noted, such as an alert of TLS."""
        return self._errors[-1] if self._errors else ""

    async def accepted(self) -> ReasonCode:
        """The broker's answer to the greeting.

        Raises:
            LinkLost: it hung up instead.
        """
        return await self._accepted

    def subscribe(self, topic: str, then: Callable[[], None]) -> None:
        """Hear what is published there, QoS 1; `then` is called when the broker has agreed.

        It is no coroutine, so that nobody waits for it instead of receiving: a broker may send what
        it kept for us first, and do nothing else until we have acknowledged that. The connection
        ends when the broker refuses or does not answer: it is of no use then.

        Raises:
            LinkLost: there is no connection.
        """
        self._check()
        result, mid = self._client.subscribe(topic, qos=1)
        if result is not MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise self._lose(f"cannot subscribe to {topic}: {result.name}")
        self._waiting_begins()
        self._subacks[mid] = then
        self._wire.flush()

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, urgent: bool = False
    ) -> None:
        """Publish with QoS 1; return when the broker has confirmed it. May be cancelled.

        Raises:
            LinkLost: it was not confirmed; whether it arrived is not known.
        """
        self._check()
        try:
            await self._window.enter(urgent=urgent)
        except WindowClosed:
            self._check()
            raise
        self._check()
        await self._send(topic, payload, retain=retain)

    def announce(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1, retained, before anything else; nobody waits for it."""
        if self._lost is None:
            self._window.take()
            self._send(topic, payload, retain=True)

    def publish_unconfirmed(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 0: what is lost on the way stays lost.

        Raises:
            LinkLost: there is no connection.
        """
        self._check()
        self._client.publish(topic, payload, qos=0)
        self._wire.flush()
        self._check()

    async def receive(self) -> Incoming:
        """The next message.

        Raises:
            LinkLost: it is gone, and all that came before has been received.
        """
        while not self._inbox:
            self._check()
            self._news.clear()
            await self._news.wait()
        incoming = self._inbox.popleft()
        if len(self._inbox) < INBOX_MAX // 2:
            self._wire.resume()
        return incoming

    def acknowledge(self, incoming: Incoming) -> None:
        """Tell the broker that the message has been taken care of."""
        if self._lost is None and incoming.qos:
            self._client.ack(incoming.mid, incoming.qos)
            self._wire.flush()

    async def close(self) -> None:
        """Say goodbye, so that the broker does not publish the last will. May be cancelled."""
        if self._lost is None:
            self._client.disconnect()
            self._wire.flush()
            await self._ended.wait()

    def drop(self) -> None:
        """End it without a word. Harmless if it has ended."""
        self._lose("dropped")

    # --- what paho tells --------------------------------------------------------------------------

    def _on_connect(
        self,
        _client: Client,
        _data: Any,
        _flags: ConnectFlags,
        reason: ReasonCode,
        said: Properties | None,
    ) -> None:
        limit = getattr(said, "ReceiveMaximum", PLACES)
        if limit < PLACES:  # MQTT 5: more than this under way and the broker hangs up
            self._window = Window(limit, reserved=min(RESERVED, limit // 2))
        if not self._accepted.done():
            self._accepted.set_result(reason)

    def _on_disconnect(
        self,
        _client: Client,
        _data: Any,
        flags: DisconnectFlags,
        reason: ReasonCode,
        _said: Properties | None,
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self._lose(f"the broker ended it: {reason}")
        else:
            self._lose(
                self.complaint or f"connection lost: {reason}",
                elsewhere=reason.getName() == "Keep alive timeout",
            )

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _said: Properties
    ) -> None:
        answer = self._pubacks.pop(mid, None)
        if answer is None:  # QoS 0
            return
        self._progress_at = self._loop.time()
        self._window.leave()
        if reason.is_failure:
            # It would refuse the next one too; another broker may not.
            what = f"the broker refuses what is published: {reason}"
            _fail(answer, self._lose(what, elsewhere=True))
        elif not answer.done():
            answer.set_result(None)

    def _on_subscribe(
        self,
        _client: Client,
        _data: Any,
        mid: int,
        reasons: list[ReasonCode],
        _said: Properties,
    ) -> None:
        then = self._subacks.pop(mid, None)
        self._progress_at = self._loop.time()
        if any(reason.is_failure for reason in reasons):
            what = f"the broker refuses to let us hear answers: {reasons[0]}"
            self._lose(what, elsewhere=True)
        elif then is not None:
            then()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._inbox.append(
            Incoming(message.topic, bytes(message.payload), message.mid, message.qos)
        )
        self._news.set()
        if len(self._inbox) >= INBOX_MAX:
            self._wire.pause()

    # --- under way, and the end -------------------------------------------------------------------

    def _send(self, topic: str, payload: bytes, *, retain: bool) -> asyncio.Future[None]:
        answer: asyncio.Future[None] = self._loop.create_future()
        result = self._client.publish(topic, payload, qos=1, retain=retain)
        if result.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            _fail(answer, self._lose(f"cannot publish: {result.rc.name}"))
            return answer
        self._waiting_begins()
        self._pubacks[result.mid] = answer
        self._wire.flush()
        return answer

    def _waiting_begins(self) -> None:
        if not self._pubacks and not self._subacks:
            self._progress_at = self._loop.time()

    def _tick(self) -> None:
        if self._lost is not None:
            return
        self._timer = self._loop.call_later(TICK_S, self._tick)
        self._client.loop_misc()  # keepalive
        waited_s = self._loop.time() - self._progress_at
        if (self._pubacks or self._subacks) and waited_s > self._puback_s_max:
            self._lose(f"nothing was confirmed for {waited_s:.0f} s", elsewhere=True)

    def _check(self) -> None:
        if self._lost is not None:
            raise LinkLost(str(self._lost), elsewhere=self._lost.elsewhere)

    def _lose(self, reason: str, *, elsewhere: bool = False) -> LinkLost:
        if self._lost is not None:
            return self._lost
        self._lost = LinkLost(reason, elsewhere=elsewhere)
        self._timer.cancel()
        self._wire.close()
        _fail(self._accepted, self._lost)
        for answer in self._pubacks.values():
            _fail(answer, self._lost)
        self._pubacks.clear()
        self._subacks.clear()
        self._window.close()
        self._ended.set()
        self._news.set()
        return self._lost


def _fail(answer: asyncio.Future[Any], lost: LinkLost) -> None:
    if not answer.done():
        answer.set_exception(LinkLost(str(lost), elsewhere=lost.elsewhere))
        answer.exception()  # whoever was to hear it may have left: that is no error
