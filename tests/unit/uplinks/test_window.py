"""Places for messages under way: bounded, the urgent first, and none is ever lost."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.uplinks.mqtt_window import Lane, Window, WindowClosed


def places(count: int, *, reserved: int, room: int = 1000) -> Window:
    return Window(count, reserved=reserved, room=lambda: room)


async def test_the_last_places_are_for_the_urgent() -> None:
    window = places(3, reserved=1)
    await window.enter(Lane.ALARM, 1)
    await window.enter(Lane.ALARM, 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await window.enter(Lane.ALARM, 1)
    await window.enter(Lane.HIGH, 1)


async def test_of_the_places_for_the_urgent_half_are_for_what_is_fresh() -> None:
    window = places(6, reserved=4)
    for _ in range(4):
        await window.enter(Lane.HIGH, 1)
        window.wake()
    assert await waits(window, Lane.HIGH, 1)
    for _ in range(2):
        await window.enter(Lane.FRESH, 1)


async def test_the_urgent_are_let_in_before_those_who_came_first() -> None:
    window = places(2, reserved=1)
    await window.enter(Lane.ALARM, 1)
    await window.enter(Lane.HIGH, 1)
    order: list[str] = []

    async def enter(name: str, lane: Lane) -> None:
        await window.enter(lane, 1)
        order.append(name)
        window.wake()

    async with asyncio.TaskGroup() as group:
        for name, lane in (
            ("report", Lane.REPORT),
            ("low", Lane.ALARM),
            ("high", Lane.HIGH),
            ("fresh", Lane.FRESH),
        ):
            group.create_task(enter(name, lane))
            await asyncio.sleep(0)
        for _ in range(5):
            window.leave(Lane.ALARM, 1)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    assert order == ["fresh", "high", "low", "report"]


async def waits(window: Window, lane: Lane, size: int) -> bool:
    """Whether somebody with this would have to wait."""
    try:
        async with asyncio.timeout(0):
            await window.enter(lane, size)
    except TimeoutError:
        return True
    return False


async def test_all_but_high_alarms_are_bounded_in_bytes() -> None:
    window = places(10, reserved=1, room=100)
    await window.enter(Lane.REPORT, 60)
    assert await waits(window, Lane.REPORT, 41)
    assert not await waits(window, Lane.REPORT, 40)
    assert await waits(window, Lane.ALARM, 1)
    assert not await waits(window, Lane.HIGH, 10_000)


async def test_what_is_under_way_counts_whatever_it_is() -> None:
    window = places(10, reserved=4, room=100)
    assert not await waits(window, Lane.FRESH, 60)
    assert await waits(window, Lane.ALARM, 50), "it would stand behind more than there is room for"
    assert not await waits(window, Lane.ALARM, 40)
    assert not await waits(window, Lane.HIGH, 500), "and a high one goes all the same"
    assert await waits(window, Lane.REPORT, 1)


async def test_one_message_goes_however_long_it_is() -> None:
    window = places(10, reserved=1, room=100)
    assert not await waits(window, Lane.REPORT, 5000)
    assert await waits(window, Lane.ALARM, 1)
    window.leave(Lane.REPORT, 5000)
    assert not await waits(window, Lane.ALARM, 1)


async def test_while_the_socket_takes_no_more_only_fresh_alarms_go() -> None:
    clear = False
    window = Window(10, reserved=1, room=lambda: 1000, clear=lambda: clear)
    assert await waits(window, Lane.ALARM, 1)
    assert await waits(window, Lane.HIGH, 1)
    assert not await waits(window, Lane.FRESH, 1)
    async with asyncio.TaskGroup() as group:
        one, two = (group.create_task(window.enter(Lane.REPORT, 1)) for _ in range(2))
        await asyncio.sleep(0)
        clear = True
        window.wake()
        window.wake()
        await asyncio.sleep(0)
        assert one.done()
        assert not two.done(), "one at a time: what it sends may fill the socket"
        window.wake()
        await two


async def test_a_place_given_in_the_moment_of_giving_up_goes_to_the_next() -> None:
    window = places(1, reserved=0)
    await window.enter(Lane.ALARM, 1)
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(window.enter(Lane.ALARM, 1))
        following = group.create_task(window.enter(Lane.ALARM, 1))
        await asyncio.sleep(0)
        window.leave(Lane.ALARM, 1)
        gone.cancel()
        await following
    window.leave(Lane.ALARM, 1)
    async with asyncio.timeout(30):
        await window.enter(Lane.ALARM, 1)


async def test_closing_sends_everybody_away() -> None:
    window = places(1, reserved=0)
    await window.enter(Lane.ALARM, 1)
    async with asyncio.TaskGroup() as group:

        async def refused() -> None:
            with pytest.raises(WindowClosed):
                await window.enter(Lane.HIGH, 1)

        group.create_task(refused())
        await asyncio.sleep(0)
        window.close()
    with pytest.raises(WindowClosed):
        await window.enter(Lane.HIGH, 1)


def test_not_every_place_can_be_reserved() -> None:
    with pytest.raises(ValueError, match="cannot be reserved"):
        places(2, reserved=2)


steps_of = st.lists(
    st.tuples(
        st.sampled_from(Lane), st.integers(1, 150), st.sampled_from(["enter", "leave", "give up"])
    )
)


@given(steps_of)
def test_whatever_happens_no_place_is_lost_and_none_is_given_twice(
    steps: list[tuple[Lane, int, str]],
) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[Lane, int, str]]) -> None:
    window = places(4, reserved=1, room=200)
    waiting: list[asyncio.Task[None]] = []
    inside: list[tuple[Lane, int]] = []

    async def come(lane: Lane, size: int) -> None:
        await window.enter(lane, size)
        inside.append((lane, size))
        window.wake()

    async def settle() -> None:
        for _ in range(2 * len(waiting) + 2):
            await asyncio.sleep(0)
        waiting[:] = [task for task in waiting if not task.done()]
        ordinary = [size for lane, size in inside if lane > Lane.HIGH]
        assert len(inside) <= 4
        assert len(ordinary) <= 1 or sum(ordinary) < 200 + 150

    async with asyncio.TaskGroup() as group:
        for lane, size, what in steps:
            if what == "enter":
                waiting.append(group.create_task(come(lane, size)))
            elif what == "leave" and inside:
                window.leave(*inside.pop(0))
            elif what == "give up" and waiting:
                waiting[0].cancel()
            await settle()
        while inside or waiting:
            assert inside, "they wait although nobody is inside"
            window.leave(*inside.pop(0))
            await settle()
    for _ in range(3):
        await window.enter(Lane.ALARM, 60)
    await window.enter(Lane.HIGH, 1)
