"""`heimvakt monitor` beside the real daemon: what happens is shown as it is committed."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.command import heimvakt
from tests.support.home import Home, home
from tests.support.service import Service

pytestmark = pytest.mark.slow


@asynccontextmanager
async def monitoring(service: Service, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command as a person starts it, and its end by Ctrl-C, which is no failure."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "heimvakt", "monitor", *options),
        *("--socket", str(service.command.control)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(process: asyncio.subprocess.Process, said: str) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while (line := (await process.stdout.readline()).decode()) and said not in line:
            pass
    assert line, f"it ended without {said}"
    return line.strip()


async def open_the_door(h: Home) -> None:
    await h.door.open()
    await h.door.close()


async def test_events_and_alarms_are_shown_as_they_come_and_only_those_that_are_meant() -> None:
    async with home() as h, h.running() as service:
        async with monitoring(service) as lines:
            await until(lines, "Ctrl-C ends")
            await open_the_door(h)
            assert "front-door" in await until(lines, "door opened")
            assert "raised" in await until(lines, "night-door")
        async with monitoring(service, "--device", "hall-motion", "--json") as lines:
            await until(lines, "watching")
            await open_the_door(h)
            await h.motion.motion()
            told = json.loads(await until(lines, '"event"'))
            assert told["event"]["kind"] == "motion-detected", "the door is not of it"
        strange = await heimvakt(
            "monitor", "--device", "cellar", "--socket", service.command.control
        )
        assert (strange.code, "there is no device cellar" in strange.err) == (1, True)
