"""Two paths and a disk that fails: what is decided in the core is done, and nobody waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import ButtonPressed, StoreFault
from heimvakt.core.heard import Asked, Question
from heimvakt.core.reports import Wanted
from heimvakt.core.retry import Schedule
from heimvakt.core.uplink import Waits
from tests.support.homes import EVENING
from tests.support.memory_uplink import answer
from tests.support.shipped import route
from tests.support.timed import in_time, timed

PRESS = ButtonPressed(device_id="button")
FAULT = StoreFault(reason="damage", set_aside="x", saved="all")
"""An alarm of medium priority."""
BOTH = ("broadband", "mobile")
QUICK = Schedule(first_s=0.05)
QUESTION = Asked(receiver="centre", question=Question.OUTSTANDING, question_id="q-1", by="op-7")


async def test_a_high_alarm_goes_on_every_path_and_says_which_and_is_not_read_first(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, paths=BOTH) as r:
        await asyncio.sleep(0.05)  # the first reading of the outbox is over
        r.store.reads.clear()
        await r.raise_by(PRESS)
        for uplink, path in zip(r.uplinks, BOTH, strict=True):
            await uplink.until(lambda uplink=uplink: len(uplink.sent) == 1)  # type: ignore[misc]
            assert uplink.sent[0][1].path == path
        assert r.store.reads == []


async def test_an_alarm_has_gone_before_whoever_waits_for_the_commit_goes_on(
    tmp_path: Path,
) -> None:
    async with route(tmp_path) as r:
        await asyncio.sleep(0.05)
        alarm = await r.raise_by(PRESS)
        assert r.uplink.numbers() == [alarm.number]


@timed
async def test_a_medium_alarm_takes_the_first_path_and_after_a_second_the_next(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, paths=BOTH) as r:
        broadband, mobile = r.uplinks
        broadband.confirms.clear()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await r.raise_by(FAULT)
        await mobile.until(lambda: len(mobile.sent) == 1)
        took_s = loop.time() - began
        assert len(broadband.sent) == 1
        assert took_s >= 0.9
        in_time(took_s, 2.0)


async def test_a_path_that_goes_takes_no_others_with_it(tmp_path: Path) -> None:
    async with route(tmp_path, paths=BOTH) as r:
        broadband, mobile = r.uplinks
        for uplink in r.uplinks:
            uplink.confirms.clear()
        await r.raise_by(PRESS)
        await mobile.until(lambda: len(mobile.sent) == 1)
        broadband.cut()
        mobile.confirms.set()
        await r.raise_by(FAULT)
        await mobile.until(lambda: mobile.numbers() == [1, 2])
        broadband.confirms.set()
        broadband.mend()
        await broadband.until(lambda: broadband.numbers() == [1, 1])
        assert mobile.numbers() == [1, 2], "what it has confirmed does not go again"


async def test_the_order_that_is_preferred_is_kept(tmp_path: Path) -> None:
    async with route(tmp_path, paths=BOTH) as r:
        r.shipping.prefer(["mobile", "broadband"])
        await r.raise_by(FAULT)
        mobile = r.uplinks[1]
        await mobile.until(lambda: len(mobile.sent) == 1)
        assert r.uplink.sent == []


async def test_a_high_alarm_ends_the_pause_of_a_path_that_is_away_and_says_how_urgent_it_is(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, paths=BOTH, cut=True) as r:
        await r.raise_by(FAULT)
        assert [uplink.hurried for uplink in r.uplinks] == [1, 1]
        await asyncio.sleep(0.05)
        assert {uplink.waits for uplink in r.uplinks} == {Waits.SOMETHING}
        alarm = await r.raise_by(PRESS)
        await asyncio.sleep(0.05)
        assert {uplink.waits for uplink in r.uplinks} == {Waits.HIGH}
        r.uplinks[1].mend()
        await r.uplinks[1].until(lambda: r.uplinks[1].numbers() == [2, 1])
        await r.shipping.hear(answer(alarm))
        await r.shipping.hear(answer(r.uplinks[1].sent[1][0]))
        await asyncio.sleep(0.05)
        assert r.uplink.waits is Waits.NOTHING


async def test_what_is_offered_while_shipping_does_not_run_goes_out_when_it_does(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, runs=False) as r:
        await r.raise_by(PRESS)
        task = asyncio.get_running_loop().create_task(r.shipping.run())
        await r.uplink.until(lambda: r.uplink.numbers() == [1])
        task.cancel()
        await asyncio.wait([task])
        await r.raise_by(FAULT)  # and while it ends and has ended
        assert r.uplink.numbers() == [1]


# --- the same answer on two paths -----------------------------------------------------------------


async def test_the_same_answer_on_two_paths_at_once_is_one_event(tmp_path: Path) -> None:
    async with route(tmp_path, paths=BOTH) as r:
        alarm = await r.raise_by(PRESS)
        await asyncio.gather(r.shipping.hear(answer(alarm)), r.shipping.hear(answer(alarm)))
        assert r.state_of(alarm) is AlarmState.DELIVERED
        assert r.shipping.counts == {"nothing-new": 1}


# --- a disk that fails ----------------------------------------------------------------------------


async def test_an_alarm_from_memory_says_so_and_is_sent_once_when_the_disk_has_it_too(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, paths=BOTH) as r:
        alarm = await r.raise_by(PRESS)
    async with route(tmp_path / "other", paths=BOTH) as r:
        r.shipping.offer_unsaved(alarm)
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
        assert not r.uplink.sent[0][1].durable
        await r.shipping.hear(answer(alarm))
        assert r.shipping.counts == {"not-saved": 1}, "no alarm of this id is known yet"
        saved = await r.raise_by(PRESS)
        assert saved.alarm_id == alarm.alarm_id, "the numbers of both homes begin alike"
        await asyncio.sleep(0.05)
        assert len(r.uplink.sent) == 1
        r.uplink.cut()
        r.uplink.mend()
        await r.uplink.until(lambda: len(r.uplink.sent) == 2)
        assert r.uplink.sent[1][1].durable, "now it is"
        await r.shipping.hear(answer(saved))
        assert r.state_of(saved) is AlarmState.DELIVERED


async def test_alarms_from_memory_have_a_limit(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
    async with route(tmp_path / "other") as r:
        for number in range(150):
            r.shipping.offer_unsaved(replace(alarm, alarm_id=f"no-1-{number}", number=number))
        await r.uplink.until(lambda: len(r.uplink.sent) == 100)
        assert r.shipping.counts == {"unsaved-too-many": 50}


async def test_an_outbox_that_cannot_be_read_is_read_again_and_keeps_nobody_at_home(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with route(tmp_path, cut=True) as r:
        await r.raise_by(FAULT)
    async with route(tmp_path, cut=True) as r:
        r.store.unreadable = True
        r.uplink.mend()
        await r.raise_by(PRESS)
        await r.uplink.until(lambda: r.uplink.numbers() == [2])
        await asyncio.sleep(0.2)
        r.store.unreadable = False
        await r.uplink.until(lambda: r.uplink.numbers() == [2, 1])
        assert r.shipping.counts["store-unavailable"] >= 1
    assert capsys.readouterr().out.count("the outbox cannot be read") == 1


async def test_a_disk_that_hangs_keeps_no_alarm_at_home_that_is_known(tmp_path: Path) -> None:
    async with route(tmp_path, QUICK) as r:
        r.store.answers.clear()
        alarm = await r.raise_by(PRESS)
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
        r.shipping.offer_unsaved(replace(alarm, alarm_id="no-1-99", number=99))
        await r.uplink.until(lambda: r.uplink.numbers().count(99) == 3)


async def test_a_run_that_is_ended_while_it_reads_reads_again_when_it_is_run_again(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, wanted=Wanted.TELEMETRY, cut=True) as r:
        await r.raise_by(FAULT)
    async with route(tmp_path, wanted=Wanted.TELEMETRY, runs=False) as r:
        r.store.answers.clear()
        loop = asyncio.get_running_loop()
        for _ in range(2):
            task = loop.create_task(r.shipping.run())
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.wait([task])
        r.store.answers.set()
        task = loop.create_task(r.shipping.run())
        await r.uplink.until(lambda: r.uplink.numbers() == [1] and len(r.uplink.reported) > 0)
        task.cancel()
        await asyncio.wait([task])


async def test_an_answer_waits_for_a_disk_that_cannot_be_read(tmp_path: Path) -> None:
    async with route(tmp_path, knows=False) as r:
        alarm = await r.raise_by(PRESS)
        r.store.unreadable = True
        hearing = asyncio.get_running_loop().create_task(r.shipping.hear(answer(alarm)))
        await asyncio.sleep(0.1)
        assert not hearing.done(), "the transport must not forget it"
        r.store.unreadable = False
        await hearing
        assert r.state_of(alarm) is AlarmState.DELIVERED


# --- questions ------------------------------------------------------------------------------------


async def test_which_alarms_are_open_is_answered_on_a_path_that_stands(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
    async with route(tmp_path / "other", paths=BOTH, outstanding=lambda: [alarm]) as r:
        await asyncio.sleep(0.05)  # it has seen that both stand
        r.uplink.cut()
        mobile = r.uplinks[1]
        await r.shipping.hear(QUESTION)
        await mobile.until(lambda: len(mobile.told) == 1)
        assert mobile.told == [(QUESTION, (alarm,))]


async def test_a_flood_of_questions_is_answered_a_few_at_a_time_and_holds_nothing_up(
    tmp_path: Path,
) -> None:
    async with route(tmp_path) as r:
        await asyncio.sleep(0.05)
        r.uplink.confirms.clear()
        for _ in range(50):
            await r.shipping.hear(QUESTION)
        await asyncio.sleep(0.05)
        assert len(r.uplink.told) == 4
        assert r.shipping.counts["questions-too-many"] == 46
        alarm = await r.raise_by(PRESS)
        await r.uplink.until(lambda: r.uplink.numbers() == [alarm.number])
    assert alarm.began_at == EVENING
