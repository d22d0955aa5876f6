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
from heimvakt.runtime.configured import Configured, LeftOut
from heimvakt.runtime.control import Desk
from heimvakt.runtime.control_socket import ControlSocket
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
from heimvakt.store.store import FILE, SqliteStore

from .audit_requests import audit_requests
from .box import Box
from .commission_requests import commission_requests
from .driver_secrets import driver_secret
from .key_codes import key_codes
from .mode_requests import mode_requests
from .opening import driver_of
from .ordered_self_tests import OrderedSelfTests
from .page_requests import page_requests
from .radio_requests import radio_requests, radio_works
from .receivers import Receivers
from .reload_requests import reload_requests
from .report_requests import report_requests
from .requests import requests
from .self_test_facts import Facts
from .self_test_requests import Person, self_test_answers, self_test_works
from .self_test_telling import Telling
from .self_tests import SelfTests
from .taking_over import is_light
from .tending import tending_requests, tending_works
from .updating import Updating
from .walk_requests import walk_works

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
        control: ControlSocket,
        read_again: Callable[[str | None], Awaitable[bool]],
        read: Callable[[], Configuration],
    ) -> None:
        """`read_again` takes the file of the home anew and says whether this life goes on; `read`
        only reads it."""
        self._configuration = configuration
        self._clock = clock
        self._store = store
        self._pipeline = pipeline
        self._notifier = notifier
        self._control = control
        self.configured = Configured(
            [
                LeftOut(where=one.where, reason=one.reason, driver=one.driver)
                for one in configuration.unusable
            ],
            configuration.refused,
            pipeline.emit,
        )
        self.drivers = [
            HostedDriver(
                name,
                driver_of(entry),
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
            wrong=self.configured.wrong,
        )
        self._hearts = self._receivers.hearts(vitals)
        report = self._report(configuration, vitals)
        timezone, language = configuration.gateway.timezone, configuration.gateway.language
        asked = requests(store, pipeline, report, clock, timezone=timezone, language=language)
        set_to = mode_requests(pipeline, timezone=timezone)
        audited = audit_requests(store, timezone=timezone)
        reported = report_requests(pipeline, clock, language=language)
        paged = page_requests(lambda: self._configuration, store, places.state / FILE, clock)
        radios = {e.name: e.driver for e in self.drivers if isinstance(e.driver, HasRadio)}
        hosted = {each.name: each for each in self.drivers}
        inventory = Inventory(pipeline, hosted, clock, timezone, self.configured.of_driver)
        person = Person()
        tests = self._self_tests(inventory, report, places.state)
        self._ordered_tests = OrderedSelfTests(tests, pipeline.emit)
        pipeline.watch(self._ordered_tests.watch)
        self._updating = Updating(
            configuration,
            places.state,
            clock,
            pipeline,
            self._watch,
            self._hearts,
            self.configured,
        )
        tending = tending_requests(
            pipeline,
            hosted,
            inventory,
            file=str(places.file) if places.file else None,
            take_over=read_again,
        )
        self._desk = Desk(
            pipeline,
            {
                **asked,
                **audited,
                **commission_requests(pipeline, state=places.state),
                **reported,
                **paged,
                **reload_requests(
                    lambda: self._configuration,
                    read,
                    self.can_take_over,
                    pipeline,
                    store,
                    clock,
                    file=places.file,
                ),
                **set_to,
                **tending,
                **radio_requests(radios),
                **self_test_answers(person),
                **self._updating.requests,
            },
            in_steps={
                **tending_works(pipeline, hosted),
                **radio_works(radios),
                **self_test_works(tests, person),
                **walk_works(pipeline, language=language),
            },
        )

    def can_take_over(self, configuration: Configuration) -> bool:
        """Whether the drivers can go on with its devices as they are."""
        return all(driver.can_take_over(configuration.devices) for driver in self.drivers)

    async def take_over(self, configuration: Configuration) -> bool:
        """Go on under another configuration; False if that takes a new life."""
        if not is_light(self._configuration, configuration):
            return False
        if not self.can_take_over(configuration):
            return False
        # What a disk that hangs has not taken was decided, and perhaps told, under the old one.
        await self._pipeline.prove()
        self._configuration = configuration
        self.configured.taken()
        self._devices.clear()
        self._devices |= configuration.devices
        self._pipeline.home = configuration.to_home(codes=key_codes(configuration))
        await self._pipeline.emit(ConfigurationChanged(digest=configuration.digest))
        for driver in self.drivers:
            driver.take_over(configuration.devices)
        return True

    async def can_be_asked(self) -> None:
        """Return when this life answers: whoever is told that we are ready may ask."""
        await self._control.answers.wait()

    def first(self) -> Iterator[tuple[str, Unit]]:
        """What must run before the first event, and always, with names."""
        yield "pipeline", self._pipeline.run
        yield "control", partial(self._control.answer, self._desk)

    def vital(self) -> Iterator[tuple[str, Unit]]:
        """What the gateway cannot do without."""
        yield "deadlines", partial(run_deadlines, self._pipeline, self._clock)
        yield "collector", run_collector
        yield "alive", partial(run_alive, self._pipeline, self._notifier, lambda: self._signs.now)
        yield from self._receivers.units()

    def spare(self) -> Iterator[tuple[str, Unit]]:
        """What it can do without; when one stays down, somebody learns of it all the same."""
        yield "configuration", self.configured.run
        yield "clock", partial(run_clock_watch, self._pipeline, self._clock)
        yield "dispatch", self._dispatcher.run
        yield "room", RoomWatch(self._store, self._pipeline.emit).run
        yield "audit", AuditWatch(self._store, self._pipeline.emit).run
        yield from self._receivers.spare()
        yield "self-tests", self._ordered_tests.run
        yield "ordered changes", self._updating.run
        yield "housekeeping", partial(run_housekeeping, self._pipeline, self._store, self._clock)
        for heart in self._hearts:
            yield f"heart {heart.receiver} {heart.path}", heart.run
        yield from self._box.units(self._watch, self._signs)

    def _self_tests(self, inventory: Inventory, report: Report, state: Path) -> SelfTests:
        facts = Facts(
            self._configuration,
            self._pipeline,
            self._store,
            self.drivers,
            inventory,
            report,
            self._box,
            self._receivers.uplinks,
            self._hearts,
            self._receivers.trials,
        )
        telling = Telling(self._pipeline.emit, self._receivers.uplinks, self._clock)
        return SelfTests(lambda: self._configuration, state, self._clock, facts, telling.tell)

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
            wrong=self.configured.wrong,
        )
