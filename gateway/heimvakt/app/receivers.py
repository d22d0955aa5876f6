"""Everyone who is told of alarms: sessions over each path, a share of the outbox, and hearts."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path as FilePath

from heimvakt.config.configuration import Configuration
from heimvakt.config.telling import ReceiverEntry
from heimvakt.core.alarms import Priority
from heimvakt.core.modem import Modem
from heimvakt.core.path import Path
from heimvakt.core.ports import Clock
from heimvakt.core.reports import Wanted
from heimvakt.core.state import outstanding
from heimvakt.core.uplink import Uplink
from heimvakt.net.modem.kept import KeptFile
from heimvakt.net.paths import PathWatch
from heimvakt.runtime.changes import Changes
from heimvakt.runtime.heart import Heart
from heimvakt.runtime.monthly import Monthly
from heimvakt.runtime.ordering import Ordering
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.runtime.report import Told
from heimvakt.runtime.shipping import Shipping, nobody_obeys
from heimvakt.runtime.trials import Trials
from heimvakt.runtime.vitals import Vitals
from heimvakt.store.store import SqliteStore
from heimvakt.uplinks.address_book import AddressBook
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.mqtt import MqttUplink
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings
from heimvakt.uplinks.prepared import Prepared
from heimvakt.uplinks.sms_settings import SmsReceiverSettings

Unit = Callable[[], Awaitable[None]]


def wanted_by(configuration: Configuration) -> dict[str, Wanted]:
    """What each receiver wants to be told beside alarms."""
    return {name: entry.settings.wanted for name, entry in configuration.receivers.items()}


class Receivers:
    """Those of one configuration."""

    def __init__(
        self,
        configuration: Configuration,
        store: SqliteStore,
        clock: Clock,
        pipeline: Pipeline,
        *,
        state: FilePath,
        modem: Modem | None,
    ) -> None:
        """Open nothing yet. `state` is where the gateway keeps things."""
        self._configuration = configuration
        self._clock = clock
        self._state = state
        self._modem = modem
        self._chance = random.Random()
        self._book = AddressBook(state / "addresses.json")
        self._prepared = Prepared(configuration.gateway.id)
        self.uplinks = {
            name: self._uplinks(entry) for name, entry in configuration.receivers.items()
        }
        self.watch = PathWatch(
            configuration.paths,
            self._over_paths(),
            pipeline.emit,
            others=[each for each in self._all() if not each.carries_reports],
        )
        self.trials = Trials(configuration.gateway.id, clock)
        self.wanted = wanted_by(configuration)
        caps = {
            path.name: path.bytes_per_s_max
            for path in configuration.paths
            if path.bytes_per_s_max is not None
        }
        self.ordering = self._ordering(pipeline)
        self._monthly = Monthly(
            pipeline,
            clock,
            {
                name: self.uplinks[name]
                for name, entry in configuration.receivers.items()
                if entry.settings.wants_months
            },
            self._chance,
        )
        self._changes = Changes(
            pipeline,
            clock,
            {name: each for name, each in self.uplinks.items() if each[0].carries_reports},
        )
        self._shipping = {
            name: Shipping(
                uplinks,
                store,
                clock,
                pipeline.emit,
                wanted=self.wanted[name],
                outstanding=lambda: outstanding(pipeline.state),
                known=lambda alarm_id: pipeline.state.alarms.get(alarm_id),
                bytes_per_s_max=caps,
                witness=self.watch if uplinks[0].carries_reports else None,
                chance=self._chance,
                ordered=self.ordering.take if self.ordering else nobody_obeys,
                month_told=self._monthly.take,
            )
            for name, uplinks in self.uplinks.items()
        }
        for name, shipping in self._shipping.items():
            if self.uplinks[name][0].carries_reports:
                self.watch.follow(name, shipping.prefer)
        pipeline.watch(self._offer)
        pipeline.watch_unsaved(self._offer_unsaved)
        pipeline.watch(self._changes.watch)
        if self.ordering is not None:
            pipeline.watch(self.ordering.watch)
        pipeline.prepare(self._prepare)

    @property
    def told(self) -> Mapping[str, Told]:
        """As a status tells them."""
        return {
            name: Told(uplinks=uplinks, counts=partial(self._counts, name))
            for name, uplinks in self.uplinks.items()
        }

    def _counts(self, name: str) -> Mapping[str, int]:
        orders = self.ordering.counts[name] if self.ordering else {}
        return {**self._shipping[name].counts, **orders}

    def hearts(self, vitals: Vitals) -> list[Heart]:
        """One for each session over a path."""
        return [
            Heart(uplink, vitals.measure, self.watch, self._chance) for uplink in self._over_paths()
        ]

    def spare(self) -> Iterator[tuple[str, Unit]]:
        """What they can do without, with names."""
        if self.ordering is not None:
            yield "orders", self.ordering.run
        if self._monthly.tells:
            yield "months", self._monthly.run
        yield "changes", self._changes.run

    def units(self) -> Iterator[tuple[str, Unit]]:
        """What must run for them, with names."""
        yield "paths", self.watch.run
        for name, uplinks in self.uplinks.items():
            shipping = self._shipping[name]
            for uplink in uplinks:
                hear = self.trials.beside(shipping.hear)
                yield f"uplink {name} {uplink.path}", partial(uplink.run, hear)
            yield f"shipping {name}", shipping.run

    def _ordering(self, pipeline: Pipeline) -> Ordering | None:
        """Of orders, where anybody may give one."""
        orders, gateway_id = self._configuration.orders, self._configuration.gateway.id
        if not orders.keys:
            return None
        # Here, so that a home where nobody orders anything has no signatures in its memory.
        from heimvakt.orders.verify import Verifier

        return Ordering(
            Verifier(gateway_id, orders.keys),
            pipeline.emit,
            self._clock,
            uplinks=self.uplinks,
            outstanding=lambda: outstanding(pipeline.state),
            known=lambda order_id: order_id in pipeline.state.orders,
        )

    def _over_paths(self) -> list[Uplink]:
        return [each for each in self._all() if each.carries_reports]

    def _all(self) -> list[Uplink]:
        return [each for uplinks in self.uplinks.values() for each in uplinks]

    def _uplinks(self, entry: ReceiverEntry) -> Sequence[Uplink]:
        match entry.settings:
            case MqttReceiverSettings() as settings:
                return [
                    self._over_mqtt(entry.name, settings, path, first=place == 0)
                    for place, path in enumerate(self._configuration.paths)
                ]
            case SmsReceiverSettings() as settings:
                return [self._over_sms(entry.name, settings)]
        raise TypeError(f"{entry.kind} is no kind of receiver")

    def _over_mqtt(
        self, name: str, settings: MqttReceiverSettings, path: Path, *, first: bool
    ) -> Uplink:
        return MqttUplink(
            name,
            settings,
            gateway_id=self._configuration.gateway.id,
            clock=self._clock,
            chance=self._chance,
            path=PathBinding(
                name=path.name,
                interface=path.interface,
                first=first,
                keepalive_s=int(path.keepalive.total_seconds()),
                name_servers=lambda: path.dns,
            ),
            book=self._book,
            hears_orders=bool(self._configuration.orders.keys),
            prepared=self._prepared,
        )

    def _over_sms(self, name: str, settings: SmsReceiverSettings) -> Uplink:
        assert self._modem is not None, "the checker lets no SMS receiver be without a modem"
        from heimvakt.uplinks.sms import SmsUplink  # not in the memory of homes without a modem

        return SmsUplink(
            name,
            settings,
            gateway_id=self._configuration.gateway.id,
            language=self._configuration.gateway.language,
            zone=self._configuration.zone,
            clock=self._clock,
            modem=self._modem,
            kept=KeptFile(self._state / "sms" / f"{name}.json"),
        )

    def _offer(self, committed: Committed) -> None:
        for dispatch in committed.outcome.send:
            for name in dispatch.receivers:
                shipping = self._shipping.get(name)
                if shipping is not None:
                    shipping.offer(dispatch.alarm)
        for shipping in self._shipping.values():
            shipping.happened(committed.event)

    def _prepare(self, decided: Committed) -> None:
        """Make the message while the disk is busy; of several each but the last is made later."""
        for dispatch in decided.outcome.send:
            with suppress(ValueError):  # whoever sends it says why it cannot be rendered
                self._prepared.make(dispatch.alarm)

    def _offer_unsaved(self, decided: Committed) -> None:
        for dispatch in decided.outcome.send:
            if dispatch.alarm.priority is Priority.HIGH:
                for name in dispatch.receivers:
                    if (shipping := self._shipping.get(name)) is not None:
                        shipping.offer_unsaved(dispatch.alarm)
