"""The parts of one life of the gateway, put together, and what of them has to run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from heimvakt.config.configuration import Configuration
from heimvakt.core.events import ConfigurationChanged
from heimvakt.core.radios import HasRadio
from heimvakt.runtime.alive import run_alive
from heimvakt.runtime.audit_watch import AuditWatch
from heimvakt.runtime.clock import DrivenClock, SystemClock
from heimvakt.runtime.clock_watch import run_clock_watch
from heimvakt.runtime.collector import run_collector
from heimvakt.runtime.control import ControlSocket
from heimvakt.runtime.deadlines import run_deadlines
from heimvakt.runtime.dispatch import Dispatcher
from heimvakt.runtime.hosting import HostedDriver
from heimvakt.runtime.housekeeping import run_housekeeping
from heimvakt.runtime.inventory import Inventory
from heimvakt.runtime.notify import Notifier
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.runtime.report import Report
from heimvakt.runtime.room import RoomWatch
from heimvakt.runtime.vitals import Vitals
from heimvakt.store.store import SqliteStore

from .audit_requests import audit_requests
from .box import Box
from .driver_secrets import driver_secret
from .key_codes import key_codes
from .mode_requests import mode_requests
from .radio_requests import radio_requests, radio_works
from .receivers import Receivers
from .requests import requests
from .taking_over import is_light
from .tending import tending_requests, tending_works

Unit = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the gateway keeps and offers things."""

    state: Path
    socket: Path
    file: Path | None = None
    """Of the home, for those who change it."""


class Life:
    """Made anew for each life; nothing runs or is opened until its units do."""

    def __init__(
        self,
        configuration: Configuration,
        places: Places,
        clock: SystemClock | DrivenClock,
        store: SqliteStore,
        pipeline: Pipeline,
        notifier: Notifier,
        read_again: Callable[[], Awaitable[bool]],
    ) -> None:
        """`read_again` takes the file of the home anew and says whether this life goes on."""
        self._configuration = configuration
        self._clock = clock
        self._store = store
        self._pipeline = pipeline
        self._notifier = notifier
        self.drivers = [
            HostedDriver(
                name,
                entry.plugin.create(entry.settings),
                configuration.devices,
                places.state / name,
                pipeline,
                clock,
                driver_secret,
            )
            for name, entry in configuration.drivers.items()
        ]
        drivers = [each.driver for each in self.drivers]
        self._box = Box(configuration, clock, pipeline, places.state, drivers)
        self._receivers = Receivers(
            configuration, store, clock, pipeline, state=places.state, modem=self._box.modem
        )
        self._watch = self._receivers.watch
        self._signs = self._box.signs(self._watch)
        self._devices = dict(configuration.devices)
        """Shared, and others after `take_over`."""
        self._dispatcher = Dispatcher(
            self._devices,
            {each.name: each.execute for each in self.drivers},
            pipeline.emit,
            clock.monotonic,
        )
        pipeline.watch(self._dispatcher.watch)
        vitals = Vitals(
            pipeline,
            store,
            clock,
            self._receivers.wanted,
            paths_lost=self._watch.lost,
            power=lambda: self._box.power.now,
        )
        self._hearts = self._receivers.hearts(vitals)
        report = self._report(configuration, vitals)
        asked = requests(store, pipeline, report, clock, timezone=configuration.gateway.timezone)
        set_to = mode_requests(pipeline, timezone=configuration.gateway.timezone)
        audited = audit_requests(store, timezone=configuration.gateway.timezone)
        radios = {e.name: e.driver for e in self.drivers if isinstance(e.driver, HasRadio)}
        hosted = {each.name: each for each in self.drivers}
        tending = tending_requests(
            pipeline,
            hosted,
            Inventory(pipeline, hosted, clock, configuration.gateway.timezone),
            file=str(places.file) if places.file else None,
            take_over=read_again,
        )
        self._control = ControlSocket(
            places.socket,
            pipeline,
            {**asked, **audited, **set_to, **tending, **radio_requests(radios)},
            in_steps={**tending_works(pipeline, hosted), **radio_works(radios)},
        )

    async def take_over(self, configuration: Configuration) -> bool:
        """Go on under another configuration; False if that takes a new life."""
        if not is_light(self._configuration, configuration):
            return False
        if not all(driver.can_take_over(configuration.devices) for driver in self.drivers):
            return False
        self._configuration = configuration
        self._devices.clear()
        self._devices |= configuration.devices
        self._pipeline.home = configuration.to_home(codes=key_codes(configuration))
        await self._pipeline.emit(ConfigurationChanged(digest=configuration.digest))
        for driver in self.drivers:
            driver.take_over(configuration.devices)
        return True

    async def can_be_asked(self) -> None:
        """Return when the control socket listens: whoever is told that we are ready may ask."""
        await self._control.listens.wait()

    def first(self) -> Iterator[tuple[str, Unit]]:
        """What must run before the first event, and always, with names."""
        yield "pipeline", self._pipeline.run
        yield "control", self._control.run

    def vital(self) -> Iterator[tuple[str, Unit]]:
        """What the gateway cannot do without."""
        yield "deadlines", partial(run_deadlines, self._pipeline, self._clock)
        yield "collector", run_collector
        yield "alive", partial(run_alive, self._pipeline, self._notifier, lambda: self._signs.now)
        yield from self._receivers.units()

    def spare(self) -> Iterator[tuple[str, Unit]]:
        """What it can do without; when one stays down, somebody learns of it all the same."""
        yield "clock", partial(run_clock_watch, self._pipeline, self._clock)
        yield "dispatch", self._dispatcher.run
        yield "room", RoomWatch(self._store, self._pipeline.emit).run
        yield "audit", AuditWatch(self._store, self._pipeline.emit).run
        if self._receivers.ordering is not None:
            yield "orders", self._receivers.ordering.run
        yield "housekeeping", partial(run_housekeeping, self._pipeline, self._store, self._clock)
        for heart in self._hearts:
            yield f"heart {heart.receiver} {heart.path}", heart.run
        yield from self._box.units(self._watch, self._signs)

    def _report(self, configuration: Configuration, vitals: Vitals) -> Report:
        return Report(
            self._pipeline,
            self._store,
            self._clock,
            vitals,
            drivers=self.drivers,
            receivers=self._receivers.told,
            hearts=self._hearts,
            paths=configuration.paths,
            facts=self._watch,
            modems=self._box.modems,
            signals=self._box.signals,
            sign=lambda: self._signs.now,
        )
