"""Play a scene on its stage: drive the clock, let things happen in their time, count what came."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from .stage import Stage

TICK_S = 0.1
"""Between two moments the clock goes on in steps of this much real time."""


async def play(
    stage: Stage,
    *,
    speed: float,
    for_s: float | None,
    show_time: Callable[[datetime], None],
    before: Callable[[str, str], None],
) -> None:
    """Play until the scene ends or `for_s` seconds of real time are over.

    `speed` is home time over real time; 0 is as fast as the wire, the rules and the disk go. The
    home's clock waits for each frame to be journalled, so that the same things happen at any speed.
    """
    loop = asyncio.get_running_loop()
    ends_s = None if for_s is None else loop.time() + for_s
    home_now = stage.scene.start

    async def advance(to: datetime) -> bool:
        nonlocal home_now
        while home_now < to:
            if ends_s is not None and loop.time() >= ends_s:
                return False
            before_s = loop.time()
            if speed:
                # From where the home is now: what an act took is not made up for by a rush.
                await asyncio.sleep(min(TICK_S, (to - home_now).total_seconds() / speed))
                passed = timedelta(seconds=(loop.time() - before_s) * speed)
                home_now = min(home_now + passed, to)
            else:
                home_now = to
            await stage.link.advance(home_now)
            show_time(home_now)
        return True

    for moment in stage.scene.moments:
        if not await advance(moment.at):
            return
        if moment.said:
            before(moment.device_id, moment.said)
        await stage.act(moment)
    if stage.scene.end is not None:
        await advance(stage.scene.end)


def journalled(folder: Path, seqs: list[int]) -> int:
    """How many of these places are in the journal on disk, read after the daemon has ended."""
    uri = f"file:{folder / 'state' / 'heimvakt.db'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        held = {seq for (seq,) in connection.execute("SELECT seq FROM journal")}
    return len(held.intersection(seqs))
