"""Keep one session with the brokers of a receiver, over one path: connect, say that we are there,
hear, and come back when the connection is gone.

Several addresses are tried in turn (`tour`), with a pause after each round (`backoff`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import assert_never

import structlog

from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Acknowledgement, Asked, Heard, ReportReceipt, Waits

from . import render
from .backoff import Backoff, Failure
from .binding import PathBinding
from .gateway_messages import StateReason
from .link_lost import LinkLost
from .mqtt_client import Incoming, Link
from .mqtt_dial import Greeting, dial
from .mqtt_patience import Patience
from .mqtt_settings import BrokerAddress, MqttReceiverSettings
from .mqtt_trouble import DialError, Trouble
from .mqtt_versions import Versions
from .mqtt_window import Lane
from .names import Names
from .parse import Refused, parse_answer, parse_question
from .topics import Topics
from .tour import Tour

STABLE_S = 10.0
"""A connection that did not last so long is a failure when it comes to the next pause: two gateways
with one id would otherwise throw each other out as fast as they can."""
REASONS_MAX = 32
"""Reasons for having no connection that are logged before one has stood again."""

Hear = Callable[[Heard], Awaitable[None]]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who connects: the gateway on one path, on behalf of one receiver."""

    receiver: str
    gateway_id: str
    binding: PathBinding
    version: str
    """Of the software."""
    started_at: datetime


