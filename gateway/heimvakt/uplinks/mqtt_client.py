"""One connection to a broker: the one thing with a beginning and an end, for what goes out over it
(`mqtt_outgoing`) and what comes in (`mqtt_inbox`).

Each connection has a paho client of its own, because paho would otherwise send again what its
callers have long given up: what is under way when the connection ends has failed, and the outbox
decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from heimvakt.core.changed import replace
from heimvakt.core.uplink import Line

from .backoff import Failure
from .link_lost import LinkLost
from .mqtt_ending import disconnected, refuses_message, refuses_to_tell, unwelcome
from .mqtt_inbox import Inbox, Incoming
from .mqtt_outgoing import Outgoing
from .mqtt_under_way import PLACES, UnderWay, fail
from .mqtt_window import Lane, WindowClosed
from .mqtt_wire import Wire

TICK_S = 1.0
NOBODY = 0x10
"""MQTT 5: the broker has taken the message, and nobody has subscribed to its topic."""


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
        self._lost: LinkLost | None = None
        self._ended = asyncio.Event()
        self._accepted: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._under_way = UnderWay(clear=lambda: self._wire.clear())
        self.bytes_max: int | None = None
        """The broker takes no larger message; None: it named no limit."""
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
            nonsense=lambda what: self._lose(unwelcome(what)),
            relieved=lambda: self._under_way.window.wake(),
        )
        self._inbox = Inbox(client, self._wire)
        self._outgoing = Outgoing(
            client, self._wire, self._under_way, check=self._check, lose=self._lose
        )
        if client.socket() is None:
            self._lose(LinkLost(self.complaint or "at once"))

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
        return replace(self._under_way.line, message_bytes_max=self.bytes_max)

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
        if not self._under_way:
            self._under_way.moves()
        result = self._inbox.ask(topics, then, is_alone=not self._under_way)
        if result is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise self._lose(LinkLost(f"cannot subscribe to {topics[0]}: {result.name}"))

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        lane: Lane,
        retain: bool = False,
        expiry_s: int | None = None,
    ) -> bool:
        """Publish with QoS 1; return when the broker has confirmed it. May be cancelled.

        With MQTT 5 the broker forgets it after `expiry_s`, and may say that nobody hears it: then
        this is False.

        Raises:
            LinkLost: it was not confirmed; whether it arrived is not known.
        """
        self._check()
        try:
            return await self._outgoing.publish(
                topic, payload, lane=lane, retain=retain, expiry_s=expiry_s
            )
        except WindowClosed:
            self._check()
            raise

    def announce(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1, retained, before anything else; nobody waits for it."""
        if self._lost is None:
            self._outgoing.announce(topic, payload)

    async def receive(self) -> Incoming:
        """The next message.

        Raises:
            LinkLost: it is gone, and all that came before has been received.
        """
        incoming = await self._inbox.next()
        if incoming is None:
            self._check()
            raise LinkLost("it has ended")
        return incoming

    def acknowledge(self, incoming: Incoming) -> None:
        """Tell the broker that the message has been taken care of."""
        self._inbox.acknowledge(incoming)

    async def close(self) -> None:
        """Say goodbye, so that the broker does not publish the last will. May be cancelled."""
        if self._lost is None:
            self._client.disconnect()
            self._wire.flush()
            await self._ended.wait()

    def leave(self, reason: str, failure: Failure = Failure.UNWELCOME) -> None:
        """This broker is of no use to us: end it, and try another address first."""
        self._lose(LinkLost(reason, elsewhere=True, failure=failure))

    def drop(self) -> None:
        """End it without a word. Harmless if it has ended."""
        self._lose(LinkLost("dropped"))

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
        self.bytes_max = getattr(said, "MaximumPacketSize", None)
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
        self._lose(disconnected(flags, reason, self.complaint))

    def _on_publish(
        self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _said: Properties
    ) -> None:
        answer = self._under_way.confirmed(mid)
        if answer is None:
            return
        if reason.is_failure:
            fail(answer, self._lose(refuses_message(reason)))
        elif not answer.done():
            answer.set_result(reason.value != NOBODY)

    def _on_subscribe(
        self,
        _client: Client,
        _data: Any,
        mid: int,
        reasons: list[ReasonCode],
        _said: Properties,
    ) -> None:
        self._under_way.moves()
        if not reasons or reasons[0].is_failure:
            self._lose(refuses_to_tell(reasons))
            return
        took_s = self._inbox.agreed(mid, reasons)
        if took_s is not None:
            self._under_way.answered(took_s)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._inbox.put(message)

    # --- the end ----------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._lost is not None:
            return
        self._timer = self._loop.call_later(TICK_S, self._tick)
        self._client.loop_misc()  # keepalive
        waited_s = self._loop.time() - self._under_way.moved_at
        if (self._under_way or self._inbox.awaits) and waited_s > self._puback_s_max:
            what = f"nothing was confirmed for {waited_s:.0f} s"
            self._lose(LinkLost(what, elsewhere=True))

    def _check(self) -> None:
        if self._lost is not None:
            raise self._lost.again()

    def _lose(self, lost: LinkLost) -> LinkLost:
        if self._lost is not None:
            return self._lost
        self._lost = lost
        self._timer.cancel()
        self._wire.close()
        fail(self._accepted, self._lost)
        self._under_way.end(self._lost)
        self._inbox.end()
        self._ended.set()
        return self._lost
