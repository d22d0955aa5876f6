"""Everything at once: a thousand frames from four sensors, then both buttons in a panic.

A sensor may send 250 frames in 10.5 s, or zigpy takes a frame for a repetition, so the hosts rest
before each burst.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from . import proc
from .figures import Spread, median, spread
from .home import THINGS, change
from .hosts import Heimvakt, Host
from .listener import Listener
from .plan import Plan
from .street import Street

REST_S = 11.0
NEEDS_REST = 400
"""Smaller ones never come near the limit."""
PER_DEVICE_MAX = 250
IDLE_S = 4.0
"""When nothing has come for so long, the rest is lost."""
LOOK_S = 0.005
STATES = (
    "door-opened",
    "door-closed",
    "bed-entered",
    "bed-left",
    "motion-detected",
    "motion-cleared",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """The figures of one host."""

    frames: int
    frames_per_s: float | None
    """Until every frame was journalled (Heimvakt) or published (peers)."""
    frames_lost: int
    cpu_ms_per_frame: float
    presses: int
    press_latency: Spread | None
    """Of the buttons, pressed as fast as the line takes it."""
    presses_lost: int
    memory: proc.Memory


@dataclass(slots=True)
class _Tally:
    rates: list[float] = field(default_factory=list)
    frames: int = 0
    lost: int = 0
    cpu_s: float = 0.0
    presses: int = 0
    latencies_ms: list[float] = field(default_factory=list)


async def bursts(street: Street, plan: Plan, say: Callable[[str], None]) -> dict[str, Burst]:
    """Bursts of every host in turn."""
    tallies = {host.name: _Tally() for host in street.hosts}
    rest_s = REST_S if plan.burst > NEEDS_REST else 0.0
    for number in range(plan.bursts):
        await asyncio.sleep(rest_s)
        for host in street.hosts:
            await _storm(host, tallies[host.name], plan.burst)
        await asyncio.sleep(rest_s)
        for host in street.hosts:
            await _panic(host, tallies[host.name], street.listener, plan.burst)
        say(f"{number + 1} of {plan.bursts} bursts")
    return {host.name: _figures(host, tallies[host.name]) for host in street.hosts}


def _figures(host: Host, tally: _Tally) -> Burst:
    return Burst(
        frames=tally.frames,
        frames_per_s=median(tally.rates),
        frames_lost=tally.lost,
        cpu_ms_per_frame=tally.cpu_s / tally.frames * 1e3,
        presses=tally.presses,
        press_latency=spread(tally.latencies_ms),
        presses_lost=tally.presses - len(tally.latencies_ms),
        memory=proc.memory(host.pid),
    )


async def _storm(host: Host, tally: _Tally, frames: int) -> None:
    """Let four sensors change as fast as they can."""
    sensors = host.home.sensors
    each = min(frames // len(sensors), PER_DEVICE_MAX)
    host.heard()
    arrived = _Journalled(host.database) if isinstance(host, Heimvakt) else _Published(host)
    cpu_s = proc.cpu_s(host.pid)
    first_ns: list[int] = []

    async def say(number: int) -> None:
        for turn in range(each):
            sent = await change(sensors[number], turn % 2 == 0)
            if not sent:
                raise RuntimeError(f"{host.name}: a frame was not sent: {sent.outcome.value}")
            if not first_ns:
                first_ns.append(sent.written_ns)

    began = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(arrived.until(each * len(sensors)))
        for number in range(len(sensors)):
            group.create_task(say(number))
    count, at = waiting.result()
    tally.rates.append(count / (at - began))
    tally.frames += each * len(sensors)
    tally.lost += each * len(sensors) - count
    tally.cpu_s += proc.cpu_s(host.pid) - cpu_s


async def _panic(host: Host, tally: _Tally, listener: Listener, frames: int) -> None:
    """Press and release the buttons as fast as the line takes it."""
    buttons = host.home.buttons
    each = min(frames // 2 // len(buttons), PER_DEVICE_MAX // 2)
    written: dict[str, list[int]] = {host.home.by_ieee[b.ieee]: [] for b in buttons}
    arrived: dict[str, list[int]] = {name: [] for name in written}
    host.heard()

    async def press(number: int) -> None:
        button = buttons[number]
        for _ in range(each):
            sent = await button.press()
            written[host.home.by_ieee[button.ieee]].append(sent.written_ns)
            await button.release()

    async def hear() -> None:
        left = each * len(buttons)
        try:
            while left:
                async with asyncio.timeout(IDLE_S):
                    message = await host.messages.get()
                name = host.pressed(message)
                if name is not None:
                    left -= 1
                    host.answer(message, listener)
                    arrived[name].append(message.at_ns)
        except TimeoutError:
            return  # the rest is lost

    async with asyncio.TaskGroup() as group:
        group.create_task(hear())
        for number in range(len(buttons)):
            group.create_task(press(number))
    tally.presses += each * len(buttons)
    for name, sent_ns in written.items():
        # Within a device the order stays, so the n-th message is of the n-th press; a lost one
        # would shift the rest, so then nothing is said of this device.
        if len(arrived[name]) == len(sent_ns):
            tally.latencies_ms += _differences_ms(sent_ns, arrived[name])


def _differences_ms(sent_ns: Sequence[int], at_ns: Sequence[int]) -> list[float]:
    return [(at - sent) / 1e6 for sent, at in zip(sent_ns, at_ns, strict=True)]


class _Published:
    """A frame is done when its message is at the subscriber."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def until(self, count: int) -> tuple[int, float]:
        """How many came, and when the last of them did."""
        at = asyncio.get_running_loop().time()
        number = 0
        try:
            while number < count:
                async with asyncio.timeout(IDLE_S):
                    message = await self._host.messages.get()
                if "/bridge/" not in message.topic:
                    number, at = number + 1, message.at_ns / 1e9
        except TimeoutError:
            pass
        return number, at


class _Journalled:
    """A frame is done when its event is in the journal on disk, as another process sees it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        marks = ", ".join(f"'{kind}'" for kind in STATES)
        devices = [f"'{thing.device_id}'" for thing in THINGS if thing.role != "button"]
        self._query = (
            "SELECT count(*) FROM journal WHERE seq > ? "
            f"AND json_extract(body, '$.kind') IN ({marks}) "
            f"AND json_extract(body, '$.device_id') IN ({', '.join(devices)})"
        )
        self._from = self._last()

    async def until(self, count: int) -> tuple[int, float]:
        """How many were journalled, and when the last of them was."""
        loop = asyncio.get_running_loop()
        at = loop.time()
        number = 0
        with closing(self._open()) as journal:
            while number < count and loop.time() - at < IDLE_S:
                await asyncio.sleep(LOOK_S)
                (now,) = journal.execute(self._query, (self._from,)).fetchone()
                if now > number:
                    number, at = now, loop.time()
        return number, at

    def _last(self) -> int:
        with closing(self._open()) as journal:
            (last,) = journal.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
        return int(last)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, isolation_level=None)