class Session:
    """One session; `link` is its connection while it has one on which answers are heard."""

    def __init__(
        self,
        who: Identity,
        settings: MqttReceiverSettings,
        *,
        topics: Topics,
        clock: Clock,
        chance: Random,
        patience: Patience,
        names: Names,
        counts: Counter[str],
    ) -> None:
        self.link: Link | None = None
        self.trouble: str | None = None
        """Why there is no connection; None while there is one or nothing was tried."""
        self._who = who
        self._settings = settings
        self._topics = topics
        self._clock = clock
        self._chance = chance
        self._patience = patience
        self._names = names
        self._counts = counts
        self._versions = {address: Versions(settings.protocol) for address in settings.addresses}
        self._backoff = Backoff(chance)
        self._stir = asyncio.Event()
        self._stands = asyncio.Event()
        self._stood = False
        self._told: set[str] = set()
        self._unsaid = False
        """It is connected and nobody was told, because connections came and went."""
        self._log = _log.bind(receiver=who.receiver, path=who.binding.name)

    @property
    def connected(self) -> bool:
        """Whether there is a connection on which answers are heard."""
        return self.link is not None and self.link.lost is None

    async def wait_connected(self) -> None:
        """Return when it is connected."""
        while not self.connected:
            # A connection that has ended stays until `run` has noticed: wait for the next one.
            self._stands.clear()
            await self._stands.wait()

    async def wait_lost(self) -> None:
        """Return when it is not connected."""
        if self.link is not None:
            await self.link.wait_ended()

    def doubt(self) -> None:
        """Nobody answers for what this broker confirms: see the port."""
        if self.link is not None and len(self._settings.addresses) > 1:
            self._counts["left-unanswered"] += 1
            self.link.leave("it confirms alarms that nobody answers", Failure.AWAY)

    def hurry(self) -> None:
        """End the pause: see the port."""
        if not self.connected:
            self._backoff.hurry()
            self._stir.set()

    def pressing(self, what: Waits) -> None:
        """What waits: see the port."""
        self._backoff.pressing(what)
        self._stir.set()

    async def run(self, hear: Hear) -> None:
        """Connect, stay connected and hear, until cancelled; then say goodbye."""
        loop = asyncio.get_running_loop()
        brokers = self._settings.addresses
        tour = Tour(len(brokers))
        while True:
            await self._pause()
            address = brokers[tour.place]
            try:
                ended = await self._attend(address, hear)
            except DialError as error:
                self._counts["attempts-failed"] += 1
                self._tell("broker-not-connected", address, str(error), hint=error.hint or None)
                tour.failed(error.failure)
            else:
                self._counts["connections-lost"] += 1
                self._tell("broker-lost", address, str(ended))
                tour.ended(ended.failure, elsewhere=ended.elsewhere, stood=self._stood)
            over = tour.take_over()
            if over is not None:
                self._backoff.failed(over, loop.time())

    async def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        while (until := self._backoff.next_at()) > loop.time():
            self._stir.clear()
            try:
                async with asyncio.timeout_at(until):
                    await self._stir.wait()
            except TimeoutError:
                break
        self._backoff.attempt(loop.time())
        self._stood = False

    # --- one connection ---------------------------------------------------------------------------

    async def _attend(self, address: BrokerAddress, hear: Hear) -> LinkLost:
        """Connect and serve one connection; return how it ended.

        Raises:
            DialError: there was none.
        """
        link = await self._reach(address)
        standing = asyncio.get_running_loop().call_later(STABLE_S, self._stands_well, address)
        try:
            topics = (self._topics.acknowledgement, self._topics.question)
            link.subscribe(topics, lambda refused: self._begin(link, address, refused))
            while True:
                incoming = await link.receive()
                await self._take(incoming, hear)
                link.acknowledge(incoming)
        except LinkLost as lost:
            return lost
        except asyncio.CancelledError:
            self.link = None
            await self._say_goodbye(link)
            raise
        finally:
            standing.cancel()
            self.link = None
            link.drop()

    async def _reach(self, address: BrokerAddress) -> Link:
        versions, loop = self._versions[address], asyncio.get_running_loop()
        version = versions.choose(loop.time())
        topic, will = self._state("lost")
        greeting = Greeting(client_id=self._topics.client_id, will_topic=topic, will=will)
        try:
            link = await dial(
                address,
                self._settings,
                greeting,
                names=self._names,
                interface=self._who.binding.interface,
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

    def _begin(self, link: Link, address: BrokerAddress, refused: Sequence[str]) -> None:
        """Answers will be heard from now on: an alarm sent before might be answered to nobody."""
        self.link = link
        self.trouble = None
        self._stands.set()
        self._backoff.connected()
        self._counts["connections"] += 1
        self._say_connected(address)
        if refused:
            self._counts["questions-refused-by-broker"] += 1
            self._tell("questions-not-heard", address, f"the broker does not let us hear {refused}")
        link.announce(*self._state("connected"))

    def _stands_well(self, address: BrokerAddress) -> None:
        self._stood = True
        self._backoff.stood()
        if self._unsaid:
            self._log.info("broker-connected", address=str(address))
        self._told.clear()

    async def _take(self, incoming: Incoming, hear: Hear) -> None:
        if incoming.topic == self._topics.acknowledgement:
            said = parse_answer(
                incoming.payload, gateway_id=self._who.gateway_id, receiver=self._who.receiver
            )
        elif incoming.topic == self._topics.question:
            said = parse_question(incoming.payload, receiver=self._who.receiver)
        else:
            self._counts["ignored-other-topic"] += 1  # amqtt sends more than one asked for
            return
        if isinstance(said, Refused):
            self._refuse(said.reason, said.detail)
            return
        self._counts[_counted(said)] += 1
        await hear(said)

    def _refuse(self, reason: str, detail: str) -> None:
        counted = f"refused-{reason}"
        self._counts[counted] += 1
        if self._counts[counted] == 1:
            self._log.warning("answer-refused", reason=reason, detail=detail)

    async def _say_goodbye(self, link: Link) -> None:
        try:
            async with asyncio.timeout(self._patience.goodbye_s):
                await link.publish(*self._state("stopped"), retain=True, lane=Lane.FRESH)
                await link.close()
        except (LinkLost, TimeoutError):
            return  # the last will says it

    # --- small things -----------------------------------------------------------------------------

    def _state(self, reason: StateReason) -> tuple[str, bytes]:
        message = render.state_message(
            gateway_id=self._who.gateway_id,
            token=f"{self._chance.getrandbits(64):016x}",
            at=None if reason == "lost" else self._clock.now(),
            reason=reason,
            version=self._who.version,
            started_at=self._who.started_at,
            path=self._who.binding.name,
        )
        return self._topics.state, render.to_bytes(message)

    def _say_connected(self, address: BrokerAddress) -> None:
        key = f"connected {address}"
        self._unsaid = key in self._told
        if not self._unsaid:
            self._told.add(key)
            self._log.info("broker-connected", address=str(address))

    def _tell(self, event: str, address: BrokerAddress, why: str, hint: str | None = None) -> None:
        """Keep a reason for who asks, and log it once until a connection has stood again."""
        if not self.connected:
            self.trouble = f"{address}: {why}" + (f" ({hint})" if hint else "")
        key = f"{address}: {why}"
        if key not in self._told and len(self._told) < REASONS_MAX:
            self._told.add(key)
            self._log.warning(event, address=str(address), reason=why, hint=hint)


def _counted(said: Heard) -> str:
    match said:
        case Acknowledgement():
            return f"answers-{said.answer}"
        case ReportReceipt():
            return "receipts"
        case Asked():
            return "questions"
        case _:
            assert_never(said)
