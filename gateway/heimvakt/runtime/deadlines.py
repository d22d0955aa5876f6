"""Wait for the next deadline and let it happen; look again after all that was decided."""

from __future__ import annotations

import asyncio
from datetime import datetime

from heimvakt.core.ledger import StoreFull
from heimvakt.core.ports import Clock

from .pipeline import Pipeline

AGAIN_S = 1.0


async def run_deadlines(pipeline: Pipeline, clock: Clock) -> None:
    """Fire deadlines when they come, until cancelled.

    Most commits leave the next deadline where it was, or put it off; then the wait for it goes on.
    """
    news = asyncio.Event()
    forget = [
        pipeline.watch(lambda _: news.set()),
        pipeline.watch_unsaved(lambda _: news.set()),
    ]
    armed: datetime | None = None
    sleep: asyncio.Task[None] | None = None
    try:
        async with asyncio.TaskGroup() as group:
            while True:
                news.clear()
                due = pipeline.next_due()
                if due is not None and due <= clock.now():
                    try:
                        await pipeline.fire_due()
                    except StoreFull:  # no alarm comes of it, and there is room for nothing else
                        await asyncio.sleep(AGAIN_S)
                    continue
                sooner = due is not None and armed is not None and due < armed
                if sleep is not None and (sleep.done() or sooner):
                    sleep.cancel()
                    sleep = None
                if sleep is None and due is not None:
                    sleep = group.create_task(clock.sleep_until(due))
                    sleep.add_done_callback(lambda _: news.set())
                    armed = due
                await news.wait()
                await asyncio.sleep(0)  # whatever the commit lets out of the box goes first
    finally:
        for each in forget:
            each()
