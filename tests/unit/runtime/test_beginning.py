"""Whatever changed between two lives, every alarm that nobody received has a way out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from heimvakt.core.chain import Target
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    StoreFault,
)
from heimvakt.store.store import FILE
from tests.support.homes import home, routes, to_all
from tests.support.lives import Life, live

PRESS = ButtonPressed(device_id="button")
FAULT = StoreFault(reason="damage", set_aside="x", saved="all")


async def rows(life: Life) -> dict[str, list[int]]:
    counts = await life.store.count_waiting()
    return {name: [r.number for r in await life.store.waiting(name, 100)] for name in counts}


async def test_a_receiver_that_is_gone_leaves_its_alarms_to_those_that_are_there(
    tmp_path: Path,
) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(PRESS)
        await life.pipeline.emit(FAULT)
    async with live(tmp_path, of=home(told=to_all("neighbour"))) as life:
        assert await rows(life) == {"neighbour": [1, 2]}


async def test_what_has_ended_is_brought_to_those_who_are_there_too(tmp_path: Path) -> None:
    async with live(tmp_path, of=home(told=to_all("centre", "guard"))) as life:
        await life.pipeline.emit(FAULT)
        (first,) = life.pipeline.state.alarms
        await life.pipeline.emit(
            AlarmDelivered(alarm_id=first, receiver="centre", revision=0),
            AlarmClosed(alarm_id=first, receiver="centre", by="operator 12"),
        )
        assert await rows(life) == {"guard": [1]}
        assert life.pipeline.state.alarms == {}
    async with live(tmp_path, of=home(told=to_all("neighbour"))) as life:
        assert await rows(life) == {"neighbour": [1]}


async def test_the_next_of_a_chain_waits_for_its_time_after_a_start_too(tmp_path: Path) -> None:
    chain = routes(Target("centre"), Target("daughter", timedelta(minutes=5)))
    async with live(tmp_path, of=home(told=chain)) as life:
        await life.pipeline.emit(PRESS)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("DELETE FROM outbox")
        connection.commit()
    async with live(tmp_path, of=home(told=chain)) as life:
        assert await rows(life) == {"centre": [1]}


async def test_a_receiver_that_is_new_gets_what_nobody_has_accepted(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(FAULT, PRESS)
        first, second = life.pipeline.state.alarms
        for alarm_id in (first, second):
            told = AlarmDelivered(alarm_id=alarm_id, receiver="centre", revision=0)
            await life.pipeline.emit(told)
        taken = AlarmAcknowledged(alarm_id=first, receiver="centre", by="operator 12")
        await life.pipeline.emit(taken)
    async with live(tmp_path, of=home(told=to_all("neighbour", "centre"))) as life:
        assert await rows(life) == {"neighbour": [2], "centre": [2]}


async def test_an_alarm_whose_row_was_lost_with_the_database_waits_again(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(PRESS)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("DELETE FROM outbox")
        connection.commit()
    async with live(tmp_path) as life:
        assert await rows(life) == {"centre": [1]}


async def test_a_start_like_any_other_changes_nothing(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(PRESS)
        before = await life.store.waiting("centre", 10)
    async with live(tmp_path) as life:
        assert await life.store.waiting("centre", 10) == before


async def test_a_pre_alarm_is_no_matter_of_receivers(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(ButtonPressed(device_id="pendant"))
    async with live(tmp_path, of=home(told=to_all("neighbour"))) as life:
        assert await rows(life) == {}
