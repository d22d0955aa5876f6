"""The figures of a month are told when it is over, until the receiver answers, and then no more."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from heimvakt.core.events import ButtonPressed, ClockQuality, Event, SummaryDelivered
from heimvakt.core.heard import MonthReceipt
from heimvakt.core.summary import Summary
from heimvakt.core.uplink import NobodyThere
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.monthly import Monthly
from tests.support.beside import beside
from tests.support.homes import OSLO, home
from tests.support.lives import Life, journal, live
from tests.support.memory_uplink import MemoryUplink

HOME = replace(home(), zone=OSLO)
LATE = datetime(2026, 11, 30, 23, 0, tzinfo=OSLO)
TURN = datetime(2026, 12, 1, tzinfo=OSLO)
WITHIN_S = 20.0


class Centre(MemoryUplink):
    """Tells when it was told a month."""

    def __init__(self, path: str = "default") -> None:
        super().__init__(path=path)
        self._news = asyncio.Event()
        self.nobody = False

    async def tell_month(self, summary: Summary, at: datetime) -> None:
        try:
            await super().tell_month(summary, at)
        finally:
            self._news.set()
        if self.nobody:
            raise NobodyThere(self.name)

    async def heard(self, count: int) -> list[str]:
        """The months, once there are so many."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.months) < count:
                self._news.clear()
                await self._news.wait()
        return [summary.month for summary in self.months]


@asynccontextmanager
async def telling(
    folder: Path, at: datetime, *uplinks: MemoryUplink, again_s: float = 3600.0
) -> AsyncIterator[tuple[Life, Monthly]]:
    async with live(folder, DrivenClock(at), of=HOME) as life:
        monthly = Monthly(
            life.pipeline,
            life.clock,
            {"centre": uplinks},
            random.Random(1),
            spread_s=0.0,
            again_s=again_s,
        )
        async with beside(monthly.run()):
            yield life, monthly


async def november(folder: Path) -> None:
    """Live through the last evening of it."""
    async with live(folder, DrivenClock(LATE), of=HOME) as life:
        await life.pipeline.emit(ButtonPressed(device_id="button"))


def receipt(month: str = "2026-11", receiver: str = "centre") -> MonthReceipt:
    return MonthReceipt(receiver=receiver, month=month, by="system")


async def turns() -> None:
    """Let everybody who can go on do so."""
    for _ in range(50):
        await asyncio.sleep(0)


def delivered(folder: Path) -> list[Event]:
    return [event for event in journal(folder) if isinstance(event, SummaryDelivered)]


async def test_it_is_told_at_the_turn_of_the_month_and_once_over_restarts(tmp_path: Path) -> None:
    centre = Centre()
    async with telling(tmp_path, LATE, centre) as (life, monthly):
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        await turns()
        life.clock.drive(TURN - timedelta(seconds=1))
        await turns()
        assert centre.months == [], "it is not over"
        life.clock.drive(TURN)
        assert await centre.heard(1) == ["2026-11"]
        (told,) = centre.months
        assert (told.is_over, told.elapsed_s, told.on_s) == (True, 3600, 3600)
        assert [(alarm.rule, alarm.raised) for alarm in told.alarms] == [("button", 1)]
        await asyncio.gather(monthly.take(receipt()), monthly.take(receipt()))
        await monthly.take(receipt())
    later = Centre()
    async with telling(tmp_path, TURN + timedelta(hours=1), later):
        await turns()
    assert later.months == []
    assert len(delivered(tmp_path)) == 1


async def test_a_month_that_ended_while_the_gateway_was_off_is_told_late(tmp_path: Path) -> None:
    await november(tmp_path)
    centre = Centre()
    async with telling(tmp_path, TURN + timedelta(days=40), centre) as (_, monthly):
        assert await centre.heard(1) == ["2026-11"]
        await monthly.take(receipt())
        await turns()
    assert len(centre.months) == 1, "of December nobody knows anything"


async def test_what_nobody_answers_for_is_told_again_and_after_a_restart(tmp_path: Path) -> None:
    await november(tmp_path)
    centre = Centre()
    centre.nobody = True
    async with telling(tmp_path, TURN, centre, again_s=0.01):
        assert (await centre.heard(3))[:3] == ["2026-11"] * 3
    again = Centre()
    async with telling(tmp_path, TURN, again):
        assert await again.heard(1) == ["2026-11"]


async def test_it_goes_on_the_path_that_stands_or_when_one_does(tmp_path: Path) -> None:
    await november(tmp_path)
    first, second = Centre("broadband"), Centre("mobile")
    first.cut()
    second.cut()
    async with telling(tmp_path, TURN, first, second):
        await turns()
        second.mend()
        assert await second.heard(1) == ["2026-11"]
    assert first.months == []


async def test_a_clock_that_nobody_believes_ends_no_month(tmp_path: Path) -> None:
    await november(tmp_path)
    centre, clock = Centre(), DrivenClock(TURN)
    clock.quality = lambda: ClockQuality.UNKNOWN  # type: ignore[method-assign]
    async with live(tmp_path, clock, of=HOME) as life:
        monthly = Monthly(life.pipeline, clock, {"centre": [centre]}, random.Random(1))
        async with beside(monthly.run()):
            await turns()
    assert centre.months == []


async def test_a_receipt_for_what_is_not_owed_is_left(tmp_path: Path) -> None:
    centre = Centre()
    async with telling(tmp_path, LATE, centre) as (_, monthly):
        for one in (receipt(), receipt("2026-10"), receipt(receiver="stranger")):
            await monthly.take(one)
    assert delivered(tmp_path) == []
