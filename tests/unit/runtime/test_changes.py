"""What became of a change is told to each receiver until its broker has it, and then no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from heimvakt.core.events import ChangeDelivered, ChangeOf, ChangeOutcome, ChangeTold
from heimvakt.core.updates import owed
from heimvakt.core.uplink import NobodyThere, NotConnected
from heimvakt.runtime.changes import Changes
from tests.support.beside import beside
from tests.support.lives import Life, journal, live
from tests.support.memory_uplink import MemoryUplink

WITHIN_S = 20.0


class Centre(MemoryUplink):
    """May be told in vain."""

    def __init__(self, path: str = "default") -> None:
        super().__init__(path=path)
        self.says: list[Exception] = []

    async def tell_change(self, told: ChangeTold, at: datetime) -> None:
        await super().tell_change(told, at)
        if self.says:
            raise self.says.pop(0)

    async def heard(self, count: int) -> list[str]:
        """The outcomes, once there are so many."""
        await self.until(lambda: len(self.changes) >= count)
        return [told.outcome.value for told in self.changes]


def told(outcome: ChangeOutcome) -> ChangeTold:
    return ChangeTold(
        change_id="change-1", what=ChangeOf.CONFIGURATION, outcome=outcome, before="a", after="b"
    )


@asynccontextmanager
async def telling(folder: Path, *uplinks: Centre, again_s: float = 3600.0) -> AsyncIterator[Life]:
    async with live(folder) as life:
        changes = Changes(life.pipeline, life.clock, {"centre": uplinks}, again_s=again_s)
        stop = life.pipeline.watch(changes.watch)
        async with beside(changes.run()):
            yield life
        stop()


async def all_heard(life: Life) -> None:
    """Return when nothing is owed."""
    delivered = asyncio.Event()
    stop = life.pipeline.watch(lambda _: delivered.set())
    async with asyncio.timeout(WITHIN_S):
        while owed(life.pipeline.state, "centre"):
            delivered.clear()
            await delivered.wait()
    stop()


async def test_each_outcome_is_told_once_also_over_a_restart(tmp_path: Path) -> None:
    centre = Centre()
    async with telling(tmp_path, centre) as life:
        await life.pipeline.emit(told(ChangeOutcome.APPLIED))
        assert await centre.heard(1) == ["applied"]
        await all_heard(life)
    async with telling(tmp_path, centre) as life:
        await life.pipeline.emit(told(ChangeOutcome.KEPT))
        assert await centre.heard(2) == ["applied", "kept"]
        await all_heard(life)
    heard = [e for e in journal(tmp_path) if isinstance(e, ChangeDelivered)]
    assert [(e.outcome, e.receiver) for e in heard] == [
        (ChangeOutcome.APPLIED, "centre"),
        (ChangeOutcome.KEPT, "centre"),
    ]


async def test_what_happened_while_nobody_could_be_reached_is_told_when_it_can(
    tmp_path: Path,
) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(told(ChangeOutcome.APPLIED), told(ChangeOutcome.RETURNED))
    centre = Centre()
    centre.cut()
    async with telling(tmp_path, centre) as life:
        await life.pipeline.prove()
        assert centre.changes == []
        centre.mend()
        assert await centre.heard(2) == ["applied", "returned"]
        await all_heard(life)


async def test_a_path_that_does_not_take_it_is_not_the_only_one(tmp_path: Path) -> None:
    broadband, mobile = Centre("broadband"), Centre("mobile")
    broadband.says = [NotConnected("it ended")]
    async with telling(tmp_path, broadband, mobile) as life:
        await life.pipeline.emit(told(ChangeOutcome.KEPT))
        assert await mobile.heard(1) == ["kept"]
        await all_heard(life)


async def test_what_is_brought_to_nobody_is_told_again(tmp_path: Path) -> None:
    centre = Centre()
    centre.says = [NobodyThere("nobody")]
    async with telling(tmp_path, centre, again_s=0.01) as life:
        await life.pipeline.emit(told(ChangeOutcome.KEPT))
        assert await centre.heard(2) == ["kept", "kept"]
        await all_heard(life)
