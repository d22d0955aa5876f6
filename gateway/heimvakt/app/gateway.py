"""One life of the gateway under one configuration: put together, started, and cleanly ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from heimvakt.config.configuration import Configuration
from heimvakt.config.storage import StoreSettings
from heimvakt.core.events import Event, GatewayStarted, GatewayStopping, PartDown, StoreFault
from heimvakt.core.ledger import Restored, StoreUnavailable
from heimvakt.core.snapshot import restore
from heimvakt.runtime.alive import run_alive
from heimvakt.runtime.beginning import requeue
from heimvakt.runtime.clock import DrivenClock, SystemClock
from heimvakt.runtime.clock_watch import run_clock_watch
from heimvakt.runtime.collector import run_collector
from heimvakt.runtime.control import ControlSocket
from heimvakt.runtime.deadlines import run_deadlines
from heimvakt.runtime.dispatch import Dispatcher
from heimvakt.runtime.hosting import HostedDriver
from heimvakt.runtime.housekeeping import run_housekeeping
from heimvakt.runtime.notify import Notifier
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.runtime.report import Report
from heimvakt.runtime.room import RoomWatch
from heimvakt.runtime.supervise import Policy, UnitGaveUp, supervise
from heimvakt.runtime.vitals import Vitals
from heimvakt.store.limits import MIB, Limits
from heimvakt.store.store import SqliteStore

from .box import Box
from .receivers import Receivers, wanted_by
from .requests import requests

log = structlog.get_logger("gateway")

STOP_S = 3.0
"""All that one step of a clean stop may wait for; systemd and batteries are not patient."""
ASK_AGAIN_S = 2.2
"""Longer than an uplink takes to say goodbye."""
VITAL = Policy(restarts_max=3, within_s=120.0)
"""For what the gateway cannot do without: better that systemd starts all of it afresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the gateway keeps and offers things."""

    state: Path
    socket: Path


class Gateway:
    """Made for one configuration and run once."""

    def __init__(
        self, configuration: Configuration, places: Places, clock: SystemClock | DrivenClock
    ) -> None:
        self._configuration = configuration
        self._places = places
        self._clock = clock
        self._notifier = Notifier()
        self._stop = asyncio.Event()
        self._for_good = True

    def stop(self, *, for_good: bool = True) -> None:
        """Ask for a clean end; it comes within five seconds."""
        self._for_good = for_good
        self._stop.set()

    async def run(self, cause: str) -> None:
        """Live until `stop`.

        Raises:
            StoreUnavailable: the store cannot be opened or used; the text says what to do.
            UnitGaveUp: something that the gateway cannot do without stays down.
        """
        store = SqliteStore(
            self._places.state,
            opened_at=self._clock.now(),
            limits=_limits(self._configuration.store),
            wanted=wanted_by(self._configuration),
        )
        async with store:
            try:
                await self._live(store, cause)
            except* (StoreUnavailable, UnitGaveUp) as group:
                raise next(_leaves(group)) from None

    async def _live(self, store: SqliteStore, cause: str) -> None:
        configuration, restored = self._configuration, store.restored
        pipeline = await self._pipeline(store)
        box = Box(configuration, self._clock, pipeline, self._places.state)
        receivers = Receivers(
            configuration,
            store,
            self._clock,
            pipeline,
            state=self._places.state,
            modem=box.modem,
        )
        watch, signs = receivers.watch, box.signs(receivers.watch)
        drivers = self._drivers(pipeline)
        dispatcher = Dispatcher(
            configuration.devices, {each.name: each.execute for each in drivers}, pipeline.emit
        )
        pipeline.watch(dispatcher.watch)
        vitals = Vitals(
            pipeline,
            store,
            self._clock,
            receivers.wanted,
            paths_lost=watch.lost,
            power=lambda: box.power.now,
        )
        hearts = receivers.hearts(vitals)
        report = Report(
            pipeline,
            store,
            self._clock,
            vitals,
            drivers=drivers,
            receivers=receivers.told,
            hearts=hearts,
            paths=configuration.paths,
            facts=watch,
            modems=box.modems,
            signals=box.signals,
            sign=lambda: signs.now,
        )
        control = ControlSocket(
            self._places.socket,
            pipeline,
            requests(store, pipeline, report, self._clock, timezone=configuration.gateway.timezone),
        )
        async with asyncio.TaskGroup() as group:
            units: list[asyncio.Task[None]] = []

            def start(name: str, unit: Callable[[], Awaitable[None]]) -> None:
                units.append(group.create_task(supervise(name, unit, policy=VITAL), name=name))

            def start_spare(name: str, unit: Callable[[], Awaitable[None]]) -> None:
                """One that the gateway can do without; somebody learns of it all the same."""

                async def stays_down(reason: str) -> None:
                    await pipeline.emit(PartDown(part=name, reason=reason))

                task = supervise(name, unit, stays_down=stays_down)
                units.append(group.create_task(task, name=name))

            start("pipeline", pipeline.run)
            start("control", control.run)
            await pipeline.emit(*_beginning(restored, cause))
            log.info("armed", rules=len(pipeline.home.rules), devices=len(pipeline.home.devices))
            self._notifier.tell(READY="1", STATUS="armed")
            start("deadlines", lambda: run_deadlines(pipeline, self._clock))
            start("collector", run_collector)
            start("alive", lambda: run_alive(pipeline, self._notifier, lambda: signs.now))
            start_spare("clock", lambda: run_clock_watch(pipeline, self._clock))
            start_spare("dispatch", dispatcher.run)
            start_spare("room", RoomWatch(store, pipeline.emit).run)
            start_spare("housekeeping", lambda: run_housekeeping(pipeline, store, self._clock))
            for name, unit in receivers.units():
                start(name, unit)
            for heart in hearts:
                start_spare(f"heart {heart.receiver} {heart.path}", heart.run)
            for name, unit in box.units(watch, signs):
                start_spare(name, unit)
            listening = [group.create_task(driver.run(), name=driver.name) for driver in drivers]

            await self._stop.wait()
            if self._for_good:
                self._notifier.tell(STOPPING="1")
            await _cancel(listening)
            with suppress(TimeoutError, StoreUnavailable):
                async with asyncio.timeout(STOP_S):
                    await pipeline.emit(GatewayStopping())
            log.info("stopping", events=pipeline.seq)
            await _cancel(units[::-1])

    async def _pipeline(self, store: SqliteStore) -> Pipeline:
        configuration, restored = self._configuration, store.restored
        home = configuration.to_home()
        state, unread = restore(home, restored.state, restored.alarms, restored.last_seq)
        for part in unread:
            log.warning("a part of the stored state is left behind", part=part)
        self._clock.learn(state.clock, restored.last_alive)
        await requeue(store, restored, configuration.receivers, home.routes)
        return Pipeline(
            home,
            state,
            store,
            self._clock,
            boot_id=self._clock.boot_id,
            last_seq=restored.last_seq,
        )

    def _drivers(self, pipeline: Pipeline) -> list[HostedDriver]:
        return [
            HostedDriver(
                name,
                entry.plugin.create(entry.settings),
                self._configuration.devices,
                self._places.state / name,
                pipeline.emit,
                self._clock.monotonic,
            )
            for name, entry in self._configuration.drivers.items()
        ]


def _limits(settings: StoreSettings) -> Limits:
    return Limits(
        bytes_max=settings.megabytes * MIB,
        event_days=settings.event_days,
        alarm_days=settings.alarm_days,
    )


def _beginning(restored: Restored, cause: str) -> list[Event]:
    started = GatewayStarted(cause=cause, last_alive=restored.last_alive)
    fault = restored.fault
    if fault is None:
        return [started]
    log.error("the database was damaged", reason=fault.reason, saved=fault.saved)
    return [
        started,
        StoreFault(reason=fault.reason, set_aside=fault.set_aside, saved=fault.saved),
    ]


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    """End tasks, asking again: a task group of Python 3.11 forgets that it was asked when one of
    its own tasks fails in the same moment, as when the broker goes while we stop."""
    pending = set(tasks)
    ends_at = asyncio.get_running_loop().time() + STOP_S
    while pending and asyncio.get_running_loop().time() < ends_at:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=ASK_AGAIN_S)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
