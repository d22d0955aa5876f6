"""The log is followed at the start and each day; what is broken is told."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt.core.audit_chain import BEGINNING, Row, linked
from heimvakt.core.events import AuditBroken, Event
from heimvakt.core.ledger import AuditPage, StoreUnavailable
from heimvakt.runtime import audit_watch
from heimvakt.runtime.audit_watch import AuditWatch
from tests.support.beside import beside
from tests.support.orders import audited


class Log:
    def __init__(self, count: int) -> None:
        self.rows: list[Row] = []
        previous = BEGINNING
        for number in range(1, count + 1):
            self.rows.append(linked(number, previous, audited(number)))
            previous = self.rows[-1].hash
        self.away = 0
        self.looks: asyncio.Queue[int] = asyncio.Queue()
        self.told: asyncio.Queue[Event] = asyncio.Queue()

    async def audit(self, after: int, limit: int) -> AuditPage:
        if self.away:
            self.away -= 1
            self.looks.put_nowait(-1)
            raise StoreUnavailable("the disk")
        rows = [row for row in self.rows if row.number > after][:limit]
        self.looks.put_nowait(after)
        return AuditPage(tuple(rows), self.rows[-1].number if self.rows else 0)

    async def emit(self, *events: Event) -> None:
        for event in events:
            self.told.put_nowait(event)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_watch, "PAGE", 4)
    monkeypatch.setattr(audit_watch, "PAUSE_S", 0.0)


async def test_a_whole_log_is_followed_to_its_end_and_nothing_is_told() -> None:
    log = Log(10)
    async with beside(AuditWatch(log, log.emit, every_s=0.0).run()), asyncio.timeout(30):
        assert [await log.looks.get() for _ in range(6)] == [0, 4, 8, 0, 4, 8]
    assert log.told.empty()


async def test_a_broken_one_is_told_with_its_place() -> None:
    log = Log(10)
    del log.rows[6]
    async with beside(AuditWatch(log, log.emit).run()), asyncio.timeout(30):
        told = await log.told.get()
    assert isinstance(told, AuditBroken)
    assert (told.number, told.reason) == (7, "rows 7 to 7 are gone")


async def test_a_disk_that_is_away_is_asked_again_the_next_time() -> None:
    log = Log(3)
    log.away = 1
    async with beside(AuditWatch(log, log.emit, every_s=0.0).run()), asyncio.timeout(30):
        assert [await log.looks.get() for _ in range(2)] == [-1, 0]
    assert log.told.empty()
