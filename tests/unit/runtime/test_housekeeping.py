"""The store is kept in quiet moments, drops are told once, and a dead disk is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from heimvakt.core.events import ClockQuality, RecordsDropped
from heimvakt.core.ledger import Dropped, StoreUnavailable
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.housekeeping import PIECES_MAX, run_housekeeping
from tests.support.beside import beside
from tests.support.homes import EVENING
from tests.support.lives import journal, live

DROP = Dropped(drop_id=3, what="telemetry", count=12, first=1, last=40, reason="bytes")


class Untidy:
    """A store that is dead at first, then has dropped something and has a lot to tidy up."""

    def __init__(self) -> None:
        self.dead = 2
        self.drops: list[Dropped] = [DROP]
        self.pieces = 0
        self.clock_is_set: bool | None = None
        self.rounds = 0
        self.turned = asyncio.Event()

    async def tell_drops(self) -> Sequence[Dropped]:
        self.rounds += 1
        if self.rounds >= 5:
            self.turned.set()
        if self.dead:
            self.dead -= 1
            raise StoreUnavailable("the disk is dead")
        told, self.drops = self.drops, []
        return told

    async def keep_house(self, now: datetime, *, clock_is_set: bool) -> bool:
        self.pieces += 1
        self.clock_is_set = clock_is_set
        return True


class Lost(DrivenClock):
    """A clock that nobody has set."""

    def quality(self) -> ClockQuality:
        return ClockQuality.UNKNOWN


async def keep(store: Untidy, directory: Path, clock: DrivenClock) -> None:
    async with live(directory) as life:
        task = run_housekeeping(life.pipeline, store, clock, every_s=0.0)  # type: ignore[arg-type]
        async with beside(task), asyncio.timeout(30):
            await store.turned.wait()


async def test_a_dead_disk_is_waited_for_and_drops_are_told_once(tmp_path: Path) -> None:
    store = Untidy()
    await keep(store, tmp_path, DrivenClock(EVENING))
    [told] = [e for e in journal(tmp_path) if isinstance(e, RecordsDropped)]
    assert (told.drop_id, told.what, told.count) == (3, "telemetry", 12)
    assert (told.first, told.last, told.reason) == (1, 40, "bytes")


async def test_no_round_is_without_an_end_and_the_clock_is_asked(tmp_path: Path) -> None:
    store = Untidy()
    await keep(store, tmp_path, Lost(EVENING))
    assert store.clock_is_set is False
    assert 0 < store.pieces <= PIECES_MAX * store.rounds
