"""Again and again until the receiver itself answers; the transport's word is no delivery."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core import unheard
from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.events import (
    AlarmAcknowledged,
    ButtonPressed,
    DeviceSeen,
    RadioBack,
    RadioLost,
    StoreFault,
)
from heimvakt.core.heard import Answer
from heimvakt.core.retry import Schedule
from tests.support.homes import EVENING
from tests.support.lives import journal
from tests.support.memory_uplink import answer
from tests.support.shipped import Route, route

PRESS = ButtonPressed(device_id="button")
FAULT = StoreFault(reason="damage", set_aside="x", saved="all")
"""Each is an alarm of medium priority."""
QUICK = Schedule(first_s=0.02, first_times=3, later_s=30.0)


async def test_an_alarm_goes_out_at_once_and_what_the_transport_says_is_no_delivery(
    tmp_path: Path,
) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
        told, sending = r.uplink.sent[0]
        assert (told, sending.attempt, sending.sent_at) == (alarm, 1, EVENING)
        assert r.state_of(alarm) is AlarmState.RAISED
        assert await r.waiting() == [1]


async def test_the_receivers_answer_is_an_event_and_takes_it_out_of_the_outbox(
    tmp_path: Path,
) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
        await r.shipping.hear(answer(alarm))
        assert r.state_of(alarm) is AlarmState.DELIVERED
        assert await r.waiting() == []
    assert [event.kind for event in journal(tmp_path)][-1] == "alarm-delivered"


async def test_the_answer_for_an_alarm_of_this_life_reads_nothing(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
        r.store.reads.clear()
        await r.shipping.hear(answer(alarm))
        assert r.store.reads == []
        assert await r.waiting() == []


async def test_without_an_answer_it_is_sent_again_under_the_same_id(tmp_path: Path) -> None:
    async with route(tmp_path, QUICK) as r:
        alarm = await r.raise_by(PRESS)
        await r.uplink.until(lambda: len(r.uplink.sent) == 4)
        assert {a.alarm_id for a, _ in r.uplink.sent} == {alarm.alarm_id}
        assert [sending.attempt for _, sending in r.uplink.sent] == [1, 2, 3, 4]
        await r.shipping.hear(answer(alarm))
        await asyncio.sleep(0.1)
        assert len(r.uplink.sent) == 4


async def test_a_person_who_accepts_proves_that_it_was_delivered(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
        await r.shipping.hear(answer(alarm, Answer.ACCEPTED))
        taken = r.life.pipeline.state.alarms[alarm.alarm_id]
        assert (taken.state, taken.accepted_by) == (AlarmState.ACCEPTED, "centre: op-7")
        assert taken.delivered_at == EVENING
        await r.shipping.hear(answer(alarm, Answer.CLOSED))
        assert r.life.pipeline.state.alarms == {}


async def test_an_answer_that_comes_twice_is_counted_and_changes_nothing(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
        for _ in range(3):
            await r.shipping.hear(answer(alarm, Answer.ACCEPTED))
        assert r.shipping.counts == {"nothing-new": 2}
    kinds = [event.kind for event in journal(tmp_path)]
    assert kinds.count("alarm-acknowledged") == kinds.count("alarm-delivered") == 1


@pytest.mark.parametrize(
    ("revision", "alarm_id", "reason"),
    [(0, "no-1505-004711-99", "unknown-alarm"), (7, "no-1505-004711-1", "unknown-revision")],
)
async def test_an_answer_for_what_never_was_is_counted_logged_once_and_ignored(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    revision: int,
    alarm_id: str,
    reason: str,
) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
        for _ in range(3):
            await r.shipping.hear(answer(alarm_id, revision=revision))
        assert r.shipping.counts == {reason: 3}
        assert r.state_of(alarm) is AlarmState.RAISED
        assert await r.waiting() == [1]
    assert capsys.readouterr().out.count("answer ignored") == 1


async def test_an_answer_for_what_it_was_before_leaves_the_newer_revision_waiting(
    tmp_path: Path,
) -> None:
    async with route(tmp_path) as r:
        lost = RadioLost(driver="zigbee", reason="gone")
        await r.life.pipeline.emit(lost)
        r.life.clock.drive(EVENING.replace(hour=22))
        await r.life.pipeline.fire_due()
        (alarm,) = r.life.pipeline.state.alarms.values()
        await r.life.pipeline.emit(RadioBack(driver="zigbee"))
        await r.shipping.hear(answer(alarm, revision=0))
        assert await r.waiting() == [1]
        await r.uplink.until(lambda: r.uplink.sent[-1][0].revision == 1)
        await r.shipping.hear(answer(alarm, revision=1))
        assert await r.waiting() == []


async def test_what_was_raised_while_nobody_could_be_reached_goes_out_in_order(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, cut=True) as r:
        for event in (FAULT, FAULT, PRESS, FAULT):
            await r.raise_by(event)
        r.uplink.mend()
        await r.uplink.until(lambda: len(r.uplink.sent) == 4)
        assert r.uplink.numbers() == [3, 1, 2, 4]


async def test_a_connection_that_was_lost_unnoticed_loses_no_alarm(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        await r.raise_by(PRESS)
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
        r.uplink.cut()
        await r.raise_by(FAULT)
        r.uplink.mend()
        await r.uplink.until(lambda: 2 in r.uplink.numbers())


async def test_behind_a_transport_that_confirms_nothing_a_high_alarm_still_goes_out(
    tmp_path: Path,
) -> None:
    async with route(tmp_path) as r:
        r.uplink.confirms.clear()
        for _ in range(30):
            await r.raise_by(FAULT)
        await r.raise_by(PRESS)
        await r.uplink.until(lambda: 31 in r.uplink.numbers())
        assert len(r.uplink.sent) == 21
        r.uplink.cut()
        r.uplink.confirms.set()
        r.uplink.mend()
        await r.uplink.until(lambda: set(r.uplink.numbers()) == set(range(1, 32)))
        assert r.uplink.numbers()[21] == 31, "and it is the first to be sent again"


async def test_an_alarm_that_no_message_can_say_does_not_keep_the_others_at_home(
    tmp_path: Path,
) -> None:
    async with route(tmp_path, cut=True) as r:
        poisoned = await r.raise_by(PRESS)
        r.uplink.poison.add(poisoned.alarm_id)
        await r.raise_by(FAULT)
        r.uplink.mend()
        await r.uplink.until(lambda: r.uplink.numbers() == [2])
        assert r.shipping.counts["unsendable"] == 1


async def test_after_a_restart_what_nobody_answered_is_sent_again(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        first = await r.raise_by(PRESS)
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
    async with route(tmp_path) as r:
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
        assert r.uplink.sent[0][0] == first
        await r.shipping.hear(answer(first, Answer.CLOSED))
    async with route(tmp_path) as r:
        await r.life.pipeline.emit(DeviceSeen(device_id="hall"))
        assert r.uplink.sent == []


# --- somebody accepts, and what nobody answers ----------------------------------------------------


async def accepted_by_another(r: Route, alarm: Alarm) -> None:
    """A person of another receiver takes it."""
    others = replace(alarm, told=(*alarm.told, replace(alarm.told[0], receiver="daughter")))
    r.life.pipeline.state = replace(r.life.pipeline.state, alarms={alarm.alarm_id: others})
    await r.life.pipeline.emit(
        AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver="daughter", by="daughter")
    )


async def test_that_somebody_else_has_accepted_is_told_under_a_new_revision(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        alarm = await r.raise_by(PRESS)
        await r.shipping.hear(answer(alarm))
        await accepted_by_another(r, alarm)
        await r.uplink.until(lambda: len(r.uplink.sent) == 2)
        told, _ = r.uplink.sent[-1]
        assert (told.revision, told.accepted_by) == (1, "daughter")
        assert r.uplink.newest == [told], "a copy that waits for its turn need not go"
        await r.shipping.hear(answer(alarm, revision=1))
        assert await r.waiting() == []


async def test_who_need_not_be_told_any_more_is_spared_and_its_row_goes(tmp_path: Path) -> None:
    async with route(tmp_path, cut=True) as r:
        alarm = await r.raise_by(PRESS)
        await accepted_by_another(r, alarm)
        r.uplink.spares = True
        r.uplink.mend()
        async with asyncio.timeout(30):
            while await r.waiting():  # noqa: ASYNC110 - the store wakes nobody
                await asyncio.sleep(0.01)
        assert r.uplink.sent == []
    assert [event.kind for event in journal(tmp_path)][-1] == "alarm-spared"


async def test_a_connection_on_which_nobody_answers_is_doubted_once_and_not_after_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unheard, "FIRST_S", 0.05)
    async with route(tmp_path, QUICK) as r:
        alarm = await r.raise_by(PRESS)
        await r.uplink.until(lambda: len(r.uplink.sent) == 4)
        assert r.uplink.doubted == 1
        await r.shipping.hear(answer(alarm))


async def test_what_the_far_end_forgot_goes_again_when_it_is_back(tmp_path: Path) -> None:
    async with route(tmp_path) as r:
        await r.raise_by(FAULT)
        await r.uplink.until(lambda: len(r.uplink.sent) == 1)
        r.uplink.cut()
        await asyncio.sleep(0.05)
        r.uplink.remembers = False
        r.uplink.mend()
        await r.uplink.until(lambda: len(r.uplink.sent) == 2)


async def test_the_newest_high_alarm_is_read_before_the_pages(tmp_path: Path) -> None:
    async with route(tmp_path, cut=True) as r:
        for _ in range(8):
            r.life.clock.drive(r.life.clock.now() + timedelta(minutes=1))
            await r.life.pipeline.emit(PRESS)
    async with route(tmp_path) as r:
        await r.uplink.until(lambda: len(r.uplink.sent) == 8)
        assert r.uplink.numbers() == [8, 7, 6, 5, 1, 2, 3, 4]
        assert [sending.fresh for _, sending in r.uplink.sent] == 4 * [True] + 4 * [False]
