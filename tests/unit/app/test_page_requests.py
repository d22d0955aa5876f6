"""What the local page asks beside what commands ask."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from heimvakt.app import page_requests
from heimvakt.config.configuration import Configuration
from heimvakt.config.page import PageSettings
from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import decode
from heimvakt.core.events import ButtonPressed, LinkMeasured
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.runtime.control import Handler, RequestRefused
from tests.support.lives import Life, live

HOME = cast(
    Configuration,
    SimpleNamespace(
        devices={"button": None},
        gateway=SimpleNamespace(timezone="Europe/Oslo"),
        page=PageSettings(listen="127.0.0.1:8380"),
    ),
)


def handlers(life: Life, database: Path) -> dict[str, Handler]:
    made = page_requests.page_requests(lambda: HOME, life.store, database, life.clock)
    return dict(made)


def the_file(folder: Path) -> Path:
    return next(folder.rglob("heimvakt.db"))


async def test_it_is_told_where_the_page_is_to_listen(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        assert await handlers(life, tmp_path)["page"]({}) == {"listen": "127.0.0.1:8380"}


async def test_one_alarm_is_told_whole_and_no_other_is(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        (alarm_id,) = life.pipeline.state.alarms
        ask = handlers(life, tmp_path)["alarm"]
        told = await ask({"alarm_id": alarm_id})
        assert decode(Alarm, told["alarm"]) == life.pipeline.state.alarms[alarm_id]
        for strange in ("", "1", f"{alarm_id}9", "x" * 5_000, None, 4711):
            with pytest.raises(RequestRefused, match="no such alarm"):
                await ask({"alarm_id": strange})


async def test_the_past_of_a_device_is_told_in_figures(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(
            ButtonPressed(device_id="button"), LinkMeasured(device_id="button", lqi=77)
        )
        told = await handlers(life, the_file(tmp_path))["history"]({"device_id": "button"})
        assert told["looked_back_to"] == told["since"]
        (stretch,) = told["stretches"]
        assert stretch["number"] == told["of"] - 1, "just now"
        assert stretch["counts"] == {"button-pressed": 1, "link-measured": 1}
        assert stretch["measured"] == {"link-measured.lqi": 77}


@pytest.mark.parametrize(
    "request_",
    [
        {"device_id": "nobody"},
        {"device_id": ["button"]},
        {},
        {"device_id": "button", "hours": 0},
        {"device_id": "button", "hours": 10_000},
        {"device_id": "button", "hours": "24"},
    ],
)
async def test_what_makes_no_sense_is_refused(tmp_path: Path, request_: dict[str, Any]) -> None:
    async with live(tmp_path) as life:
        with pytest.raises(RequestRefused):
            await handlers(life, the_file(tmp_path))["history"](request_)


async def test_one_past_is_read_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(look: Any) -> Any:
        begun.set()
        await go_on.wait()
        return look()

    monkeypatch.setattr(page_requests, "apart", slow)
    async with live(tmp_path) as life, asyncio.TaskGroup() as group:
        history = handlers(life, the_file(tmp_path))["history"]

        async def ask(request: dict[str, Any]) -> Any:
            return await history(request)

        first = group.create_task(ask({"device_id": "button"}))
        await begun.wait()
        with pytest.raises(RequestRefused, match="for somebody else"):
            await ask({"device_id": "button"})
        go_on.set()
        assert (await first)["stretches"] == []


async def test_a_journal_that_cannot_be_read_is_said_to_be(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        with pytest.raises(StoreUnavailable, match="cannot be read now"):
            await handlers(life, tmp_path / "nothing")["history"]({"device_id": "button"})
