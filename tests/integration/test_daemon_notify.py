"""What the real daemon tells systemd, and when it does not.

With a store that hangs there is no proof of life: the watchdog is not fed, and systemd ends the
process. Without a watchdog the process ends by itself when the pipeline is out of restarts.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

from tests.support.home import home
from tests.support.notices import Notices
from tests.support.timed import in_time, timed

WATCHDOG_S = 0.6
TRIES = 10


@timed
async def test_ready_watchdog_and_stopping_are_told_in_this_order() -> None:
    async with home() as h, h.running(watchdog_s=WATCHDOG_S) as service:
        notices = service.notices
        await notices.until(lambda: len(notices.of("WATCHDOG")) >= 4)
        beats = [notice.at for notice in notices.of("WATCHDOG")]
        pauses = [after - before for before, after in pairwise(beats)]
        await service.stop()
    assert len(notices.of("READY")) == 1
    assert len(notices.of("STOPPING")) == 1
    order = [key for n in notices.heard for key in n.fields if key in ("READY", "STOPPING")]
    assert order == ["READY", "STOPPING"]
    assert notices.of("STATUS")
    in_time(sorted(pauses)[len(pauses) // 2], WATCHDOG_S / 2, "half of it, as systemd advises,")


async def test_a_store_that_hangs_starves_the_watchdog_and_what_waited_is_committed_after() -> None:
    async with home() as h, h.running(watchdog_s=WATCHDOG_S) as service:
        notices = service.notices
        async with service.link() as (_, watched):
            with _locked(h.database):
                await h.pendant.press()
                fed = await _starved(notices)
                assert not watched.events("button-pressed")
                told = await h.centre.alarm("button")  # also behind a proof of life that hangs
                assert told["not_durable"] is True, "told before it was stored, and said so"
            await h.centre.alarm("button")
            await watched.event("button-pressed")
        await notices.until(lambda: len(notices.of("WATCHDOG")) > fed)
        assert service.process.returncode is None


async def _starved(notices: Notices) -> int:
    """How often it was fed until it was not for three times as long as it may wait: what was proven
    before the lock may still be on its way, and for how long the machine decides."""
    for _ in range(TRIES):
        fed = len(notices.of("WATCHDOG"))
        await asyncio.sleep(3 * WATCHDOG_S)
        if len(notices.of("WATCHDOG")) == fed:
            return fed
    raise AssertionError("fed without a commit")


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Nobody else can write; a disk that stalls looks like this."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
