"""A walk test over the control socket: whoever goes on turns away from his own device alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from heimvakt.app.walk_requests import walk_works
from heimvakt.core.events import Mode, ModeChosen
from heimvakt.runtime.control import Answer
from tests.support.lives import live


async def test_who_goes_on_before_the_last_device_is_let_go_is_at_the_next(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        pipeline = life.pipeline
        await pipeline.emit(ModeChosen(mode=Mode.SERVICE, by="command"))
        walk_test = walk_works(pipeline, language="en")["walk-test"]

        async def turned(device_id: str) -> asyncio.Future[Answer]:
            begun = asyncio.Event()

            async def tell(_: Answer) -> None:
                begun.set()

            trial = asyncio.ensure_future(walk_test({"device_id": device_id}, tell))
            await begun.wait()
            return trial

        door, button = await turned("front-door"), await turned("button")
        walked = []
        for trial in (door, button):
            trial.cancel()
            await asyncio.wait({trial})
            walked.append(pipeline.state.mode.walked)
        assert walked == ["button", None]
