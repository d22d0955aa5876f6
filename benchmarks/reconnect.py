"""The broker goes from a gateway that was connected, and comes back after a minute."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from .backlog import ALARM_S_MAX
from .centre import answering
from .outpost import Outpost
from .plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnect:
    """Seconds from the moment at which the broker took connections again; None: not at all."""

    down_s: float
    connected_s: float | None
    """Until the gateway said that it is there; nothing waited."""
    alarm_s: float | None
    """Until an alarm was at the receiver that was raised in the middle of the time without."""


async def reconnect(there: Outpost, plan: Plan, say: Callable[[str], None]) -> Reconnect:
    """Once with nothing that waits, once with a call for help."""
    say(f"{plan.down_s:g} s without the broker")
    await there.gate.shut()
    await asyncio.sleep(plan.down_s)
    there.host.heard()
    back_ns = await there.gate.open()
    connected_ns = await _connected(there)
    say(f"{plan.down_s:g} s without the broker, with an alarm")
    async with answering(there.host, there.listener) as centre:
        await there.gate.shut()
        await asyncio.sleep(plan.down_s / 2)
        await there.push()
        await asyncio.sleep(plan.down_s / 2)
        again_ns = await there.gate.open()
        try:
            async with asyncio.timeout(ALARM_S_MAX):
                alarm_ns: int | None = await centre.alarms.get()
        except TimeoutError:
            alarm_ns = None
    return Reconnect(
        down_s=plan.down_s,
        connected_s=None if connected_ns is None else (connected_ns - back_ns) / 1e9,
        alarm_s=None if alarm_ns is None else (alarm_ns - again_ns) / 1e9,
    )


async def _connected(there: Outpost) -> int | None:
    try:
        async with asyncio.timeout(ALARM_S_MAX):
            while True:
                message = await there.host.messages.get()
                if (
                    message.topic.endswith("/state")
                    and json.loads(message.payload)["data"]["online"]
                ):
                    return message.at_ns
    except TimeoutError:
        return None
