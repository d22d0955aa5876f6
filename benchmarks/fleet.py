"""Many gateways on a broker cluster, an alarm storm, and a node that dies in it.

`python -m benchmarks fleet [--gateways N] [--presses N] [--json]`: each gateway is the product's
own store, pipeline, shipping and MQTT session; three nodes of NATS with JetStream are the cluster;
one response centre answers every alarm. In the middle of the storm the node that leads the cluster
is killed. At the end what the gateways have stored is held against what the centre has.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import AlarmDelivered, ButtonPressed, GatewayStarted
from heimvakt.core.routes import Route, Routes, Target
from heimvakt.core.state import State, outstanding
from heimvakt.demo.receiver import Behaviour, Receiver
from heimvakt.rules import KINDS, Context
from heimvakt.runtime.clock import SystemClock
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.runtime.shipping import Shipping
from heimvakt.store.limits import MIB, Limits
from heimvakt.store.store import SqliteStore
from heimvakt.uplinks.mqtt import MqttUplink
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings
from tests.support.nats import NATS, Cluster, Node, nats_cluster

CENTRE = "centre"
STORM_S = 10.0
"""All presses of the storm fall into it, at random moments."""
KILL_AT = 0.3
"""Of the storm's length."""
ALL_S_MAX = 300.0
SMALL = Limits(bytes_max=32 * MIB, reserve_bytes=MIB // 4, ahead_bytes=MIB // 4)
"""Five hundred databases lie on one disk here."""


@dataclass(kw_only=True)
class Result:
    """What was measured; seconds are from the moment that the name says."""

    gateways: int
    alarms: int = 0
    lost: int = 0
    doubled: int = 0
    """The same alarm under two ids."""
    repeats: int = 0
    """Copies under the same id."""
    connected_s: float = 0.0
    """From the first gateway's start until all are connected."""
    all_delivered_s: float = 0.0
    """From the kill until every alarm was answered for."""
    back_s: float = 0.0
    """From the kill until every gateway is connected again."""
    thrown_out: int = 0
    """Gateways whose connection went with the node."""
    median_s: float = 0.0
    p99_s: float = 0.0
    worst_s: float = 0.0
    """From the press until its commit as delivered, of all alarms."""
    rss_mib: float = 0.0
    """Of the process with all gateways and the centre."""


@dataclass
class Gateway:
    """One of them."""

    gateway_id: str
    store: SqliteStore
    pipeline: Pipeline
    uplink: MqttUplink
    shipping: Shipping
    pressed_at: list[float] = field(default_factory=list)
    delivered: dict[str, float] = field(default_factory=dict)
    raised: dict[str, float] = field(default_factory=dict)

    def watch(self, committed: Committed) -> None:
        """Hand alarms over as the service does, and note when they were answered for."""
        for dispatch in committed.outcome.send:
            self.raised.setdefault(dispatch.alarm.alarm_id, time.monotonic())
            self.shipping.offer(dispatch.alarm)
        self.shipping.happened(committed.event)
        if isinstance(committed.event, AlarmDelivered):
            self.delivered.setdefault(committed.event.alarm_id, time.monotonic())

    async def run(self) -> None:
        """All its units; a real one has them under a supervisor."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pipeline.run())
            group.create_task(self.uplink.run(self.shipping.hear))
            group.create_task(self.shipping.run())
            await self.pipeline.emit(GatewayStarted(cause="benchmark", last_alive=None))

    async def press(self, button: str) -> None:
        """Somebody asks for help."""
        await self.pipeline.emit(ButtonPressed(device_id=button))


async def _gateway(
    stack: AsyncExitStack, folder: Path, number: int, buttons: Sequence[str], cluster: Cluster
) -> Gateway:
    gateway_id, clock = f"no-1505-{number:06}", SystemClock()
    devices = {
        button: Device(device_id=button, role=Role.BUTTON, driver="none", address=button)
        for button in buttons
    }
    kind = KINDS["button"]
    rule = kind.bind(
        "button",
        kind.settings(),
        Context(devices=devices, zone=ZoneInfo("UTC"), gateway_id=gateway_id),
    )
    home = Home(
        gateway_id=gateway_id,
        devices=devices,
        rules={"button": rule},
        routes=Routes((Route(priorities=frozenset(Priority), to=(Target(CENTRE),)),)),
    )
    store = await stack.enter_async_context(
        SqliteStore(folder / gateway_id, opened_at=clock.now(), limits=SMALL)
    )
    pipeline = Pipeline(home, State(), store, clock, boot_id="boot", last_seq=0)
    turned = [*cluster.urls[number % 3 :], *cluster.urls[: number % 3]]
    uplink = MqttUplink(
        CENTRE,
        MqttReceiverSettings(kind="mqtt", brokers=tuple(turned), protocol="3.1.1"),
        gateway_id=gateway_id,
        clock=clock,
        chance=random.Random(number),
    )
    shipping = Shipping(
        [uplink],
        store,
        clock,
        pipeline.emit,
        outstanding=lambda: outstanding(pipeline.state),
        chance=random.Random(number),
    )
    gateway = Gateway(gateway_id, store, pipeline, uplink, shipping)
    pipeline.watch(gateway.watch)
    return gateway


async def fleet(gateways: int, presses: int, *, storm_s: float = STORM_S) -> Result:
    """The whole run."""
    result, clock, chance = Result(gateways=gateways), SystemClock(), random.Random(1)
    buttons = [f"button-{number}" for number in range(presses)]
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(nats_cluster())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hv-fleet-")))
        doomed = await cluster.leader()
        safe = next(node for node in cluster.nodes if node is not doomed)
        centre = Receiver(
            safe.url, clock=clock, client_id="centre", behaviour=Behaviour(accept_after_s=None)
        )
        await stack.enter_async_context(centre.open())
        fleet = [
            await _gateway(stack, folder, number, buttons, cluster) for number in range(gateways)
        ]
        heard: dict[str, int] = {}
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_note(centre, heard))]
            began = time.monotonic()
            for gateway in fleet:
                tasks.append(group.create_task(gateway.run()))
                await asyncio.sleep(0.01)  # power does not come back to all in one millisecond
            await asyncio.gather(*(gateway.uplink.wait_connected() for gateway in fleet))
            result.connected_s = time.monotonic() - began
            _say(f"{gateways} connected in {result.connected_s:.1f} s; the storm begins")
            await _storm(fleet, buttons, doomed, chance, storm_s, result)
            for task in tasks:
                task.cancel()
        await _compare(fleet, heard, result)
    result.rss_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


async def _storm(
    fleet: Sequence[Gateway],
    buttons: Sequence[str],
    doomed: Node,
    chance: random.Random,
    storm_s: float,
    result: Result,
) -> None:
    async def press_later(gateway: Gateway, button: str) -> None:
        await asyncio.sleep(chance.uniform(0.0, storm_s))
        await gateway.press(button)

    async def kill() -> float:
        await asyncio.sleep(storm_s * KILL_AT)
        await doomed.kill()
        killed_at = time.monotonic()
        await asyncio.sleep(0.1)  # the kernel has told everyone whose connection it was
        lost = [g for g in fleet if g.uplink.counts().get("connections-lost")]
        result.thrown_out = len(lost)
        await asyncio.gather(*(gateway.uplink.wait_connected() for gateway in lost))
        result.back_s = time.monotonic() - killed_at
        return killed_at

    async with asyncio.timeout(ALL_S_MAX):
        killing = asyncio.create_task(kill())
        await asyncio.gather(*(press_later(g, button) for g in fleet for button in buttons))
        killed_at = await killing
        _say(f"{result.thrown_out} thrown out, all back after {result.back_s:.1f} s")
        while any(len(g.delivered) < len(buttons) for g in fleet):  # noqa: ASYNC110 - 500 of them
            await asyncio.sleep(0.1)
        result.all_delivered_s = (
            max(at for gateway in fleet for at in gateway.delivered.values()) - killed_at
        )


async def _note(centre: Receiver, heard: dict[str, int]) -> None:
    async for received in centre.stream():
        if received.kind == "alarm":
            alarm_id = str(received.message["data"]["alarm_id"])
            heard[alarm_id] = heard.get(alarm_id, 0) + 1


async def _compare(fleet: Sequence[Gateway], heard: dict[str, int], result: Result) -> None:
    took: list[float] = []
    for gateway in fleet:
        stored = {alarm.alarm_id: alarm for alarm in await gateway.store.alarms(1_000)}
        result.alarms += len(stored)
        result.lost += sum(alarm_id not in heard for alarm_id in stored)
        causes = [alarm.evidence[-1].seq for alarm in stored.values()]
        result.doubled += len(causes) - len(set(causes))
        took += [at - gateway.raised[i] for i, at in gateway.delivered.items()]
    result.repeats = sum(heard.values()) - len(heard)
    result.median_s = statistics.median(took)
    result.p99_s = sorted(took)[int(len(took) * 0.99)]
    result.worst_s = max(took)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and say by the exit code whether anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fleet", description=__doc__)
    parser.add_argument("--gateways", type=int, default=500)
    parser.add_argument("--presses", type=int, default=3, help="of each gateway")
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    asked = parser.parse_args(arguments)
    if NATS is None:
        _say("nats-server is not installed: sudo apt install --no-install-recommends nats-server")
        return 2
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet)  # five hundred gateways have much to say
    result = asyncio.run(fleet(asked.gateways, asked.presses))
    for name, value in asdict(result).items():
        print(f"{name:18} {value:.3f}" if isinstance(value, float) else f"{name:18} {value}")
    if asked.json:
        print(json.dumps(asdict(result)))
    return 1 if result.lost or result.doubled else 0
