"""Two queues: what is urgent first, what came together stays together, and nobody starves."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt.core.events import (
    AlarmDelivered,
    ButtonPressed,
    ClockQuality,
    Event,
    LeakCleared,
    LeakDetected,
    MotionDetected,
)
from heimvakt.runtime.inbox import BATCH_MAX, URGENT_IN_A_ROW, WAITING_MAX, Inbox, Taken
from tests.support.homes import EVENING

PRESS, MOTION = ButtonPressed(device_id="button"), MotionDetected(device_id="hall")
ANSWER = AlarmDelivered(alarm_id="no-1-1", receiver="centre", revision=0)


def call(*events: Event) -> list[Taken]:
    durable = asyncio.get_running_loop().create_future()
    return [Taken(event, EVENING, 0.0, ClockQuality.SYNCHRONISED, durable) for event in events]


def kinds(batch: list[Taken]) -> list[str]:
    return [taken.event.kind for taken in batch if taken.event]


async def test_what_is_urgent_comes_first_and_alone() -> None:
    inbox = Inbox()
    await inbox.put(call(MOTION))
    await inbox.put(call(PRESS))
    assert kinds(await inbox.next_batch()) == ["button-pressed"]
    assert kinds(await inbox.next_batch()) == ["motion-detected"]
    assert len(inbox) == 0


async def test_events_of_one_call_stay_in_order_also_if_only_one_is_urgent() -> None:
    inbox = Inbox()
    await inbox.put(call(MOTION, PRESS))
    assert kinds(await inbox.next_batch()) == ["motion-detected", "button-pressed"]


async def test_the_end_of_a_danger_is_not_overtaken_by_its_next_beginning() -> None:
    inbox = Inbox()
    leak = LeakDetected(device_id="sink")
    for event in (leak, LeakCleared(device_id="sink"), leak):
        await inbox.put(call(event))
    assert kinds(await inbox.next_batch()) == ["leak-detected", "leak-cleared", "leak-detected"]


async def test_a_stuck_button_does_not_silence_the_home() -> None:
    inbox = Inbox()
    await inbox.put(call(MOTION))
    batches = []
    for _ in range(URGENT_IN_A_ROW + 1):
        await inbox.put(call(PRESS))
        batches.append(kinds(await inbox.next_batch()))
    assert batches == [["button-pressed"]] * URGENT_IN_A_ROW + [["motion-detected"]]


async def test_a_batch_is_bounded() -> None:
    inbox = Inbox()
    await inbox.put(call(*[MOTION] * (BATCH_MAX + 1)))
    assert len(await inbox.next_batch()) == BATCH_MAX
    assert len(await inbox.next_batch()) == 1


async def test_a_full_queue_lets_in_who_came_first_and_the_other_queue_is_open() -> None:
    inbox = Inbox()
    await inbox.put(call(*[MOTION] * WAITING_MAX))
    first, second = MotionDetected(device_id="first"), MotionDetected(device_id="second")
    async with asyncio.TaskGroup() as group:
        waits = [group.create_task(inbox.put(call(e))) for e in (first, second)]
        await asyncio.sleep(0)
        await inbox.put(call(PRESS))
        await inbox.put(call(ANSWER))
        assert not any(wait.done() for wait in waits)
        batches = [await inbox.next_batch()]
        assert kinds(batches[0]) == ["button-pressed", "alarm-delivered"]
        while len(inbox) or not all(wait.done() for wait in waits):
            batches.append(await inbox.next_batch())
            await asyncio.sleep(0)
    last = [taken.event for batch in batches for taken in batch][-2:]
    assert last == [first, second]


async def test_answers_never_wait() -> None:
    inbox = Inbox()
    await inbox.put(call(*[PRESS] * WAITING_MAX))
    await inbox.put(call(ANSWER))
    assert len(inbox) == WAITING_MAX + 1


async def test_whoever_gives_up_waiting_leaves_nothing_behind() -> None:
    inbox = Inbox()
    await inbox.put(call(*[MOTION] * WAITING_MAX))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await inbox.put(call(MOTION))
    await inbox.next_batch()
    await inbox.put(call(MOTION))
    assert len(inbox) == WAITING_MAX - BATCH_MAX + 1


async def test_who_asks_for_a_batch_waits_for_the_first_event() -> None:
    inbox = Inbox()
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(inbox.next_batch())
        await asyncio.sleep(0)
        assert not asked.done()
        await inbox.put(call(MOTION))
    assert kinds(asked.result()) == ["motion-detected"]
