"""What a receiver is told beside alarms, each on the connection that stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from random import Random

from heimvakt.core.alarms import Alarm
from heimvakt.core.events import ChangeTold
from heimvakt.core.heard import Asked
from heimvakt.core.orders import OrderAnswer
from heimvakt.core.ports import Clock
from heimvakt.core.self_test import SelfTest
from heimvakt.core.summary import Summary
from heimvakt.core.uplink import Heartbeat, NobodyThere, NotConnected, ReportBatch

from . import batches, render
from .change_message import change_message
from .envelope import to_bytes
from .link_lost import LinkLost
from .mqtt_client import Link
from .mqtt_identity import Identity
from .mqtt_outgoing import OVERHEAD
from .mqtt_session import Session
from .mqtt_window import Lane
from .self_test_message import self_test_message
from .topics import Topics

BEAT_EXPIRY_S = 300
"""An old one says nothing; a broker must not drop alarms to keep it for an absent receiver."""
PROOF_BYTES = 1_600
"""Of the first heartbeat of a connection, with blanks: as long as an alarm, and longer than a
packet. On some lines long packets vanish and short ones do not, and a short one proves nothing."""


class Publisher:
    """The half of an uplink that tells; of one gateway to one receiver over one path."""

    def __init__(
        self,
        who: Identity,
        session: Session,
        *,
        topics: Topics,
        clock: Clock,
        chance: Random,
        counts: Counter[str],
    ) -> None:
        self._name = who.receiver
        self._gateway_id = who.gateway_id
        self._path = who.binding.name
        self._session = session
        self._topics = topics
        self._clock = clock
        self._chance = chance
        self._counts = counts
        self._proven: Link | None = None
        """The connection on which a heartbeat was confirmed."""

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
