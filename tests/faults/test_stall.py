"""A disk that takes nothing for longer than the pipeline has patience: a press is told anyway."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from tests.support.home import Home, home
from tests.support.kept import kept
from tests.support.service import Service
from tests.support.timed import in_time, timed

TOLD_S_MAX = 10.0
"""2 s for the disk, and the way to the centre on a busy machine."""
GIVES_UP_WITHIN_S = 100.0
"""Five tries of half a second and the pauses between them are 9 s, on a machine that has nothing
else to do; 31 s where SQLite waits as long as it does in a home."""
RESTARTS = "unit starts again"


@pytest.mark.fault
@pytest.mark.timeout(480)
@timed
async def test_a_press_on_a_dead_disk_is_told_at_once_and_stored_when_it_can_be() -> None:
    async with home() as h:
        h.command = replace(h.command, entry=("tests.support.impatient",))
        await _is_told_and_stored(h)


async def _is_told_and_stored(h: Home) -> None:
    async with h.running() as service:
        async with service.link() as (_, watched):
            with closing(sqlite3.connect(h.database, isolation_level=None)) as connection:
                connection.execute("BEGIN EXCLUSIVE")
                await h.motion.motion()  # its commit hangs before anybody presses
                await _logs(service, "commit failed, trying again")
                began = asyncio.get_running_loop().time()
                await h.pendant.press()
                early = await h.centre.alarm("button")
                took_s = asyncio.get_running_loop().time() - began
                print(f"a press on a dead disk: at the centre after {took_s:.1f} s, from memory")
                assert early["not_durable"] is True
                assert not watched.events("button-pressed"), "nothing is committed"
                await _logs(service, RESTARTS)
                connection.execute("ROLLBACK")
            await watched.event("button-pressed")
        again = [line["unit"] for line in service.logged() if line["event"] == RESTARTS]
        assert again == ["pipeline"]
        [alarm_id] = h.centre.alarms
        assert list(kept(h.database).alarms) == [alarm_id], "the id that was told from memory"
    in_time(took_s, TOLD_S_MAX)


async def _logs(service: Service, event: str) -> None:
    async with asyncio.timeout(GIVES_UP_WITHIN_S):
        while all(line["event"] != event for line in service.logged()):  # noqa: ASYNC110 - a log
            await asyncio.sleep(0.1)
