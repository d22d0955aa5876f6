"""Two receivers over two paths, each with a broker of its own: who hears how often."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from heimvakt.core import paths as core_paths
from heimvakt.core.events import Event
from heimvakt.core.path import Path
from heimvakt.core.uplink import Heartbeat
from heimvakt.demo.receiver import Behaviour, Manners, Receiver
from heimvakt.net.paths import PathWatch
from heimvakt.runtime.clock import SystemClock
from heimvakt.runtime.heart import Heart
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.mqtt import MqttUplink
from tests.support.beside import beside
from tests.support.broker import broker, needs_mosquitto
from tests.support.proxy import Proxy, proxy
from tests.support.uplinks import heartbeat, mqtt_uplink, running

USUAL = timedelta(seconds=0.05)
PATHS = (
    Path(name="broadband", heartbeat=USUAL),
    Path(name="mobile", heartbeat=timedelta(hours=1)),
)
BINDINGS = (
    PathBinding(name="broadband", interface="lo"),
    PathBinding(name="mobile", interface="lo", first=False),
)


async def measure(path: str, beat: int) -> Heartbeat:
    return replace(heartbeat(), path=path, beat=beat)


async def nobody_is_told(*_events: Event) -> None:
    pass


@dataclass(slots=True)
class Side:
    """One receiver, and the line of the first path to it."""

    centre: Receiver
    line: Proxy
    uplinks: tuple[MqttUplink, ...]

    async def hears(self, path: str, count: int) -> None:
        """Return when it has heard so many more heartbeats over this path."""
        async with asyncio.timeout(60):
            while count:
                heard = await self.centre.next("heartbeat")
                count -= heard.message["data"]["path"] == path


@asynccontextmanager
async def side(name: str) -> AsyncIterator[Side]:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(broker("mosquitto"))
        line = await stack.enter_async_context(proxy(one.port))
        behaviour = Behaviour(manners=Manners.NEVER)
        centre = Receiver(one.url, clock=SystemClock(), behaviour=behaviour)
        await stack.enter_async_context(centre.open())
        uplinks = (
            mqtt_uplink(line.url, name=name, path=BINDINGS[0]),
            mqtt_uplink(one.url, name=name, path=BINDINGS[1]),
        )
        for uplink in uplinks:
            await stack.enter_async_context(running(uplink))
            await uplink.wait_connected()
        yield Side(centre, line, uplinks)


@needs_mosquitto
async def test_whom_the_first_path_does_not_reach_hears_as_often_over_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(core_paths, "PACE_S", USUAL.total_seconds())
    now = 0.0
    async with side("centre") as centre, side("other") as other:
        uplinks = [*centre.uplinks, *other.uplinks]
        watch = PathWatch(PATHS, uplinks, nobody_is_told, now=lambda: now)
        hearts = [Heart(each, measure, watch, random.Random(1), gap_s=0.0) for each in uplinks]
        watch.look()
        async with AsyncExitStack() as stack:
            for heart in hearts:
                await stack.enter_async_context(beside(heart.run()))
            for each in (centre, other):  # a path that is new must prove itself first
                await each.hears("mobile", 4)
            now = 3600.0
            watch.look()
            assert watch.beat_every_s("mobile", "other") == 3600.0
            slow = hearts[1].beats
            other.line.cut()
            await other.uplinks[0].wait_lost()
            watch.look()
            await other.hears("mobile", 20)
            assert hearts[1].beats <= slow + 1, "the one that was under way"
            await centre.hears("broadband", 20)
