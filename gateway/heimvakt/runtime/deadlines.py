"""Wait for the next deadline and let it happen; look again after every commit."""

from __future__ import annotations

import asyncio

from heimvakt.core.ports import Clock

from .pipeline import Pipeline


async def run_deadlines(pipeline: Pipeline, clock: Clock) -> None:
    """Fire deadlines when they come, until cancelled."""
    while True:
        turned = pipeline.turned
        due = pipeline.next_due()
        if due is not None and due <= clock.now():
            await pipeline.fire_due()
            continue
        async with asyncio.TaskGroup() as group:
            waits: list[asyncio.Task[object]] = [group.create_task(turned.wait())]
            if due is not None:
                waits.append(group.create_task(clock.sleep_until(due)))
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
