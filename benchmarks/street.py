"""The set-up of a run: a broker, a subscriber, and side by side the hosts in their homes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .broker import any_broker
from .home import VirtualHome
from .hosts import BareZigpy, Heimvakt, Host, Zigbee2Mqtt
from .listener import Listener, listening
from .machine import Machine, describe
from .peers.install import found_or_installed
from .plan import Plan


@dataclass(frozen=True, slots=True)
class Street:
    """Hosts that run, with their devices joined."""

    hosts: list[Host]
    """Heimvakt first."""
    listener: Listener
    broker_port: int
    folder: Path
    machine: Machine


@asynccontextmanager
async def street(plan: Plan, folder: Path, say: Callable[[str], None]) -> AsyncIterator[Street]:
    """All of it for as long as this lasts. `folder` is where databases lie."""
    async with AsyncExitStack() as stack:
        port, broker = await stack.enter_async_context(any_broker())
        listener = await stack.enter_async_context(listening(port))
        installation = await asyncio.to_thread(found_or_installed, plan, say)
        peer = installation if isinstance(installation, str) else installation.version
        machine = describe(folder, broker=broker, peer=peer)
        homes = iter([VirtualHome(seed) for seed in (1, 2, 3)])
        hosts: list[Host] = [Heimvakt(next(homes), folder / "heimvakt", port)]
        if plan.with_peers:
            hosts.append(BareZigpy(next(homes), folder / "bare", port))
        if not isinstance(installation, str):
            hosts.append(Zigbee2Mqtt(next(homes), folder / "z2m", port, installation))
        for host in hosts:
            await stack.enter_async_context(host.home.served(host.folder / "radio"))
            host.messages = await listener.subscribe(host.topic)
            stack.push_async_callback(host.stop)
        say(f"joining six devices to {', '.join(host.name for host in hosts)}")
        async with asyncio.TaskGroup() as group:
            for host in hosts:
                group.create_task(_settle(host, listener))
        yield Street(hosts, listener, port, folder, machine)


async def _settle(host: Host, listener: Listener) -> None:
    await host.start()
    await host.permit(listener)
    await host.home.move_in()
