"""Presses at a pace: how long until the message is there, and what each costs the host."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import proc
from .figures import Spread, spread
from .floors import Floors, MqttAlone, flush
from .hosts import Host
from .listener import Listener
from .plan import Plan
from .street import Street

ANSWER_S_MAX = 5.0
"""A message that is not there after this is counted as lost."""
PERIODS = (0.6, 1.4)
"""No rhythm: what a host does some time after a frame must not always, or never, meet the next."""
AFTER_S = 0.2
"""What a host still does when the last message is there belongs to the block too."""


@dataclass(slots=True)
class Tally:
    """What was measured of one host so far."""

    latencies_ms: list[float] = field(default_factory=list)
    lost: int = 0
    frames: int = 0
    cpu_s: float = 0.0
    written_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """The figures of one host."""

    latency: Spread | None
    lost: int
    cpu_ms_per_press: float
    """Of the whole process: press, release, and for Heimvakt the answer too."""
    cpu_ms_per_frame: float
    """A press is two frames."""
    written_kib_per_press: float | None
    memory: proc.Memory


@dataclass(slots=True)
class FloorsTally:
    """What was measured of the machine itself so far."""

    alone_ms: list[float] = field(default_factory=list)
    flush_ms: list[float] = field(default_factory=list)

    def figures(self) -> Floors:
        """How they are spread."""
        return Floors(mqtt_alone=spread(self.alone_ms), flush_4_kib=spread(self.flush_ms))


async def paced(
    street: Street, plan: Plan, say: Callable[[str], None]
) -> tuple[dict[str, Paced], Floors]:
    """Press the buttons of every host in turn, block after block."""
    tallies = {host.name: Tally() for host in street.hosts}
    floors = FloorsTally()
    await press(street, plan, tallies, floors, say)
    return {host.name: figures(host, tallies[host.name]) for host in street.hosts}, floors.figures()


async def press(
    street: Street,
    plan: Plan,
    tallies: Mapping[str, Tally],
    floors: FloorsTally,
    say: Callable[[str], None],
) -> None:
    """Add to the tallies of all hosts, by their names."""
    async with MqttAlone(street.broker_port).running(street.listener) as alone:
        done = 0
        while done < plan.events:
            count = min(plan.block, plan.events - done)
            # Each has its turn at every place of the round.
            turn = (done // plan.block) % len(street.hosts)
            for host in street.hosts[turn:] + street.hosts[:turn]:
                await _block(host, tallies[host.name], street.listener, count, plan)
            floors.alone_ms += await alone.block(count, 1 / plan.per_s)
            floors.flush_ms += await asyncio.to_thread(flush, street.folder / "floor", count)
            done += count
            say(f"{done} of {plan.events} presses")


def figures(host: Host, tally: Tally) -> Paced:
    """What a host's tally comes to."""
    presses = len(tally.latencies_ms) + tally.lost
    readable = proc.written_bytes(host.pid) is not None
    return Paced(
        latency=spread(tally.latencies_ms),
        lost=tally.lost,
        cpu_ms_per_press=tally.cpu_s / presses * 1e3,
        cpu_ms_per_frame=tally.cpu_s / tally.frames * 1e3,
        written_kib_per_press=tally.written_bytes / presses / 1024 if readable else None,
        memory=proc.memory(host.pid),
    )


async def _block(host: Host, tally: Tally, listener: Listener, count: int, plan: Plan) -> None:
    loop = asyncio.get_running_loop()
    chance = random.Random(host.home.radio.seed + len(tally.latencies_ms))
    names = {button: host.home.by_ieee[button.ieee] for button in host.home.buttons}
    host.heard()
    cpu_s, written = proc.cpu_s(host.pid), proc.written_bytes(host.pid) or 0
    for number in range(count):
        button = host.home.buttons[number % len(names)]
        begin, period_s = loop.time(), chance.uniform(*PERIODS) / plan.per_s
        sent = await button.press()
        if not sent:
            raise RuntimeError(f"{host.name}: a press was not sent: {sent.outcome.value}")
        at_ns = await _arrival(host, names[button], listener)
        if at_ns is None:
            tally.lost += 1
        else:
            tally.latencies_ms.append((at_ns - sent.written_ns) / 1e6)
        await asyncio.sleep(begin + period_s / 2 - loop.time())
        await button.release()
        await asyncio.sleep(begin + period_s - loop.time())
        tally.frames += 2
    await asyncio.sleep(AFTER_S)
    tally.cpu_s += proc.cpu_s(host.pid) - cpu_s
    tally.written_bytes += (proc.written_bytes(host.pid) or 0) - written


async def _arrival(host: Host, device_id: str, listener: Listener) -> int | None:
    try:
        async with asyncio.timeout(ANSWER_S_MAX):
            while True:
                message = await host.messages.get()
                pressed = host.pressed(message)
                if pressed is not None:
                    host.answer(message, listener)
                if pressed == device_id:
                    return message.at_ns
    except TimeoutError:
        return None
