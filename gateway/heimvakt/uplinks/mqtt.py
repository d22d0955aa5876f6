"""The uplink over MQTT: one receiver over one path, one or more brokers, one connection at a time.

It says nothing about delivery: a broker's confirmation frees the sender, and only an answer on the
`ack` topic, which goes to `hear`, is proof. An answer is confirmed to the broker after `hear` has
returned, so one that comes in the moment of a power cut comes again. Each path has a session of its
own and hears every answer: one that is heard twice is harmless.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from random import Random

from heimvakt._version import __version__
from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.events import ChangeTold
from heimvakt.core.heard import Asked, Heard
from heimvakt.core.orders import OrderAnswer
from heimvakt.core.ports import Clock
from heimvakt.core.self_test import SelfTest
from heimvakt.core.summary import Summary
from heimvakt.core.uplink import (
    Heartbeat,
    Line,
    NobodyThere,
    NotConnected,
    ReportBatch,
    Sending,
    Waits,
)

from . import batches, render
from .address_book import AddressBook
from .alarm_payloads import AlarmPayloads
from .binding import PathBinding
from .change_message import change_message
from .envelope import to_bytes
from .link_lost import LinkLost
from .mqtt_client import Link
from .mqtt_identity import Identity
from .mqtt_outgoing import OVERHEAD
from .mqtt_patience import Patience, patience_of
from .mqtt_session import Session
from .mqtt_settings import MqttReceiverSettings
from .mqtt_window import Lane
from .names import Names
from .prepared import Prepared
from .self_test_message import self_test_message
from .topics import Topics

BEAT_EXPIRY_S = 300
"""An old one says nothing; a broker must not drop alarms to keep it for an absent receiver."""
PROOF_BYTES = 1_600
"""Of the first heartbeat of a connection, with blanks: as long as an alarm, and longer than a
packet. On some lines long packets vanish and short ones do not, and a short one proves nothing."""


class MqttUplink:
    """A receiver behind MQTT; the contract is that of `heimvakt.core.uplink.Uplink`."""

    def __init__(
        self,
        name: str,
        settings: MqttReceiverSettings,
        *,
        gateway_id: str,
        clock: Clock,
        chance: Random,
        path: PathBinding | None = None,
        book: AddressBook | None = None,
        version: str = __version__,
        started_at: datetime | None = None,
        patience: Patience | None = None,
        hears_orders: bool = False,
        prepared: Prepared | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            name: the receiver's, in the configuration.
            settings: how it is reached.
            gateway_id: the level of the topics and the client id.
            clock: the time of messages; pauses are the event loop's.
            chance: spreads the pauses and names the state messages.
            path: what the connection keeps to; None: the one path of a home that names none.
            book: addresses that were good before; shared by all uplinks of a gateway.
            version: of the software, for the state message.
            started_at: of the software, likewise; None: now.
            patience: how long to wait for what; None: what is usual for the path.
            hears_orders: whether anybody may order something of this home.
            prepared: messages that were made ready before they may be sent; None: none is.

        Raises:
            ValueError: the gateway's id or the path's name cannot be a level of a topic.
        """
        binding = path or PathBinding()
        self._name = name
        self._gateway_id = gateway_id
        self._path = binding.name
        self._clock = clock
        self._chance = chance
        self._topics = Topics(gateway_id, None if binding.first else binding.name)
        self._counts: Counter[str] = Counter()
        self._alarms = AlarmPayloads(
            name, gateway_id, prepared or Prepared(gateway_id), self._counts
        )
        self._proven: Link | None = None
        """The connection on which a heartbeat was confirmed."""
        self._session = Session(
            Identity(
                receiver=name,
                gateway_id=gateway_id,
                binding=binding,
                version=version,
                started_at=started_at or clock.now(),
                hears_orders=hears_orders,
            ),
            settings,
            topics=self._topics,
            clock=clock,
            chance=chance,
            patience=patience or patience_of(binding),
            names=Names(book or AddressBook(), binding),
            counts=self._counts,
        )

    @property
    def name(self) -> str:
        """The receiver's name in the configuration."""
        return self._name

    @property
    def path(self) -> str:
        """The name of the path that it is bound to."""
        return self._path

    @property
    def carries_reports(self) -> bool:
        """MQTT carries everything."""
        return True

    @property
    def line(self) -> Line:
        """What the connection has been measured to carry; of each connection anew."""
        link = self._session.link
        return Line() if link is None else link.line

    @property
    def connected(self) -> bool:
        """Whether the transport stands."""
        return self._session.connected

    @property
    def trouble(self) -> str | None:
        """Why there is no connection. See the port."""
        return self._session.trouble

    @property
    def remembers(self) -> bool:
        """As the broker says when it greets. See the port."""
        return self._session.link is not None and self._session.link.remembers

    def superseded(self, alarm: Alarm) -> None:
        """Nothing waits here for longer than the line takes. See the port."""

    def doubt(self) -> None:
        """Leave the broker for another address, where there is one. See the port."""
        self._session.doubt()

    def hurry(self) -> None:
        """End the pause between two attempts to connect. See the port."""
        self._session.hurry()

    def pressing(self, what: Waits) -> None:
        """What waits decides how long the pauses may be. See the port."""
        self._session.pressing(what)

    async def wait_connected(self) -> None:
        """Return when the transport stands."""
        await self._session.wait_connected()

    async def wait_lost(self) -> None:
        """Return when the transport does not stand."""
        await self._session.wait_lost()

    async def run(self, hear: Callable[[Heard], Awaitable[None]]) -> None:
        """Connect, stay connected and hear, until cancelled; then say goodbye. See the port."""
        await self._session.run(hear)

    async def send(self, alarm: Alarm, sending: Sending) -> None:
        """Hand an alarm to the broker; return when it has confirmed it. See the port.

        One that is too long for the broker goes without what explains it, and says so.
        """
        link = self._standing()
        bytes_max = self._payload_max(link, self._topics.alarm)
        payload = self._alarms.of(alarm, sending, bytes_max)
        if bytes_max is not None and len(payload.octets) > bytes_max:
            link.leave(f"the broker takes {bytes_max} bytes at most, which is no alarm")
        try:
            heard = await link.publish(
                self._topics.alarm, payload.octets, lane=_lane(alarm, sending)
            )
        except LinkLost as lost:
            if lost.hung_up:
                self._alarms.hung_up(payload)
            raise NotConnected(f"{self._name}: {lost}") from lost
        self._alarms.taken(payload)
        self._counts["alarms-sent"] += 1
        self._check(heard, self._topics.alarm)

    async def report(self, batch: ReportBatch) -> None:
        """Hand a batch of reports to the broker. See the port."""
        link = self._standing()
        payload = batches.reports_bytes(
            batch,
            gateway_id=self._gateway_id,
            sent_at=self._clock.now(),
            path=self._path,
            bytes_max=self._payload_max(link, self._topics.reports),
        )
        heard = await self._publish(link, self._topics.reports, payload, Lane.REPORT)
        self._counts["batches-sent"] += 1
        self._check(heard, self._topics.reports)

    async def tell_outstanding(self, asked: Asked, alarms: Sequence[Alarm], at: datetime) -> None:
        """Answer which alarms are open. See the port."""
        link = self._standing()
        message = render.outstanding_message(
            asked,
            alarms,
            at,
            gateway_id=self._gateway_id,
            bytes_max=self._payload_max(link, self._topics.outstanding),
        )
        await self._publish(link, self._topics.outstanding, to_bytes(message), Lane.ALARM)
        self._counts["questions-answered"] += 1

    async def tell_month(self, summary: Summary, at: datetime) -> None:
        """Tell the figures of a month. See the port."""
        payload = to_bytes(batches.month_message(summary, at, gateway_id=self._gateway_id))
        heard = await self._publish(self._standing(), self._topics.month, payload, Lane.REPORT)
        self._check(heard, self._topics.month)

    async def tell_self_test(self, test: SelfTest, at: datetime) -> None:
        """Tell what a self-test has found; what is well is left out for a broker that does not take
        all of it. See the port."""
        link, topic = self._standing(), self._topics.self_test
        payload = to_bytes(self_test_message(test, at))
        bytes_max = self._payload_max(link, topic)
        if bytes_max is not None and len(payload) > bytes_max:
            payload = to_bytes(self_test_message(test, at, only_named=True))
        self._check(await self._publish(link, topic, payload, Lane.REPORT), topic)

    async def tell_change(self, told: ChangeTold, at: datetime) -> None:
        """Tell what became of a signed change. See the port."""
        payload = to_bytes(change_message(told, at, gateway_id=self._gateway_id))
        heard = await self._publish(self._standing(), self._topics.change, payload, Lane.REPORT)
        self._check(heard, self._topics.change)

    async def tell_order(self, answer: OrderAnswer, at: datetime) -> None:
        """Say what becomes of an order. See the port."""
        message = render.order_answer_message(
            answer,
            at,
            gateway_id=self._gateway_id,
            token=f"{self._chance.getrandbits(64):016x}",
        )
        await self._publish(
            self._standing(), self._topics.order_answer, to_bytes(message), Lane.ALARM
        )
        self._counts["orders-answered"] += 1

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Tell the broker that the gateway lives; return when it has confirmed it. See the port."""
        link, topic = self._standing(), self._topics.heartbeat
        payload = to_bytes(render.heartbeat_message(heartbeat, gateway_id=self._gateway_id))
        if link is not self._proven:
            bytes_max = self._payload_max(link, topic)
            payload = payload.ljust(min(PROOF_BYTES, bytes_max or PROOF_BYTES))
        await self._publish(link, topic, payload, Lane.ALARM, expiry_s=BEAT_EXPIRY_S)
        self._proven = link
        self._counts["heartbeats-sent"] += 1

    def counts(self) -> dict[str, int]:
        """What was counted since the start: connections, refused answers by their reason."""
        return dict(self._counts)

    async def _publish(
        self, link: Link, topic: str, payload: bytes, lane: Lane, *, expiry_s: int | None = None
    ) -> bool:
        try:
            return await link.publish(topic, payload, lane=lane, expiry_s=expiry_s)
        except LinkLost as lost:
            raise NotConnected(f"{self._name}: {lost}") from lost

    def _check(self, heard: bool, topic: str) -> None:
        if not heard:
            raise NobodyThere(f"{self._name}: nobody has subscribed to {topic}")

    def _standing(self) -> Link:
        if self._session.link is None:
            raise NotConnected(f"{self._name}: no connection")
        return self._session.link

    def _payload_max(self, link: Link, topic: str) -> int | None:
        return None if link.bytes_max is None else link.bytes_max - len(topic) - OVERHEAD


def _lane(alarm: Alarm, sending: Sending) -> Lane:
    if alarm.priority is not Priority.HIGH:
        return Lane.ALARM
    return Lane.FRESH if sending.fresh else Lane.HIGH
