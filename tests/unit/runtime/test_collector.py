"""What is there when the gateway is settled is in no collection after that, and in none before."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from heimvakt.runtime import collector as collector_module
from heimvakt.runtime.collector import NEVER, USUAL, put_off, run_collector


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    gc.unfreeze()  # of a gateway that another test has had in this process
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@asynccontextmanager
async def collector(settled_s: float) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.get_running_loop().create_task(run_collector(settled_s=settled_s))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def settled() -> None:
    while not gc.get_freeze_count():  # noqa: ASYNC110 (nothing tells of it)
        await asyncio.sleep(0.01)


async def begun(settled_s: float) -> None:
    if settled_s:
        await asyncio.sleep(0)
    else:
        await settled()


async def test_once_it_is_settled_collections_are_short() -> None:
    async with collector(0.0) as task:
        await settled()
        assert len(gc.get_objects()) < gc.get_freeze_count() / 10
        assert gc.get_threshold()[2] == USUAL
        assert not task.done(), "a unit that ends would be started again"


async def test_what_is_settled_is_put_on_large_pages_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Event()
    frozen: list[int] = []

    async def note() -> int:
        frozen.append(gc.get_freeze_count())
        asked.set()
        return 0

    monkeypatch.setattr(collector_module, "use_large_pages", note)
    async with collector(0.0), asyncio.timeout(30.0):
        await asked.wait()
    assert len(frozen) == 1
    assert frozen[0] > 0, "after it was set aside, and not before"


async def test_until_it_is_settled_nothing_is_looked_through_as_a_whole() -> None:
    fulls = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "start" and about["generation"] == 2:
            fulls.append(about)

    put_off()
    gc.callbacks.append(note)
    try:
        async with collector(60.0):
            await asyncio.sleep(0)
            assert gc.get_threshold()[2] == NEVER
            kept = [[number] for number in range(200_000)]
    finally:
        gc.callbacks.remove(note)
    assert len(kept) == 200_000
    assert fulls == []


@pytest.mark.parametrize("settled_s", [0.0, 60.0], ids=["settled", "not settled yet"])
async def test_a_gateway_that_was_begun_anew_does_not_keep_the_one_of_before(
    settled_s: float,
) -> None:
    class Gateway:
        def __init__(self) -> None:
            self.itself = self

    before = Gateway()
    gone = weakref.ref(before)
    async with collector(settled_s):
        await begun(settled_s)
        del before
    async with collector(60.0):
        await asyncio.sleep(0)
        assert gone() is None
