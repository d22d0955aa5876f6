"""The store's thread: what it was given is done, once and in order, whoever still waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from heimvakt.store.thread import CallThread


@pytest.fixture
def thread() -> Iterator[CallThread]:
    thread = CallThread("calls")
    thread.start()
    yield thread
    thread.end()


class Gate:
    """A call that takes as long as one likes."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.done: list[int] = []

    def passed_by(self, number: int) -> int:
        self.open.wait(10)
        self.done.append(number)
        return number


async def test_calls_are_done_in_order_in_one_thread_that_is_not_the_callers(
    thread: CallThread,
) -> None:
    where = {await thread.call(threading.get_ident) for _ in range(3)}
    assert len(where) == 1
    assert threading.get_ident() not in where
    gate = Gate()
    gate.open.set()
    assert await asyncio.gather(*(thread.call(gate.passed_by, n) for n in range(50))) == gate.done


async def test_what_it_raises_is_raised(thread: CallThread) -> None:
    with pytest.raises(ZeroDivisionError):
        await thread.call(lambda: 1 / 0)
    assert await thread.call(int, "7", base=8) == 7, "and the next one is done"


async def test_what_a_cancelled_caller_gave_is_done_all_the_same(thread: CallThread) -> None:
    gate = Gate()
    async with asyncio.TaskGroup() as group:
        callers = [group.create_task(thread.call(gate.passed_by, n)) for n in range(3)]
        await asyncio.sleep(0)
        for caller in callers[:2]:  # one that is under way, one that waits
            caller.cancel()
        await asyncio.wait(callers[:2])
        assert gate.done == []
        gate.open.set()
    assert gate.done == [0, 1, 2]
    assert callers[2].result() == 2


async def test_what_a_cancelled_caller_gave_may_fail(thread: CallThread) -> None:
    gate = Gate()

    def fail() -> None:
        gate.passed_by(0)
        raise OSError("the disk is full")

    caller = asyncio.get_running_loop().create_task(thread.call(fail))
    await asyncio.sleep(0)
    caller.cancel()
    gate.open.set()
    assert await thread.call(gate.passed_by, 1) == 1
    assert caller.cancelled()


async def test_the_end_comes_after_everything_that_was_given() -> None:
    thread, gate = CallThread("calls"), Gate()
    thread.start()
    caller = asyncio.get_running_loop().create_task(thread.call(gate.passed_by, 1))
    await asyncio.sleep(0)
    gate.open.set()
    thread.end()
    assert gate.done == [1]
    assert await caller == 1
    with pytest.raises(RuntimeError, match="calls has ended"):
        await thread.call(gate.passed_by, 2)


def test_a_loop_that_is_gone_stops_nothing(thread: CallThread) -> None:
    gate = Gate()

    async def walk_away() -> None:
        caller = asyncio.get_running_loop().create_task(thread.call(gate.passed_by, 1))
        await asyncio.sleep(0)
        caller.cancel()

    asyncio.run(walk_away())
    gate.open.set()
    assert asyncio.run(thread.call(gate.passed_by, 2)) == 2
    assert gate.done == [1, 2]
