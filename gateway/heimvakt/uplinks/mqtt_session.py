"""Keep one session with the brokers of a receiver, over one path: connect, say that we are there,
hear, and come back when the connection is gone.

Several addresses are tried in turn (`tour`), with a pause after each round (`backoff`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from heimvakt.core.heard import Heard
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Waits

from . import render
from .backoff import Backoff, Failure
from .envelope import to_bytes
from .gateway_messages import StateReason
from .link_lost import LinkLost
from .mqtt_client import Link
from .mqtt_dial import Greeting, dial
from .mqtt_identity import Identity
from .mqtt_patience import Patience
from .mqtt_reading import Reader
from .mqtt_settings import BrokerAddress, MqttReceiverSettings
from .mqtt_telling import Telling
from .mqtt_trouble import DialError, Trouble
from .mqtt_versions import Versions
from .mqtt_window import Lane
from .names import Names
from .topics import Topics
from .tour import Tour

STABLE_S = 10.0
"""A connection that did not last so long is a failure when it comes to the next pause: two gateways
with one id would otherwise throw each other out as fast as they can."""

Hear = Callable[[Heard], Awaitable[None]]


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
        self._who = who
        self._settings = settings
        self._topics = topics
        self._reader = Reader(who, topics, counts)
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
        self._telling = Telling(who)

    @property
    def trouble(self) -> str | None:
        """Why there is no connection; None while there is one or nothing was tried."""
        return self._telling.trouble

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
                self._telling.no_connection(address, str(error), hint=error.hint or None)
                tour.failed(error.failure)
            else:
                self._counts["connections-lost"] += 1
                self._telling.lost(address, str(ended))
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
            link.subscribe(self._reader.topics, lambda refused: self._begin(link, address, refused))
            while True:
                incoming = await link.receive()
                said = self._reader.read(incoming)
                if said is not None:
                    await hear(said)
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
        self._stands.set()
        self._backoff.connected()
        self._counts["connections"] += 1
        self._telling.connected(address)
        if refused:
            self._counts["questions-refused-by-broker"] += 1
            self._telling.unheard(address, f"the broker does not let us hear {refused}")
        link.announce(*self._state("connected"))

    def _stands_well(self, address: BrokerAddress) -> None:
        self._stood = True
        self._backoff.stood()
        self._telling.stands_well(address)

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
        return self._topics.state, to_bytes(message)
