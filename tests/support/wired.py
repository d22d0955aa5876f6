"""A life whose receiver is behind a real broker, and lines that a test cuts, stalls or narrows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from heimvakt.core.events import ButtonPressed, DeviceSeen, Event, StoreFault
from heimvakt.core.reports import ReportClass, Wanted
from heimvakt.runtime.pipeline import Committed
from heimvakt.runtime.shipping import Shipping
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.mqtt import MqttUplink
from heimvakt.uplinks.mqtt_patience import Patience
from tests.support.broker import Broker
from tests.support.centre import Centre, centre
from tests.support.lives import RECEIVER, Life, live
from tests.support.proxy import Proxy, proxy
from tests.support.uplinks import SHORT, mqtt_uplink

PRESS = ButtonPressed(device_id="button")
FAULT = StoreFault(reason="damage", set_aside="x", saved="all")
"""An alarm of medium priority."""


@dataclass(frozen=True, slots=True)
class Wired:
    """A life whose receiver is behind a broker, over one proxy for each path."""

    life: Life
    lines: Sequence[Proxy]
    uplinks: Sequence[MqttUplink]
    centre: Centre

    async def press(self, event: Event = PRESS, within_s: float = 60.0) -> float:
        """Raise an alarm; the seconds from its commit until the centre has it."""
        loop = asyncio.get_running_loop()
        alarm_id = await press(self.life, event)
        began = loop.time()
        await self.centre.until(lambda: alarm_id in self.centre.alarms, within_s)
        return loop.time() - began

    async def reports_waiting(self) -> int:
        return sum([await self.life.store.count_reports(RECEIVER, of) for of in ReportClass])

    async def drained(self, within_s: float) -> float:
        """Return when the receiver has answered for every report; how long that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(within_s):
            while await self.reports_waiting():  # noqa: ASYNC110 - the store wakes nobody
                await asyncio.sleep(0.02)
        return loop.time() - began


async def press(life: Life, event: Event = PRESS) -> str:
    """Raise an alarm; its id."""
    life.clock.drive(life.clock.now() + timedelta(minutes=1))  # no repeated press
    number = life.pipeline.state.alarms_raised
    await life.pipeline.emit(event)
    assert life.pipeline.state.alarms_raised == number + 1
    return f"{life.pipeline.home.gateway_id}-{number + 1}"


async def fill(life: Life, records: int) -> None:
    """As many events as a home has in some days."""
    for _ in range(records // 500):
        await life.pipeline.emit(*[DeviceSeen(device_id="hall")] * 500)


@asynccontextmanager
async def wired(
    directory: Path,
    at: Broker,
    *,
    paths: Sequence[str] = ("broadband",),
    records: int = 0,
    patience: Patience = SHORT,
    centre_url: str | None = None,
    protocol: str = "auto",
) -> AsyncIterator[Wired]:
    """The lines are cut until the test mends them, so that all of it stands in front."""
    async with AsyncExitStack() as stack:
        the_centre = await stack.enter_async_context(centre(centre_url or at.url))
        lines = [await stack.enter_async_context(proxy(at.port)) for _ in paths]
        for line in lines:
            line.cut()
        life = await stack.enter_async_context(live(directory, wanted={RECEIVER: Wanted.TELEMETRY}))
        await fill(life, records)
        uplinks = [
            mqtt_uplink(
                line.url,
                patience=patience,
                path=PathBinding(name=path, first=place == 0),
                protocol=protocol,
            )
            for place, (path, line) in enumerate(zip(paths, lines, strict=True))
        ]
        shipping = Shipping(
            uplinks, life.store, life.clock, life.pipeline.emit, wanted=Wanted.TELEMETRY
        )

        def follow(committed: Committed) -> None:
            for dispatch in committed.outcome.send:
                shipping.offer(dispatch.alarm)
            shipping.happened(committed.event)

        life.pipeline.watch(follow)
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(uplink.run(shipping.hear)) for uplink in uplinks]
        tasks.append(loop.create_task(shipping.run()))
        try:
            yield Wired(life, lines, uplinks, the_centre)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


async def connected(uplinks: Sequence[MqttUplink]) -> None:
    for uplink in uplinks:
        uplink.hurry()
        await uplink.wait_connected()
