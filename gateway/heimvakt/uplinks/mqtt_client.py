"""One connection to a broker: what is under way on it, what came over it, and how it ended.

Each connection has a paho client of its own, because paho would otherwise send again what its
callers have long given up: what is under way when the connection ends has failed, and the outbox
decides. Nothing is queued here beyond the places of the window.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from heimvakt.core.uplink import Line

from .backoff import Failure
from .link_lost import LinkLost
from .mqtt_under_way import PLACES, UnderWay, fail
from .mqtt_window import Lane, WindowClosed
from .mqtt_wire import Wire

TICK_S = 1.0
INBOX_MAX = 64
"""Answers not yet taken care of; beyond it nothing more is read."""
OVERHEAD = 32
"""Of a message on the wire, beside topic and payload: header, properties, and a share of TLS."""


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
    then: Callable[[Sequence[str]], None]


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
        self._under_way = UnderWay(clear=lambda: self._wire.clear())
        self._subacks: dict[int, _Subscribing] = {}
        self._inbox: deque[Incoming] = deque()
        self._news = asyncio.Event()
        self._bytes_max: int | None = None
        self.remembers = False
        """The broker has kept our session from the connection before."""
        self._timer = self._loop.call_later(TICK_S, self._tick)

        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        self._wire = Wire(
            client,
            nonsense=lambda what: self._lose(what, elsewhere=True, failure=Failure.UNWELCOME),
            relieved=lambda: self._under_way.window.wake(),
        )
        if client.socket() is None:
            self._lose(self.complaint or "at once")

    # --- what the uplink asks ---------------------------------------------------------------------

    @property
    def lost(self) -> LinkLost | None:
        """Why it is gone; None while it stands."""
        return self._lost

    async def wait_ended(self) -> None:
        """Return when it is gone."""
        await self._ended.wait()

    @property
    def line(self) -> Line:
        """What it has been measured to carry."""
        return replace(self._under_way.line, message_bytes_max=self._bytes_max)

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

    def subscribe(self, topics: Sequence[str], then: Callable[[Sequence[str]], None]) -> None:
        """Hear what is published there, QoS 1; `then` is called when the broker has agreed, with
        those that it refused.

        It is no coroutine, so that nobody waits for it instead of receiving: a broker may send what
        it kept for us first, and do nothing else until we have acknowledged that. The connection
        ends when the broker refuses the first of them or does not answer: it is of no use then.

        Raises:
            LinkLost: there is no connection.
        """
        self._check()
        result, mid = self._client.subscribe([(topic, 1) for topic in topics])
        if result is not MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise self._lose(f"cannot subscribe to {topics[0]}: {result.name}")
        self._waiting_begins()
        self._subacks[mid] = _Subscribing(tuple(topics), then)
        self._wire.flush()

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        lane: Lane,
        retain: bool = False,
        expiry_s: int | None = None,
    ) -> None:
        """Publish with QoS 1; return when the broker has confirmed it. May be cancelled.

        With MQTT 5 the broker forgets it after `expiry_s`.

        Raises:
            LinkLost: it was not confirmed; whether it arrived is not known.
        """
        self._check()
        size = len(payload) + len(topic) + OVERHEAD
        window = self._under_way.window
        try:
            await window.enter(lane, size)
        except WindowClosed:
            self._check()
            raise
        self._check()
        answer = self._send(topic, payload, lane, retain=retain, expiry_s=expiry_s)
        window.wake()
        await answer

    def announce(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1, retained, before anything else; nobody waits for it."""
        if self._lost is None:
            self._under_way.window.take(Lane.FRESH, 0)
            self._send(topic, payload, Lane.FRESH, retain=True)

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

    def leave(self, reason: str, failure: Failure = Failure.UNWELCOME) -> None:
        """This broker is of no use to us: end it, and try another address first."""
        self._lose(reason, elsewhere=True, failure=failure)

    def drop(self) -> None:
        """End it without a word. Harmless if it has ended."""
        self._lose("dropped")

    # --- what paho tells --------------------------------------------------------------------------

    def _on_connect(
        self,
        _client: Client,
        _data: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        said: Properties | None,
    ) -> None:
        self.remembers = bool(flags.session_present)
        # MQTT 5: more than this under way, or anything longer, and the broker hangs up.
        self._under_way.limit(getattr(said, "ReceiveMaximum", PLACES))
        self._bytes_max = getattr(said, "MaximumPacketSize", None)
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
            going = reason.getName() in ("Server shutting down", "Server busy")
            self._lose(
                f"the broker ended it: {reason}",
                elsewhere=True,
                failure=Failure.AWAY if going else Failure.UNWELCOME,
                hung_up=not going,
            )
        else:
            silent = reason.getName() == "Keep alive timeout"
            self._lose(
                self.complaint or ("it is silent" if silent else "the connection was cut"),
                elsewhere=silent,
                hung_up=not silent,
            )

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _said: Properties
    ) -> None:
        if self._under_way.is_oldest(mid):
            self._progress_at = self._loop.time()
        answer = self._under_way.confirmed(mid)
        if answer is None:
            return
        if reason.is_failure:
            # It would refuse the next one too; another broker may not.
            what = f"the broker refuses what is published: {reason}"
            lost = self._lose(what, elsewhere=True, failure=Failure.UNWELCOME)
            fail(answer, lost)
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
        subscribing = self._subacks.pop(mid, None)
        self._progress_at = self._loop.time()
        if not reasons or reasons[0].is_failure:
            what = f"the broker refuses to let us hear answers: {reasons[:1]}"
            self._lose(what, elsewhere=True, failure=Failure.UNWELCOME)
        elif subscribing is not None:
            answers = zip(subscribing.topics, reasons, strict=False)
            subscribing.then([topic for topic, reason in answers if reason.is_failure])

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._inbox.append(
            Incoming(message.topic, bytes(message.payload), message.mid, message.qos)
        )
        self._news.set()
        if len(self._inbox) >= INBOX_MAX:
            self._wire.pause()

    # --- under way, and the end -------------------------------------------------------------------

    def _send(
        self,
        topic: str,
        payload: bytes,
        lane: Lane,
        *,
        retain: bool,
        expiry_s: int | None = None,
    ) -> asyncio.Future[None]:
        result = self._client.publish(
            topic, payload, qos=1, retain=retain, properties=self._expiring(expiry_s)
        )
        if result.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            answer: asyncio.Future[None] = self._loop.create_future()
            fail(answer, self._lose(f"cannot publish: {result.rc.name}"))
            return answer
        self._waiting_begins()
        size = len(payload) + len(topic) + OVERHEAD
        answer = self._under_way.sent(result.mid, lane, size)
        self._wire.flush()
        return answer

    def _expiring(self, expiry_s: int | None) -> Properties | None:
        if expiry_s is None or self._client.protocol is not MQTTProtocolVersion.MQTTv5:
            return None
        said = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        said.MessageExpiryInterval = expiry_s
        return said

    def _waiting_begins(self) -> None:
        if not self._under_way and not self._subacks:
            self._progress_at = self._loop.time()

    def _tick(self) -> None:
        if self._lost is not None:
            return
        self._timer = self._loop.call_later(TICK_S, self._tick)
        self._client.loop_misc()  # keepalive
        waited_s = self._loop.time() - self._progress_at
        if (self._under_way or self._subacks) and waited_s > self._puback_s_max:
            self._lose(f"nothing was confirmed for {waited_s:.0f} s", elsewhere=True)

    def _check(self) -> None:
        if self._lost is not None:
            raise self._lost.again()

    def _lose(
        self,
        reason: str,
        *,
        elsewhere: bool = False,
        failure: Failure = Failure.AWAY,
        hung_up: bool = False,
    ) -> LinkLost:
        if self._lost is not None:
            return self._lost
        self._lost = LinkLost(reason, elsewhere=elsewhere, failure=failure, hung_up=hung_up)
        self._timer.cancel()
        self._wire.close()
        fail(self._accepted, self._lost)
        self._under_way.end(self._lost)
        self._subacks.clear()
        self._ended.set()
        self._news.set()
        return self._lost
