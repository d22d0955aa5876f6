"""A whole run: set up the street once, and measure in it what was asked for."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .backlog import backlog, worst
from .broker import any_broker
from .bursts import bursts
from .machine import describe
from .outpost import outpost
from .paced import paced
from .plan import Plan
from .reconnect import reconnect
from .silence import silence
from .starts import starts
from .store import store
from .street import street
from .wear import wear
from .zigbee import zigbee

SHORT = ("start", "latency", "memory", "burst", "store")
"""What is measured when nothing is asked for by name."""
PARTS = (*SHORT, "backlog", "reconnect", "wear", "silence", "zigbee")
IN_THE_STREET = frozenset({"start", "latency", "memory", "burst", "zigbee"})
AT_THE_OUTPOST = frozenset({"backlog", "reconnect", "wear"})
SWITCH_S = 0.0005
"""The subscriber's thread waits so long at most for the radio's, not Python's usual 5 ms."""


async def run(
    parts: Collection[str], plan: Plan, folder: Path | None, say: Callable[[str], None]
) -> dict[str, Any]:
    """Everything that was measured, as it is printed with --json."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        return await _run(parts, plan, folder, say)
    finally:
        sys.setswitchinterval(usual)


async def _run(
    parts: Collection[str], plan: Plan, folder: Path | None, say: Callable[[str], None]
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="heimvakt-bench-", dir=folder) as made:
        place = Path(made)
        results: dict[str, Any] = {}
        if IN_THE_STREET & set(parts):
            results |= await _in_the_street(parts, plan, place, say)
        if AT_THE_OUTPOST & set(parts):
            results |= await _at_the_outpost(parts, plan, place, say)
        if "store" in parts:
            say("commits")
            results["store"] = await store(place / "store", plan.commits)
        if "silence" in parts:
            results["silence"] = {
                name: {limit: asdict(each) for limit, each in limits.items()}
                for name, limits in silence(plan.lives, plan.days, say).items()
            }
        if "machine" not in results:
            async with any_broker() as (_, broker):
                results["machine"] = asdict(describe(place, broker=broker, peer="not asked for"))
        results["machine"]["load_after"] = os.getloadavg()[0]
        results["plan"] = asdict(plan)
        return results


async def _in_the_street(
    parts: Collection[str], plan: Plan, place: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    results: dict[str, Any] = {}
    async with street(plan, place, say, with_floor="zigbee" in parts) as there:
        results["machine"] = asdict(there.machine)
        if "start" in parts:
            results["start"] = await starts(there, plan, say)
        if {"latency", "memory"} & set(parts):
            figures, floors = await paced(there, plan, say)
            results["paced"] = {name: asdict(each) for name, each in figures.items()}
            results["floors"] = asdict(floors)
        if "burst" in parts:
            burst = await bursts(there, plan, say)
            results["burst"] = {name: asdict(each) for name, each in burst.items()}
        if "zigbee" in parts:
            results["zigbee"] = await zigbee(there, plan, say)
        say("stopping")
    return results


async def _at_the_outpost(
    parts: Collection[str], plan: Plan, place: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    results: dict[str, Any] = {}
    async with outpost(plan, place, say) as there:
        if "wear" in parts:
            results["wear"] = asdict(await wear(there, plan, place, say))
        if "reconnect" in parts:
            results["reconnect"] = asdict(await reconnect(there, plan, say))
        if "backlog" in parts:
            sizes = {name: asdict(each) for name, each in (await backlog(there, plan, say)).items()}
            results["backlog"] = sizes
            results["alarm_seconds_after_broker_return"] = worst(sizes)
        say("stopping")
    return results
