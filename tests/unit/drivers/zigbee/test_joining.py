"""An open network: while somebody is missing, never longer than said, and closed after that."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest

from heimvakt_drivers.zigbee.tending import joining
from heimvakt_drivers.zigbee.tending.joining import let_in, opened


class Radio:
    """Notes for how long it was opened."""

    def __init__(self) -> None:
        self.permitted: list[int] = []
        self.through: object = None
        self.called = asyncio.Event()

    async def permit(self, seconds: int, through: object = None) -> None:
        self.permitted.append(seconds)
        self.through = through
        self.called.set()

    async def has(self, count: int) -> None:
        while len(self.permitted) < count:
            self.called.clear()
            await self.called.wait()


async def run(radio: Radio, missing: set[str], changed: asyncio.Event, within_s: float) -> None:
    within = timedelta(seconds=within_s)
    await let_in(cast("Any", radio), lambda: frozenset(missing), changed, within)


async def test_it_closes_when_the_last_has_joined_and_opens_when_one_has_left() -> None:
    radio, missing, changed = Radio(), {"door"}, asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(run(radio, missing, changed, 240))
        await radio.has(1)
        missing.clear()
        changed.set()
        await radio.has(2)
        missing.add("door")
        changed.set()
        await radio.has(3)
        task.cancel()
    assert radio.permitted == [60, 0, 60]


async def test_it_closes_when_the_time_is_over() -> None:
    radio = Radio()
    await run(radio, {"door"}, asyncio.Event(), 0.02)
    assert radio.permitted == [1, 0]


async def test_it_is_opened_again_and_again_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "ONCE_S", 0.01)
    radio = Radio()
    await run(radio, {"door"}, asyncio.Event(), 0.1)
    assert len(radio.permitted) > 3
    assert radio.permitted[-1] == 0


async def test_nobody_is_missing_and_nothing_is_opened() -> None:
    radio = Radio()
    await run(radio, set(), asyncio.Event(), 0.02)
    assert radio.permitted == []


async def test_it_is_open_through_one_router_and_closed_everywhere() -> None:
    radio, router = Radio(), cast("Any", "00:11:22:33:44:55:66:77")
    async with opened(cast("Any", radio), router) as network:
        await network.keep(240)
        assert radio.through == router
        await network.keep(240)
        assert radio.permitted == [60], "it is open: nothing need be said"
    assert (radio.permitted, radio.through) == ([60, 0], None)


async def test_a_radio_that_is_gone_cannot_be_closed_and_nobody_minds() -> None:
    radio = Radio()

    async def gone(*_: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'request'")

    async with opened(cast("Any", radio), None) as network:
        await network.keep(240)
        radio.permit = gone  # type: ignore[assignment,method-assign]
