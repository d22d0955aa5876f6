"""The composition root: the only module that knows all the parts, and how they live together."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from heimvakt.config.catalogue import Catalogue, installed_drivers
from heimvakt.config.configuration import Configuration
from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import encode
from heimvakt.core.events import Event, GatewayStarted, GatewayStopping, StoreFault
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.snapshot import restore
from heimvakt.core.state import adopt
from heimvakt.core.uplink import Uplink
from heimvakt.rules import KINDS
from heimvakt.runtime.alive import run_alive
from heimvakt.runtime.beginning import requeue
from heimvakt.runtime.clock import DrivenClock, SystemClock, boot_id
from heimvakt.runtime.control import ControlSocket, Request, RequestRefused
from heimvakt.runtime.deadlines import run_deadlines
from heimvakt.runtime.heart import run_heart
from heimvakt.runtime.hosting import HostedDriver
from heimvakt.runtime.notify import Notifier
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.runtime.report import Report
from heimvakt.runtime.shipping import Shipping
from heimvakt.runtime.supervise import Policy, UnitGaveUp, supervise
from heimvakt.store.store import SqliteStore
from heimvakt.uplinks.mqtt import MqttUplink
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings

log = structlog.get_logger("gateway")

STOP_S = 3.0
"""All that a clean stop may wait for; systemd and power supplies are not patient."""
VITAL = Policy(restarts_max=3, within_s=120.0)


def catalogue() -> Catalogue:
    """Everything that a configuration may name."""
    return Catalogue(
        drivers=installed_drivers(), rules=KINDS, receivers={"mqtt": MqttReceiverSettings}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the gateway keeps and offers things."""

    state: Path
    socket: Path


