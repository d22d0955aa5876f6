"""Feed systemd's watchdog with proof: the pipeline turned over and a commit succeeded since.

The proof is a commit through the pipeline's own inbox. When nothing else was committed a mark is
written, so that the next start knows within a minute when the gateway was last alive.
"""

from __future__ import annotations

import asyncio

from .notify import Notifier
from .pipeline import Pipeline

MARK_S = 60.0
"""Without a watchdog the mark is still made, this often."""


async def run_alive(pipeline: Pipeline, notifier: Notifier) -> None:
    """Prove life three times in each of the watchdog's intervals, until cancelled.

    A pipeline or a store that hangs makes this hang, and systemd ends and starts the process.
    """
    every_s = notifier.watchdog_s / 3 if notifier.watchdog_s else MARK_S
    commits = pipeline.commits
    while True:
        if pipeline.commits == commits:
            await pipeline.prove()
        commits = pipeline.commits
        notifier.tell(WATCHDOG="1", STATUS=f"{pipeline.seq} events, {pipeline.waiting} waiting")
        await asyncio.sleep(every_s)
