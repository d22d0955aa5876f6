"""Feed systemd's watchdog with proof: the pipeline turned over and a commit succeeded since.

The proof is a commit through the pipeline's own inbox. When nothing else was committed a mark is
written, so that the next start knows within a minute when the gateway was last alive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .notify import Notifier
from .pipeline import Pipeline

MARK_S = 60.0
"""Without a watchdog the mark is still made, this often."""


async def run_alive(
    pipeline: Pipeline, notifier: Notifier, sign: Callable[[], str] = lambda: "armed"
) -> None:
    """Prove life three times in each of the watchdog's intervals, until cancelled.

    `sign` is what those who live there are shown, for the status that systemd shows.

    A pipeline or a store that hangs makes this hang, and systemd ends and starts the process.
    """
    every_s = notifier.watchdog_s / 3 if notifier.watchdog_s else MARK_S
    commits = pipeline.commits
    while True:
        if pipeline.commits == commits:
            await pipeline.prove()
        commits = pipeline.commits
        said = f"{sign()}: {pipeline.seq} events, {pipeline.waiting} waiting"
        notifier.tell(WATCHDOG="1", STATUS=said)
        await asyncio.sleep(every_s)
