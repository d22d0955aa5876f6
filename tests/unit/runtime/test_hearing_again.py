"""An alarm is told again in the moment in which a person accepts it: what waits stays known."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

from heimvakt.core.events import ButtonPressed, Event
from heimvakt.core.heard import Answer
from heimvakt.runtime.hearing import Hearing
from tests.support.lives import RECEIVER, live
from tests.support.memory_uplink import answer

TOLD_AGAIN = timedelta(minutes=5)


async def test_an_acceptance_takes_nothing_out_of_the_outbox_that_came_after_it(
    tmp_path: Path,
) -> None:
    async with live(tmp_path) as life:

        async def emit(*events: Event) -> None:
            await life.pipeline.fire_due()  # its commit is just before that of the answer
            await life.pipeline.emit(*events)

        hearing = Hearing(RECEIVER, life.store, emit, unsaved=frozenset(), counts=Counter())
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        (alarm,) = life.pipeline.state.alarms.values()
        received = answer(alarm, Answer.RECEIVED, by="centre", revision=None)
        accepted = answer(alarm, Answer.ACCEPTED, by="operator 12", revision=None)
        await hearing.take(received)
        assert not await life.store.waiting(RECEIVER, 10)
        life.clock.drive(life.clock.now() + TOLD_AGAIN)
        await hearing.take(accepted)
        assert [row.alarm_id for row in await life.store.waiting(RECEIVER, 10)] == [alarm.alarm_id]
        await hearing.take(received)
        assert not await life.store.waiting(RECEIVER, 10), "and its answer is taken"


async def test_the_answer_for_what_is_on_disk_counts_while_a_change_of_it_is_not(
    tmp_path: Path,
) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        (alarm,) = life.pipeline.state.alarms.values()
        hearing = Hearing(
            RECEIVER,
            life.store,
            life.pipeline.emit,
            unsaved={alarm.alarm_id},
            counts=Counter(),
            known=lambda alarm_id: life.pipeline.state.alarms.get(alarm_id),
            waits=lambda _: alarm.revision + 1,  # went out from memory
        )
        await hearing.take(answer(alarm, Answer.RECEIVED, by="centre", revision=alarm.revision))
        assert not await life.store.waiting(RECEIVER, 10)
