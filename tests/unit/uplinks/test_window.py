"""Places for messages under way: bounded, the urgent first, and none is ever lost."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.uplinks.mqtt_window import Window, WindowClosed


async def test_the_last_places_are_for_the_urgent() -> None:
    window = Window(3, reserved=1)
    await window.enter(urgent=False)
    await window.enter(urgent=False)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await window.enter(urgent=False)
    await window.enter(urgent=True)


async def test_the_urgent_are_let_in_before_those_who_came_first() -> None:
    window = Window(2, reserved=1)
    await window.enter(urgent=False)
    await window.enter(urgent=True)
    order: list[str] = []

    async def enter(name: str, *, urgent: bool) -> None:
        await window.enter(urgent=urgent)
        order.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(enter("low", urgent=False))
        await asyncio.sleep(0)
        group.create_task(enter("high", urgent=True))
        await asyncio.sleep(0)
        for _ in range(3):
            window.leave()
            await asyncio.sleep(0)
    assert order == ["high", "low"]


async def test_a_place_given_in_the_moment_of_giving_up_goes_to_the_next() -> None:
    window = Window(1, reserved=0)
    await window.enter(urgent=False)
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(window.enter(urgent=False))
        following = group.create_task(window.enter(urgent=False))
        await asyncio.sleep(0)
        window.leave()
        gone.cancel()
        await following
    window.leave()
    async with asyncio.timeout(1):
        await window.enter(urgent=False)


async def test_closing_sends_everybody_away() -> None:
    window = Window(1, reserved=0)
    await window.enter(urgent=False)
    async with asyncio.TaskGroup() as group:

        async def refused() -> None:
            with pytest.raises(WindowClosed):
                await window.enter(urgent=True)

        group.create_task(refused())
        await asyncio.sleep(0)
        window.close()
    with pytest.raises(WindowClosed):
        await window.enter(urgent=True)


def test_not_every_place_can_be_reserved() -> None:
    with pytest.raises(ValueError, match="cannot be reserved"):
        Window(2, reserved=2)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["enter", "leave", "give up"]))))
def test_whatever_happens_no_place_is_lost_and_none_is_given_twice(
    steps: list[tuple[bool, str]],
) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[bool, str]]) -> None:
    window = Window(4, reserved=1)
    waiting: list[asyncio.Task[None]] = []
    inside = 0

    async def settle() -> int:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        came = [task for task in waiting if task.done()]
        waiting[:] = [task for task in waiting if not task.done()]
        return sum(1 for task in came if not task.cancelled())

    async with asyncio.TaskGroup() as group:
        for urgent, what in steps:
            if what == "enter":
                waiting.append(group.create_task(window.enter(urgent=urgent)))
            elif what == "leave" and inside:
                window.leave()
                inside -= 1
            elif what == "give up" and waiting:
                waiting[0].cancel()
            inside += await settle()
            assert inside <= 4
        while inside or waiting:
            if inside:
                window.leave()
                inside -= 1
            inside += await settle()
    for _ in range(3):
        await window.enter(urgent=False)
    await window.enter(urgent=True)
