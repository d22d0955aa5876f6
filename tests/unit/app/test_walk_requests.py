"""A walk test over the control socket: whoever goes on turns away from his own device alone, and a
second technician is told of the first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from heimvakt.app.walk_requests import walk_works
from heimvakt.core.events import Mode, ModeChosen
from heimvakt.runtime.control import Answer, RequestRefused
from heimvakt.runtime.pipeline import Pipeline
from tests.support.lives import live

Turn = Callable[..., Coroutine[Any, Any, asyncio.Future[Answer]]]


@asynccontextmanager
async def in_service(folder: Path) -> AsyncIterator[tuple[Pipeline, Turn]]:
    """A home set to service, and how a technician turns to a device of it."""
    async with live(folder) as life:
        await life.pipeline.emit(ModeChosen(mode=Mode.SERVICE, by="command"))
        walk_test = walk_works(life.pipeline, language="en")["walk-test"]

        async def turned(device_id: str, **more: object) -> asyncio.Future[Answer]:
            begun = asyncio.Event()

            async def tell(_: Answer) -> None:
                begun.set()

            trial = asyncio.ensure_future(walk_test({"device_id": device_id, **more}, tell))
            waits = asyncio.ensure_future(begun.wait())
            await asyncio.wait({trial, waits}, return_when=asyncio.FIRST_COMPLETED)
            waits.cancel()
            return trial

        yield life.pipeline, turned


async def let_go(trial: asyncio.Future[Answer]) -> None:
    trial.cancel()
    await asyncio.wait({trial})


async def test_who_goes_on_before_the_last_device_is_let_go_is_at_the_next(tmp_path: Path) -> None:
    async with in_service(tmp_path) as (pipeline, turned):
        door, button = await turned("front-door"), await turned("button")
        walked = []
        for trial in (door, button):
            await let_go(trial)
            walked.append(pipeline.state.mode.walked)
        assert walked == ["button", None]


async def test_a_second_walk_is_told_of_the_first_and_may_begin_after_it(tmp_path: Path) -> None:
    async with in_service(tmp_path) as (pipeline, turned):
        first = await turned("front-door", walk="one")
        second = await turned("button", walk="two")
        with pytest.raises(RequestRefused, match="another walk test is running, just now at front"):
            await second
        assert pipeline.state.mode.walked == "front-door", "nothing was taken from the first"
        await let_go(first)
        second = await turned("button", walk="two")
        assert pipeline.state.mode.walked == "button"
        await let_go(second)
