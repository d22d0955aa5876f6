"""The real daemon under a clock that is wrong, set, and set again: nothing early, twice or lost.

All but the hand on the wall clock is real: radio, disk, broker, and the time that passes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.command import heimvakt
from tests.support.hand import Hand
from tests.support.home import Home, home

NOON_1970 = datetime(1970, 1, 1, 12, tzinfo=UTC)
NIGHT_RULES = """
[rules.night-door]
between = "23:00-06:00"
doors = ["front-door"]
"""
YEAR = timedelta(days=365)
SOON_S = 20.0


@asynccontextmanager
async def home_with_a_hand(rules: str = NIGHT_RULES) -> AsyncIterator[tuple[Home, Hand]]:
    async with home(rules=rules) as h:
        path = h.folder / "hand"
        hand = Hand(path)
        h.command = replace(h.command, entry=("tests.support.hand", str(path)))
        try:
            yield h, hand
        finally:
            hand.close()


def journal(h: Home) -> list[tuple[str, datetime, str]]:
    """Kind, time and clock of every event."""
    with closing(sqlite3.connect(f"file:{h.database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT json_extract(body, '$.kind'), json_extract(body, '$.at'),"
            " json_extract(body, '$.clock') FROM journal ORDER BY seq"
        ).fetchall()
    return [(kind, datetime.fromisoformat(at), clock) for kind, at, clock in rows]


def true_time(alarm: dict[str, Any]) -> datetime:
    raised = datetime.fromisoformat(alarm["raised_at"])
    return raised + timedelta(seconds=alarm["clock_offset_s"])


@pytest.mark.fault
async def test_a_start_in_1970_without_a_network_calls_for_help_and_is_told_the_time_later() -> (
    None
):
    async with home_with_a_hand() as (h, hand):
        hand.set(NOON_1970, kept=False)
        async with h.running() as service:
            pressed = datetime.now(UTC)
            await h.pendant.press()
            alarm = await h.centre.alarm("button", within_s=SOON_S)
            assert (alarm["clock_at_raise"], alarm["raised_at"][:10]) == ("unknown", "1970-01-01")
            assert "clock_offset_s" not in alarm
            await h.door.open()
            door = await h.centre.alarm("night-door", within_s=SOON_S)
            assert door["clock_at_raise"] == "unknown", "noon is night while nobody knows"

            async with service.link() as (_, watched):
                hand.set(kept=True)  # the network is there
                await watched.event("clock-quality-changed")
            await h.centre.until(lambda: len(h.centre.alarms[alarm["alarm_id"]]) > 1)
            told = h.centre.alarms[alarm["alarm_id"]][-1]
            assert told["raised_at"] == alarm["raised_at"], "the original is kept"
            assert told["revision"] > alarm["revision"]
            assert abs(true_time(told) - pressed) < timedelta(seconds=SOON_S)
            assert 0 <= told["late_s"] < 60.0, "and not 56 years"
            shown = await heimvakt("alarms", "--socket", h.command.control)
            assert "Jan" not in shown.out
            await h.door.close()
            await h.pendant.release()
        counted = Counter(kind for kind, _, _ in journal(h))
        assert (counted["clock-stepped"], counted["clock-quality-changed"]) == (1, 1)
        assert counted["button-pressed"] == 1, "nothing was erased"
        assert counted["device-silent"] == 0
        assert set(h.centre.kinds()) == {"button", "night-door"}


@pytest.mark.fault
@pytest.mark.parametrize("by", [-30 * YEAR, YEAR], ids=["30 years back", "a year on"])
async def test_a_step_while_a_deadline_runs_lets_it_come_once_and_not_early(by: timedelta) -> None:
    async with home_with_a_hand() as (h, hand), h.running() as service:
        loop = asyncio.get_running_loop()
        async with service.link() as (_, watched):
            began = loop.time()
            await h.wall_button.press()
            await watched.event("button-pressed")
            hand.set(datetime.now(UTC) + by, kept=True)
        alarm = await h.centre.alarm("button")
        waited_s = loop.time() - began
        assert 1.9 <= waited_s < 2.0 + 5.0 + SOON_S, "2 s by its own time; a look each 5 s"
        assert alarm["state"] == "raised"
        await h.centre.alarm("clock")
        async with service.link() as (_, watched):
            hand.set(kept=True)
            await watched.event("clock-stepped")
        status = await service.ask("status")
        assert {name.partition("/")[0] for name in status["timers"]} <= {"clock"}
        assert h.centre.kinds().count("button") == 1
        assert h.centre.kinds().count("clock") == 1
        kinds = Counter(kind for kind, _, _ in journal(h))
        assert (kinds["clock-stepped"], kinds["device-silent"]) == (2, 0)


@pytest.mark.fault
async def test_a_clock_that_goes_back_between_two_boots_and_back_again() -> None:
    async with home_with_a_hand() as (h, hand):
        async with h.running() as service:
            await h.pendant.press()
            await h.pendant.release()
            await h.centre.alarm("button")
            before = await service.ask("status")
        events = len(journal(h))
        for boot in (1, 2):  # in the second the mark of 2026 must not move a deadline again
            hand.set(NOON_1970 + timedelta(minutes=boot), kept=False, new_boot=True)
            async with h.running() as service:
                async with service.link() as (_, watched):
                    await h.pendant.press()
                    await watched.event("button-pressed")
                await h.pendant.release()
                await h.centre.alarm("button", count=1 + boot)
                after = (await service.ask("status"))["devices"]
                assert after.keys() == before["devices"].keys()
                assert not [d for d in after.values() if d["silent"]]
                await service.kill()
        hand.set(kept=True)  # the same boot, and the network came meanwhile
        async with h.start() as service:
            await service.ready()
            await service.hears()
            await service.stop()
        kinds = Counter(kind for kind, _, _ in journal(h)[events:])
        assert (kinds["button-pressed"], kinds["device-silent"], kinds["timer-fired"]) == (2, 0, 0)
        assert kinds["clock-stepped"] == 1
        assert h.centre.kinds().count("button") == 3
