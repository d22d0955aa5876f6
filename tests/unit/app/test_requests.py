"""What the control socket can be asked: alarms, all of them or those that are open."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from heimvakt.app.requests import requests
from heimvakt.core.events import AlarmClosed, AlarmDelivered, ButtonPressed, StoreFault
from heimvakt.runtime.control import RequestRefused
from tests.support.lives import Life, live

FAULT = StoreFault(reason="damage", set_aside="x", saved="all")


async def asked(life: Life, **request: Any) -> list[int]:
    """The numbers of the alarms that the answer tells, in its order."""
    handlers = requests(
        life.store, life.pipeline, Mock(), life.clock, timezone="Pacific/Auckland", language="en"
    )
    answer = await handlers["alarms"](request)
    assert answer["timezone"] == "Pacific/Auckland", "times are shown as the home has them"
    return [alarm["number"] for alarm in answer["alarms"]]


async def test_open_alarms_are_told_most_urgent_first_then_oldest(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(FAULT, FAULT, ButtonPressed(device_id="button"))
        first = next(iter(life.pipeline.state.alarms))
        await life.pipeline.emit(
            AlarmDelivered(alarm_id=first, receiver="centre", revision=0),
            AlarmClosed(alarm_id=first, receiver="centre", by="operator 12"),
        )
        assert await asked(life) == [3, 2, 1], "the newest first"
        assert await asked(life, open=True) == [3, 2]
        assert await asked(life, open=True, limit=1) == [3]


@pytest.mark.parametrize("limit", [0, 10_001, "all", None])
async def test_a_limit_is_a_number_within_bounds(tmp_path: Path, limit: object) -> None:
    async with live(tmp_path) as life:
        with pytest.raises(RequestRefused, match="limit is a number from 1 to 10000"):
            await asked(life, limit=limit)
