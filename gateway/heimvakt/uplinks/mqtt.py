"""The uplink over MQTT: one receiver over one path, one or more brokers, one connection at a time.

It says nothing about delivery: a broker's confirmation frees the sender, and only an answer on the
`ack` topic, which goes to `hear`, is proof. An answer is confirmed to the broker after `hear` has
returned, so one that comes in the moment of a power cut comes again. Each path has a session of its
own and hears every answer: one that is heard twice is harmless.

Here are the connection and the alarms; what is told beside them is in `mqtt_publisher`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random

from heimvakt._version import __version__
from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.heard import Heard
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Line, NotConnected, Sending, Waits

from .address_book import AddressBook
from .alarm_payloads import AlarmPayloads
from .binding import PathBinding
from .link_lost import LinkLost
from .mqtt_identity import Identity
from .mqtt_patience import Patience, patience_of
from .mqtt_publisher import Publisher
from .mqtt_session import Session
from .mqtt_settings import MqttReceiverSettings
from .mqtt_window import Lane
from .names import Names
from .prepared import Prepared
from .topics import Topics


class MqttUplink(Publisher):
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
        topics = Topics(gateway_id, None if binding.first else binding.name)
        counts: Counter[str] = Counter()
        who = Identity(
            receiver=name,
            gateway_id=gateway_id,
            binding=binding,
            version=version,
            started_at=started_at or clock.now(),
            hears_orders=hears_orders,
        )
        session = Session(
            who,
            settings,
            topics=topics,
            clock=clock,
            chance=chance,
            patience=patience or patience_of(binding),
            names=Names(book or AddressBook(), binding),
            counts=counts,
        )
        super().__init__(who, session, topics=topics, clock=clock, chance=chance, counts=counts)
        self._alarms = AlarmPayloads(name, gateway_id, prepared or Prepared(gateway_id), counts)

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

    def counts(self) -> dict[str, int]:
        """What was counted since the start: connections, refused answers by their reason."""
        return dict(self._counts)


def _lane(alarm: Alarm, sending: Sending) -> Lane:
    if alarm.priority is not Priority.HIGH:
        return Lane.ALARM
    return Lane.FRESH if sending.fresh else Lane.HIGH
