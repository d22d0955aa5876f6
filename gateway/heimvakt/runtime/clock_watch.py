"""See soon that the wall clock was set, or that it is more or less to be trusted than before."""

from __future__ import annotations

import asyncio

from heimvakt.core.ports import Clock

from .pipeline import Pipeline
from .steps import ClockLine, clock_facts

LOOK_S = 5.0


async def run_clock_watch(pipeline: Pipeline, clock: Clock, *, look_s: float = LOOK_S) -> None:
    """Let the pipeline turn over, which tells it, when there is something to tell; until cancelled.

    With any other event it is told anyway: this is for a home in which nothing happens.
    """
    line: ClockLine | None = None
    while True:
        seen = ClockLine(clock.now(), clock.monotonic())
        line, facts = clock_facts(
            line, seen, clock.quality(), pipeline.state.clock, pipeline.boot_id
        )
        if facts:
            await pipeline.prove()
        await asyncio.sleep(look_s)
