"""The set-up of a run: a broker, a subscriber, and side by side the hosts in their homes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .broker import any_broker
from .home import NotJoined, VirtualHome
from .hosts import BareZigpy, Heimvakt, Host, RawReader, Zigbee2Mqtt
from .listener import Listener, listening
from .machine import Machine, describe
from .peers.install import found_or_installed
from .peers.zigbee2mqtt import StartError
from .plan import Plan
from .program import ProgramFailed


class NotSettled(Exception):
    """There is nothing to measure; why was said before."""


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
async def street(
    plan: Plan, folder: Path, say: Callable[[str], None], *, with_floor: bool = False
) -> AsyncIterator[Street]:
    """All of it for as long as this lasts. `folder` is where databases lie; `with_floor` adds a
    host that knows nothing of Zigbee."""
    async with AsyncExitStack() as stack:
        port, broker = await stack.enter_async_context(any_broker())
        listener = await stack.enter_async_context(listening(port))
        installation = await asyncio.to_thread(found_or_installed, plan, say)
        peer = installation if isinstance(installation, str) else installation.version
        machine = describe(folder, broker=broker, peer=peer)
        homes = iter([VirtualHome(seed, quiet_s=plan.quiet_s) for seed in (1, 2, 3, 4)])
        hosts: list[Host] = [Heimvakt(next(homes), folder / "heimvakt", port)]
        if plan.with_peers:
            hosts.append(BareZigpy(next(homes), folder / "bare", port))
        if not isinstance(installation, str):
            hosts.append(Zigbee2Mqtt(next(homes), folder / "z2m", port, installation))
        if with_floor:
            hosts.append(RawReader(next(homes), folder / "raw", port))
        for host in hosts:
            await stack.enter_async_context(host.home.served(host.folder / "radio"))
            host.messages = await listener.subscribe(host.topic)
            stack.push_async_callback(host.stop)
        say(f"joining six devices to {', '.join(host.name for host in hosts)}")
        async with asyncio.TaskGroup() as group:
            settling = [group.create_task(_settle(host, listener)) for host in hosts]
        for host, task in zip(tuple(hosts), settling, strict=True):
            if trouble := task.result():
                say(f"{host.name} is not measured: {trouble}")
                hosts.remove(host)
        if not hosts or not isinstance(hosts[0], Heimvakt):
            raise NotSettled("Heimvakt itself is not there: nothing to measure")
        yield Street(hosts, listener, port, folder, machine)


async def _settle(host: Host, listener: Listener) -> str:
    """Why a host is of no use; "" if it is. What a peer cannot do must not end the run."""
    try:
        await host.start()
        await host.permit(listener)
        await host.home.move_in()
        # Once more, on a network that is there: forming one leaves memory behind that no process
        # of a home has.
        await again(host)
    except (ProgramFailed, StartError, NotJoined) as error:
        return str(error)
    return ""


async def again(host: Host) -> dict[str, float]:
    """Stop and start a host; the seconds to what it reached."""
    await host.stop()
    await host.home.radio.wait_no_host()
    milestones = await host.start()
    await host.home.quiet()
    return milestones
