"""One life of the gateway under one configuration: begun, and cleanly ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial

import structlog

from heimvakt.config.configuration import Configuration
from heimvakt.config.storage import StoreSettings
from heimvakt.core.events import Event, GatewayStarted, GatewayStopping, PartDown, StoreFault
from heimvakt.core.ledger import Restored, StoreUnavailable
from heimvakt.core.snapshot import restore
from heimvakt.runtime.beginning import requeue
from heimvakt.runtime.clock import DrivenClock, SystemClock
from heimvakt.runtime.control import RequestRefused
from heimvakt.runtime.control_socket import ControlSocket
from heimvakt.runtime.notify import Notifier
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.runtime.supervise import Policy, UnitGaveUp, supervise
from heimvakt.store.limits import MIB, Limits
from heimvakt.store.store import SqliteStore

from .home_file import NotUsed, keep
from .key_codes import key_codes
from .life import Life, Places, Unit
from .receivers import wanted_by

log = structlog.get_logger("gateway")

STOP_S = 3.0
"""All that one step of a clean stop may wait for; systemd and batteries are not patient."""
ASK_AGAIN_S = 2.2
"""Longer than an uplink takes to say goodbye."""
VITAL = Policy(restarts_max=3, within_s=120.0)
"""For what the gateway cannot do without: better that systemd starts all of it afresh."""


ReadAgain = Callable[[], Configuration]


class Gateway:
    """Made for one configuration and run once."""

    def __init__(
        self,
        configuration: Configuration,
        places: Places,
        clock: SystemClock | DrivenClock,
        control: ControlSocket,
        read_again: ReadAgain,
    ) -> None:
        """`control` outlives it. `read_again`: the configuration as its file is now, or
        `home_file.NotUsed`."""
        self._read_again = read_again
        self.next: Configuration | None = None
        """Under which another life is to begin after this one."""
        self._configuration = configuration
        self._places = places
        self._clock = clock
        self._control = control
        self._notifier = Notifier()
        self._stop = asyncio.Event()
        self._for_good = False
        self._taking = asyncio.Lock()
        """One file at a time, so that the last that was read is the one that stays."""
        self._life: Life | None = None

    def stop(self) -> None:
        """Ask for a clean end; it comes within five seconds."""
        self.next, self._for_good = None, True
        self._stop.set()

    def live_on(self, configuration: Configuration) -> None:
        """End, so that another life begins under this configuration; who was asked to stop does."""
        if not self._for_good:
            self.next = configuration
            self._stop.set()

    def refuse(self, why: str) -> None:
        """Go on as before, and tell that the file of the home is not used."""
        log.error("configuration not taken: the one before stays", hint="heimvakt check FILE")
        if self._life is not None:
            self._life.configured.refuse(why)

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
        pipeline = await self._pipeline(store)
        life = Life(
            self._configuration,
            self._places,
            self._clock,
            store,
            pipeline,
            self._notifier,
            self._control,
            lambda meant: self._take_over(life, meant),
            self._read_again,
        )
        self._life = life
        async with asyncio.TaskGroup() as group:
            units: list[asyncio.Task[None]] = []

            def start(parts: Iterable[tuple[str, Unit]]) -> None:
                for name, unit in parts:
                    task = supervise(name, unit, policy=VITAL)
                    units.append(group.create_task(task, name=name))

            def start_spare(parts: Iterable[tuple[str, Unit]]) -> None:
                for name, unit in parts:
                    task = supervise(name, unit, stays_down=partial(_told, pipeline, name))
                    units.append(group.create_task(task, name=name))

            start(life.first())
            await pipeline.emit(*_beginning(store.restored, cause))
            await life.can_be_asked()
            log.info("armed", rules=len(pipeline.home.rules), devices=len(pipeline.home.devices))
            self._notifier.tell(READY="1", STATUS="armed")
            start(life.vital())
            start_spare(life.spare())
            listening = [group.create_task(each.run(), name=each.name) for each in life.drivers]
            group.create_task(self._keep(self._configuration), name="last good configuration")

            await self._stop.wait()
            if self._for_good:
                self._notifier.tell(STOPPING="1")
            await _cancel(listening)
            with suppress(TimeoutError, StoreUnavailable):
                async with asyncio.timeout(STOP_S):
                    await pipeline.emit(GatewayStopping())
            log.info("stopping", events=pipeline.seq)
            left = units[::-1]
            while left:  # the group waits for all of them, and asks nobody again
                await _cancel(left)
                left = [task for task in (*units, *listening) if not task.done()]

    async def _take_over(self, life: Life, meant: str | None) -> bool:
        """Take the file of the home anew; whether this life goes on under it, or another begins.

        Raises:
            RequestRefused: it has mistakes, or is not the one with the digest that is meant; all
                stays as it is.
        """
        async with self._taking:
            try:
                fresh = self._read_again()
            except NotUsed as error:
                raise RequestRefused(
                    f"the file has mistakes: it is not taken\n  {error}\n  heimvakt check FILE"
                ) from error
            if meant not in (None, fresh.digest):
                raise RequestRefused("the file was changed meanwhile: look at it once more")
            # A life that is ending anyway takes nothing over: the next one begins under this.
            if not self._stop.is_set() and await life.take_over(fresh):
                await self._keep(fresh)
                log.info("goes on under a new configuration", devices=len(fresh.devices))
                return True
            self.live_on(fresh)
            return False

    async def _keep(self, configuration: Configuration) -> None:
        if self._places.file is not None:
            await asyncio.to_thread(keep, self._places.file, self._places.state, configuration)

    async def _pipeline(self, store: SqliteStore) -> Pipeline:
        configuration, restored = self._configuration, store.restored
        home = configuration.to_home(codes=key_codes(configuration))
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


def _limits(settings: StoreSettings) -> Limits:
    return Limits(
        bytes_max=settings.megabytes * MIB,
        event_days=settings.event_days,
        alarm_days=settings.alarm_days,
        audit_days=settings.audit_days,
    )


async def _told(pipeline: Pipeline, part: str, reason: str) -> None:
    """A part that the gateway can do without stays down."""
    await pipeline.emit(PartDown(part=part, reason=reason))


def _beginning(restored: Restored, cause: str) -> list[Event]:
    started = GatewayStarted(cause=cause, last_alive=restored.last_alive)
    fault = restored.fault
    if fault is None:
        return [started]
    what = "the database was " + ("made by a newer version" if fault.newer else "damaged")
    log.error(what, reason=fault.reason, saved=fault.saved)
    return [
        started,
        StoreFault(
            reason=fault.reason,
            set_aside=fault.set_aside,
            saved=fault.saved,
            newer=fault.newer,
        ),
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
    if pending:
        log.error("parts do not end; asked again", parts=sorted(t.get_name() for t in pending))


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
