"""The uplink over MQTT: one receiver, one or more brokers, one connection at a time.

It says nothing about delivery: a broker's confirmation frees the sender, and only an answer on the
`ack` topic, which goes to `hear`, is proof. An answer is confirmed to the broker after `hear` has
returned, so one that comes in the moment of a power cut comes again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random

import structlog

from heimvakt._version import __version__
from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Acknowledgement, Heartbeat, NotConnected, Sending

from . import render
from .backoff import delay_s
from .messages import StateReason
from .mqtt_client import Incoming, Link, LinkLost
from .mqtt_dial import DialError, Greeting, Patience, Trouble, dial
from .mqtt_settings import BrokerAddress, MqttReceiverSettings
from .mqtt_versions import Versions
from .parse import Refused, parse_acknowledgement
from .topics import Topics

STABLE_S = 10.0
"""A connection that did not last so long is a failure when it comes to the next pause: two gateways
with one id would otherwise throw each other out as fast as they can."""
REASONS_MAX = 32
"""Reasons for having no connection that are logged before one stands again."""

Hear = Callable[[Acknowledgement], Awaitable[None]]
_log = structlog.get_logger(__name__)


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
        version: str = __version__,
        started_at: datetime | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            name: the receiver's, in the configuration.
            settings: how it is reached.
            gateway_id: the level of the topics and the client id.
            clock: the time of messages; pauses are the event loop's.
            chance: spreads the pauses and names the state messages.
            version: of the software, for the state message.
            started_at: of the software, likewise; None: now.
            patience: how long to wait for what; shorter in tests.

        Raises:
            ValueError: the gateway's id cannot be a level of a topic.
        """
        self._name = name
        self._gateway_id = gateway_id
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._version = version
        self._started_at = started_at or clock.now()
        self._patience = patience or Patience()
        self._topics = Topics(gateway_id)
        self._versions = {address: Versions(settings.protocol) for address in settings.addresses}
        self._link: Link | None = None
        self._stands = asyncio.Event()
        self._counts: Counter[str] = Counter()
        self._told: set[str] = set()
        self._log = _log.bind(receiver=name)

    @property
    def name(self) -> str:
        """The receiver's name in the configuration."""
        return self._name

    @property
    def connected(self) -> bool:
        """Whether the transport stands."""
        return self._link is not None and self._link.lost is None

    async def wait_connected(self) -> None:
        """Return when the transport stands."""
        while not self.connected:
            # A connection that has ended stays until `run` has noticed: wait for the next one.
            self._stands.clear()
            await self._stands.wait()

    async def send(self, alarm: Alarm, sending: Sending) -> None:
        """Hand an alarm to the broker; return when it has confirmed it. See the port."""
        message = render.alarm_message(alarm, sending, gateway_id=self._gateway_id)
        urgent = alarm.priority is Priority.HIGH
        try:
            await self._standing().publish(
                self._topics.alarm, render.to_bytes(message), urgent=urgent
            )
        except LinkLost as lost:
            raise NotConnected(f"{self._name}: {lost}") from lost
        self._counts["alarms-sent"] += 1

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Tell the broker that the gateway lives, with QoS 0. See the port.

        The next beat makes up for a lost one, while brokers would keep those of QoS 1 for a
        receiver that is away, and drop alarms when its queue is full of them.
        """
        message = render.heartbeat_message(heartbeat, gateway_id=self._gateway_id)
        try:
            self._standing().publish_unconfirmed(self._topics.heartbeat, render.to_bytes(message))
        except LinkLost as lost:
            raise NotConnected(f"{self._name}: {lost}") from lost
        self._counts["heartbeats-sent"] += 1

    def counts(self) -> dict[str, int]:
        """What was counted since the start: connections, refused answers by their reason."""
        return dict(self._counts)

    async def run(self, hear: Hear) -> None:
        """Connect, stay connected and hear, until cancelled; then say goodbye. See the port."""
        loop = asyncio.get_running_loop()
        brokers = self._settings.addresses
        place = failures = 0
        while True:
            address = brokers[place % len(brokers)]
            began = loop.time()
            try:
                ended = await self._attend(address, hear)
            except DialError as error:
                self._counts["attempts-failed"] += 1
                self._tell(address, error)
                place, failures = place + 1, failures + 1
            else:
                self._counts["connections-lost"] += 1
                self._log.warning("broker-lost", address=str(address), reason=str(ended))
                failures = 0 if loop.time() - began >= STABLE_S else failures + 1
                if ended.elsewhere:
                    place += 1  # it may still take connections and do nothing with them
            if failures % len(brokers) == 0:  # each has been tried
                await asyncio.sleep(delay_s(max(1, failures // len(brokers)), self._chance))

    # --- one connection ---------------------------------------------------------------------------

    async def _attend(self, address: BrokerAddress, hear: Hear) -> LinkLost:
        """Connect and serve one connection; return how it ended.

        Raises:
            DialError: there was none.
        """
        link = await self._reach(address)
        try:
            link.subscribe(self._topics.acknowledgement, lambda: self._begin(link, address))
            while True:
                incoming = await link.receive()
                await self._take(incoming, hear)
                link.acknowledge(incoming)
        except LinkLost as lost:
            return lost
        except asyncio.CancelledError:
            self._link = None
            await self._say_goodbye(link)
            raise
        finally:
            self._link = None
            link.drop()

    async def _reach(self, address: BrokerAddress) -> Link:
        versions, loop = self._versions[address], asyncio.get_running_loop()
        version = versions.choose(loop.time())
        topic, will = self._state("lost")
        greeting = Greeting(client_id=self._gateway_id, will_topic=topic, will=will)
        try:
            link = await dial(
                address,
                self._settings,
                greeting,
                version=version,
                settled=versions.settled,
                patience=self._patience,
            )
        except DialError as error:
            if error.trouble is Trouble.VERSION and versions.refused(version):
                return await self._reach(address)  # once: nothing comes after 3.1.1
            if error.trouble is Trouble.SILENT:
                versions.silent(version)
            raise
        versions.worked(version, loop.time())
        return link

    def _begin(self, link: Link, address: BrokerAddress) -> None:
        """Answers will be heard from now on: an alarm sent before might be answered to nobody."""
        self._link = link
        self._stands.set()
        self._counts["connections"] += 1
        self._told.clear()
        self._log.info("broker-connected", address=str(address))
        link.announce(*self._state("connected"))

    async def _take(self, incoming: Incoming, hear: Hear) -> None:
        if incoming.topic != self._topics.acknowledgement:
            self._counts["ignored-other-topic"] += 1  # amqtt sends more than one asked for
            return
        answer = parse_acknowledgement(
            incoming.payload, gateway_id=self._gateway_id, receiver=self._name
        )
        if isinstance(answer, Refused):
            self._refuse(answer.reason, answer.detail)
            return
        self._counts[f"answers-{answer.answer}"] += 1
        await hear(answer)

    def _refuse(self, reason: str, detail: str) -> None:
        counted = f"refused-{reason}"
        self._counts[counted] += 1
        if self._counts[counted] == 1:
            self._log.warning("answer-refused", reason=reason, detail=detail)

    async def _say_goodbye(self, link: Link) -> None:
        try:
            async with asyncio.timeout(self._patience.goodbye_s):
                await link.publish(*self._state("stopped"), retain=True, urgent=True)
                await link.close()
        except (LinkLost, TimeoutError):
            return  # the last will says it

    # --- small things -----------------------------------------------------------------------------

    def _standing(self) -> Link:
        if self._link is None:
            raise NotConnected(f"{self._name}: no connection")
        return self._link

    def _state(self, reason: StateReason) -> tuple[str, bytes]:
        message = render.state_message(
            gateway_id=self._gateway_id,
            token=f"{self._chance.getrandbits(64):016x}",
            at=None if reason == "lost" else self._clock.now(),
            reason=reason,
            version=self._version,
            started_at=self._started_at,
        )
        return self._topics.state, render.to_bytes(message)

    def _tell(self, address: BrokerAddress, error: DialError) -> None:
        """Log a reason once until there is a connection again."""
        key = f"{address}: {error}"
        if key not in self._told and len(self._told) < REASONS_MAX:
            self._told.add(key)
            hint = error.hint or None
            self._log.warning(
                "broker-not-connected", address=str(address), reason=str(error), hint=hint
            )
