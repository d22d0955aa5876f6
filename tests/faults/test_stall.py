"""A disk that takes nothing for longer than the pipeline has patience: what waited is not lost."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tests.support.home import home

STALL_S = 40.0
"""Five tries of SQLite's own five seconds and the pauses between them are 31 s."""


@pytest.mark.fault
async def test_a_press_during_a_long_stall_is_an_alarm_after_it() -> None:
    async with home() as h, h.running() as service:
        async with service.link() as (_, watched):
            with closing(sqlite3.connect(h.database, isolation_level=None)) as connection:
                connection.execute("BEGIN EXCLUSIVE")
                await h.pendant.press()
                await asyncio.sleep(STALL_S)  # the stall itself is what is tested
                connection.execute("ROLLBACK")
            await h.centre.alarm("button", within_s=30.0)
            await watched.event("button-pressed")
        restarts = [line for line in service.logged() if line["event"] == "unit starts again"]
        assert [line["unit"] for line in restarts] == ["pipeline"]