class Gateway:
    """One life of the gateway under one configuration."""

    def __init__(
        self, configuration: Configuration, places: Places, *, driven_from: datetime | None = None
    ) -> None:
        self._configuration = configuration
        self._places = places
        self._clock = DrivenClock(driven_from) if driven_from else SystemClock()
        self._notifier = Notifier()
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask for a clean end; it comes within five seconds."""
        self._stop.set()

    async def run(self, cause: str) -> None:
        """Live until `stop`.

        Raises:
            StoreUnavailable: the store cannot be opened; the text says what to do.
            UnitGaveUp: something that the gateway cannot do without stays down.
        """
        async with SqliteStore(self._places.state, opened_at=self._clock.now()) as store:
            try:
                await self._live(store, cause)
            except* UnitGaveUp as group:
                raise group.exceptions[0] from None

    async def _live(self, store: SqliteStore, cause: str) -> None:
        configuration, restored = self._configuration, store.restored
        home = configuration.to_home()
        state, unread = restore(home, restored.state, restored.alarms, restored.last_seq)
        for part in unread:
            log.warning("a part of the stored state is left behind", part=part)
        await requeue(store, restored, configuration.receivers, self._receivers_of)
        pipeline = Pipeline(
            home,
            adopt(home, state),
            store,
            self._clock,
            boot_id=boot_id(),
            last_seq=restored.last_seq,
            receivers_of=self._receivers_of,
        )
        receivers = self._receivers(store, pipeline)
        drivers = self._drivers(pipeline)
        report = Report(pipeline, store, self._clock, drivers, receivers)
        control = ControlSocket(
            self._places.socket, pipeline, self._requests(store, pipeline, report)
        )
        beginning: list[Event] = [GatewayStarted(cause=cause, last_alive=restored.last_alive)]
        if restored.fault is not None:
            fault = restored.fault
            log.error("the database was damaged", reason=fault.reason, saved=fault.saved)
            beginning.append(
                StoreFault(reason=fault.reason, set_aside=fault.set_aside, saved=fault.saved)
            )

        async with asyncio.TaskGroup() as group:
            units = [
                group.create_task(supervise("pipeline", pipeline.run, policy=VITAL)),
                group.create_task(supervise("control", control.run)),
            ]
            await pipeline.emit(*beginning)
            log.info("armed", rules=len(home.rules), devices=len(home.devices))
            deadlines = lambda: run_deadlines(pipeline, self._clock)  # noqa: E731
            units.append(group.create_task(supervise("deadlines", deadlines, policy=VITAL)))
            self._notifier.tell(READY="1", STATUS="armed")
            alive = lambda: run_alive(pipeline, self._notifier)  # noqa: E731
            units.append(group.create_task(supervise("alive", alive, policy=VITAL)))
            for uplink, shipping in receivers.values():
                units += self._start_receiver(group, uplink, shipping, report)
            listening = [group.create_task(driver.run()) for driver in drivers]

            await self._stop.wait()
            self._notifier.tell(STOPPING="1")
            await _cancel(listening)
            with suppress(TimeoutError, StoreUnavailable):
                async with asyncio.timeout(STOP_S):
                    await pipeline.emit(GatewayStopping())
            log.info("stopping", events=pipeline.seq)
            await _cancel(units[::-1])

    def _receivers_of(self, alarm: Alarm) -> Sequence[str]:
        return self._configuration.receivers_for(alarm.priority)

    def _receivers(
        self, store: SqliteStore, pipeline: Pipeline
    ) -> Mapping[str, tuple[Uplink, Shipping]]:
        receivers: dict[str, tuple[Uplink, Shipping]] = {}
        for name, entry in self._configuration.receivers.items():
            uplink = MqttUplink(
                name,
                entry.settings,
                gateway_id=self._configuration.gateway.id,
                clock=self._clock,
                chance=random.Random(),
            )
            receivers[name] = (uplink, Shipping(uplink, store, self._clock, pipeline.emit))

        def offer(committed: Committed) -> None:
            for alarm in committed.outcome.send:
                for name in self._receivers_of(alarm):
                    receivers[name][1].offer(alarm)

        pipeline.watch(offer)
        return receivers

    def _drivers(self, pipeline: Pipeline) -> list[HostedDriver]:
        return [
            HostedDriver(
                name,
                entry.plugin.create(entry.settings),
                self._configuration.devices,
                self._places.state / name.replace("/", "-"),
                pipeline.emit,
                self._clock.monotonic,
            )
            for name, entry in self._configuration.drivers.items()
        ]

    def _start_receiver(
        self, group: asyncio.TaskGroup, uplink: Uplink, shipping: Shipping, report: Report
    ) -> list[asyncio.Task[None]]:
        chance = random.Random()
        units = {
            f"uplink {uplink.name}": lambda: uplink.run(shipping.hear),
            f"shipping {uplink.name}": shipping.run,
            f"heart {uplink.name}": lambda: run_heart(uplink, report.heartbeat, chance),
        }
        return [group.create_task(supervise(n, unit, policy=VITAL)) for n, unit in units.items()]

    def _requests(
        self, store: SqliteStore, pipeline: Pipeline, report: Report
    ) -> Mapping[str, Callable[[Request], Any]]:
        async def status(_: Request) -> Mapping[str, Any]:
            return await report.status()

        async def alarms(request: Request) -> Mapping[str, Any]:
            limit = request.get("limit", 20)
            if not isinstance(limit, int) or not 1 <= limit <= 10_000:
                raise RequestRefused("limit is a number from 1 to 10000")
            return {"alarms": [encode(alarm) for alarm in await store.alarms(limit)]}

        async def advance(request: Request) -> Mapping[str, Any]:
            if not isinstance(self._clock, DrivenClock):
                raise RequestRefused("the clock of this gateway is the machine's own")
            await _advance(pipeline, self._clock, _moment(request.get("to")))
            return {"now": self._clock.now().isoformat(), "seq": pipeline.seq}

        return {"status": status, "alarms": alarms, "advance": advance}


async def _advance(pipeline: Pipeline, clock: DrivenClock, to: datetime) -> None:
    """Drive the clock to `to`, stopping at every deadline on the way."""
    while (due := pipeline.next_due()) is not None and due <= to:
        clock.drive(due)
        await pipeline.fire_due()
    clock.drive(to)


def _moment(text: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise RequestRefused("`to` is a time with its zone, such as 2026-11-05T02:10:00Z") from None
    if at.tzinfo is None:
        raise RequestRefused("`to` needs a zone, such as Z")
    return at


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_S)


async def serve(
    configuration: Configuration,
    places: Places,
    *,
    read_again: Callable[[], Configuration | None],
    driven_from: datetime | None = None,
) -> None:
    """Run the gateway until SIGTERM or SIGINT; SIGHUP takes the configuration anew if it is good.

    Raises:
        StoreUnavailable, UnitGaveUp: see `Gateway.run`.
    """
    loop = asyncio.get_running_loop()
    cause, ended = "started", False
    while not ended:
        gateway = Gateway(configuration, places, driven_from=driven_from)
        reloaded: list[Configuration] = []

        def end(gateway: Gateway = gateway) -> None:
            nonlocal ended
            ended = True
            gateway.stop()

        def reload(gateway: Gateway = gateway, reloaded: list[Configuration] = reloaded) -> None:
            fresh = read_again()
            if fresh is None:
                log.error("configuration not taken: the one before stays", hint="heimvakt check")
                return
            reloaded.append(fresh)
            gateway.stop()

        for number, handler in (
            (signal.SIGTERM, end),
            (signal.SIGINT, end),
            (signal.SIGHUP, reload),
        ):
            loop.add_signal_handler(number, handler)
        await gateway.run(cause)
        if reloaded:
            configuration, cause = reloaded[-1], "configuration changed"
