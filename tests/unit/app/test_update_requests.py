"""What the updater is told of the gateway, and what it tells: once, however often."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heimvakt import __version__
from heimvakt.app.update_requests import REASON_MAX, update_requests
from heimvakt.core.events import ButtonPressed, ChangeTold
from heimvakt.runtime.configured import FILE
from heimvakt.runtime.control import Handler, RequestRefused
from heimvakt.runtime.heart import Heart
from tests.support.homes import GATEWAY, home
from tests.support.lives import Life, journal, live
from tests.support.memory_uplink import MemoryUplink

DIGEST = 64 * "d"
TOLD: dict[str, Any] = {"change_id": "change-1", "what": "program", "outcome": "kept"}


@asynccontextmanager
async def asked(
    folder: Path, *hearts: Heart, wrong: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Life, Mapping[str, Handler]]]:
    async with live(folder, of=replace(home(), digest=DIGEST)) as life:
        yield (
            life,
            update_requests(
                life.pipeline, life.clock, ["centre", "daughter"], hearts, lambda: wrong or {}
            ),
        )


def heart(path: str, confirmed_ago_s: float | None) -> Heart:
    made = Heart(MemoryUplink(path=path), None, None, random.Random())  # type: ignore[arg-type]
    if confirmed_ago_s is not None:
        made.confirmed_at = asyncio.get_running_loop().time() - confirmed_ago_s
    return made


async def test_the_updater_learns_how_the_gateway_is(tmp_path: Path) -> None:
    hearts = heart("broadband", 40.0), heart("mobile", 12.0), heart("other", None)
    wrong = {FILE: "no rule (line 3)", "devices.bed": "no role"}
    async with asked(tmp_path, *hearts, wrong=wrong) as (life, handlers):
        facts = await handlers["update-facts"]({})
        assert facts["version"] == __version__
        assert facts["digest"] == DIGEST
        assert facts["refused"] == "no rule (line 3)"
        assert facts["open_alarms"] == []
        assert 12.0 <= facts["receivers"]["centre"]["confirmed_ago_s"] < 40.0
        assert facts["receivers"]["daughter"] == {"confirmed_ago_s": None}
        assert facts["uptime_s"] >= 0.0
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        assert (await handlers["update-facts"]({}))["open_alarms"] == [f"{GATEWAY}-1"]


async def test_an_outcome_counts_once_also_over_a_restart(tmp_path: Path) -> None:
    async with asked(tmp_path) as (life, handlers):
        say = handlers["update-told"]
        both = await asyncio.gather(say(TOLD), say(TOLD))
        assert [one["taken"] for one in both] == [True, True]
        assert await say({**TOLD, "outcome": "applied", "order_id": "order-1", "key": "fleet"})
        rows = [json.loads(row.body) for row in (await life.store.audit(0, 100)).rows]
        assert [row["outcome"] for row in rows if row["what"] == "change"] == ["kept", "applied"]
    async with asked(tmp_path) as (_, handlers):
        assert await handlers["update-told"](TOLD) == {"taken": True}
    told = [event for event in journal(tmp_path) if isinstance(event, ChangeTold)]
    assert [(e.outcome.value, e.order_id, e.key) for e in told] == [
        ("kept", "", ""),
        ("applied", "order-1", "fleet"),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"change_id": ""}, "change_id is a text"),
        ({"change_id": 7}, "change_id is a text"),
        ({"what": "house"}, "what is one of configuration, program"),
        ({"outcome": ["kept"]}, "outcome is one of applied"),
        ({"reason": (REASON_MAX + 1) * "x"}, "reason is a text of at most"),
        ({"by": None}, "by is a text"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    wrong: dict[str, Any], said: str, tmp_path: Path
) -> None:
    async with asked(tmp_path) as (life, handlers):
        before = life.pipeline.seq
        with pytest.raises(RequestRefused, match=said):
            await handlers["update-told"]({**TOLD, **wrong})
        assert life.pipeline.seq == before
