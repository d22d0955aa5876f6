"""What the gateway writes to its disk, which on small boards is a card that wears out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import proc
from .centre import answering
from .fill import Filled, filled
from .outpost import Outpost
from .plan import Plan

DAY_S = 86_400.0
SETTLE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """Written means what the kernel says, in whole pages."""

    idle_s: float
    """How long nothing happened; the figure for a day is scaled from it."""
    idle_bytes: int | None
    idle_mib_per_day: float | None
    idle_cpu_percent: float
    """Of one core."""
    presses: int
    bytes_per_press: float | None
    """Press, release, alarm, and the receiver's answer: four commits."""
    week: Filled
    """Events of seven days, handed over by 64."""


async def wear(there: Outpost, plan: Plan, folder: Path, say: Callable[[str], None]) -> Wear:
    """Nothing for a while, some presses, and a journal of a week."""
    host = there.host
    async with answering(host, there.listener) as centre:
        await host.home.quiet()
        await asyncio.sleep(SETTLE_S)
        say(f"nothing for {plan.idle_s:g} s")
        written, cpu_s = proc.written_bytes(host.pid), proc.cpu_s(host.pid)
        await asyncio.sleep(plan.idle_s)
        idle = _less(proc.written_bytes(host.pid), written)
        cpu_s = proc.cpu_s(host.pid) - cpu_s
        written = proc.written_bytes(host.pid)
        for _ in range(plan.presses):
            await there.push()
            await centre.alarms.get()
            await asyncio.sleep(0.1)
        pressed = _less(proc.written_bytes(host.pid), written)
    say(f"a journal of {plan.week} events")
    return Wear(
        idle_s=plan.idle_s,
        idle_bytes=idle,
        idle_mib_per_day=None if idle is None else idle / plan.idle_s * DAY_S / 2**20,
        idle_cpu_percent=cpu_s / plan.idle_s * 100,
        presses=plan.presses,
        bytes_per_press=None if pressed is None else pressed / plan.presses,
        week=await filled(host.file, folder / "week", plan.week),
    )


def _less(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before
