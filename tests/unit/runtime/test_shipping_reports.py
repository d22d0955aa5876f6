"""Reports: told in batches, behind alarms, and only what is answered for moves the place."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from heimvakt.core.events import ButtonPressed, DeviceSeen, DoorOpened, StoreFault
from heimvakt.core.reports import ReportClass, Wanted
from heimvakt.core.uplink import ReportBatch
from tests.support.memory_uplink import MemoryUplink, receipt
from tests.support.shipped import Route, route

PRESS = ButtonPressed(device_id="button")
FAULT = StoreFault(reason="damage", set_aside="x", saved="all")
SEEN = DeviceSeen(device_id="hall")


def told(uplink: MemoryUplink) -> set[str]:
    """The kinds of all events that it was given."""
    return {json.loads(e.body)["kind"] for batch in uplink.reported for e in batch.events}


async def answer_all(r: Route) -> None:
    """Until nothing waits."""
    answered: set[str] = set()
    async with asyncio.timeout(30):
        while await r.reports_waiting():
            await r.uplink.until(lambda: {b.batch_id for b in r.uplink.reported} > answered)
            for batch in r.uplink.reported:
                if batch.batch_id not in answered:
                    await r.shipping.hear(receipt(batch))
                    answered.add(batch.batch_id)


async def test_who_wants_everything_is_told_everything_and_who_wants_nothing_nothing(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, wanted=Wanted.TELEMETRY) as r:
        for _ in range(20):
            await r.life.pipeline.emit(SEEN, DoorOpened(device_id="front-door"))
        await answer_all(r)
        assert told(r.uplink) >= {"gateway-started", "device-seen", "door-opened"}
        assert r.uplink.reported[0].of is ReportClass.INFORMATION
        assert len(r.uplink.reported) <= 6, "in batches"
    async with route(tmp_path / "other") as r:
        await r.life.pipeline.emit(SEEN)
        await asyncio.sleep(1.2)
        assert r.uplink.reported == []


async def test_after_a_start_it_goes_on_where_the_receiver_has_answered(tmp_path: Path) -> None:
    async with route(tmp_path, wanted=Wanted.TELEMETRY) as r:
        await r.life.pipeline.emit(SEEN)
        await r.uplink.until(lambda: ReportClass.TELEMETRY in {b.of for b in r.uplink.reported})
        first = list(r.uplink.reported)
    async with route(tmp_path, wanted=Wanted.TELEMETRY) as r:
        await r.uplink.until(lambda: ReportClass.TELEMETRY in {b.of for b in r.uplink.reported})
        again = next(b for b in r.uplink.reported if b.of is ReportClass.TELEMETRY)
        assert again in first, "nobody had answered"
        await answer_all(r)
    async with route(tmp_path, wanted=Wanted.TELEMETRY) as r:
        await answer_all(r)
        assert ReportClass.TELEMETRY not in {b.of for b in r.uplink.reported}


async def test_a_receipt_for_no_batch_of_ours_is_counted_and_moves_nothing(tmp_path: Path) -> None:
    async with route(tmp_path, wanted=Wanted.INFORMATION) as r:
        await r.uplink.until(lambda: len(r.uplink.reported) == 1)
        await r.shipping.hear(receipt("information-1-999999"))
        assert r.shipping.counts == {"unknown-batch": 1}
        assert await r.reports_waiting() == 1


async def test_an_alarm_that_was_not_sent_yet_goes_before_every_report(tmp_path: Path) -> None:
    async with route(tmp_path, cut=True, wanted=Wanted.TELEMETRY) as r:
        for _ in range(30):
            await r.raise_by(FAULT)
        r.uplink.confirms.clear()
        r.uplink.mend()
        await r.uplink.until(lambda: len(r.uplink.sent) == 20)
        await asyncio.sleep(0.05)
        assert r.uplink.reported == []
        r.uplink.confirms.set()
        await r.uplink.until(lambda: len(r.uplink.reported) > 0)
        assert len(r.uplink.sent) == 30


async def test_reports_go_on_over_the_next_path_when_the_first_is_cut(tmp_path: Path) -> None:
    async with route(tmp_path, paths=("broadband", "mobile"), wanted=Wanted.TELEMETRY) as r:
        broadband, mobile = r.uplinks
        broadband.confirms.clear()
        await broadband.until(lambda: len(broadband.reported) == 1)
        broadband.cut()
        await mobile.until(lambda: len(mobile.reported) == 1)
        assert mobile.reported[0] == broadband.reported[0]


async def test_an_event_that_no_message_can_say_does_not_keep_the_others_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good: list[int] = []

    async def report(_: MemoryUplink, batch: ReportBatch) -> None:
        numbers = [event.seq for event in batch.events]
        if 4 in numbers:
            raise ValueError("no message can say that")
        good.extend(numbers)

    monkeypatch.setattr(MemoryUplink, "report", report)
    async with route(tmp_path, cut=True, wanted=Wanted.TELEMETRY) as r:
        await r.life.pipeline.emit(*[SEEN] * 9)
        r.uplink.mend()
        async with asyncio.timeout(30):
            while len(good) < 9:  # noqa: ASYNC110 - what replaces the method wakes nobody
                await asyncio.sleep(0.01)
        assert sorted(good) == [1, 2, 3, 5, 6, 7, 8, 9, 10]
        assert r.shipping.counts["report-unsendable"] == 1
