"""The hand-over over the control socket: only what was tried under what is in force counts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heimvakt.app.commission_requests import REMAINS_MAX, commission_requests
from heimvakt.core.events import Commissioned
from heimvakt.runtime.control import Handler, RequestRefused
from heimvakt.runtime.pipeline import Committed
from tests.support.homes import home
from tests.support.lives import Life, live

A, B, C = 64 * "a", 64 * "b", 64 * "c"
UNDER = 64 * "d"
REQUEST: dict[str, Any] = {
    "by": "installer-12",
    "configuration": UNDER,
    "record": A,
    "page": B,
    "paper": C,
}


@asynccontextmanager
async def handing_over(folder: Path) -> AsyncIterator[tuple[Life, Mapping[str, Handler]]]:
    async with live(folder, of=replace(home(), digest=UNDER)) as life:
        yield life, commission_requests(life.pipeline, state=folder)


async def test_a_hand_over_is_an_event_and_a_row_of_the_audit_log(tmp_path: Path) -> None:
    async with handing_over(tmp_path) as (life, handlers):
        unit = await handlers["unit"]({})
        assert (unit["state"], unit["configuration"]) == (str(tmp_path), UNDER)
        told: list[Committed] = []
        life.pipeline.watch(told.append)
        remains = [f"walk: {number}" for number in range(REMAINS_MAX + 1)]
        await handlers["commissioned"]({**REQUEST, "remains": remains})
        (event,) = (one.event for one in told)
        assert isinstance(event, Commissioned)
        assert (event.by, event.page, len(event.remains)) == ("installer-12", B, REMAINS_MAX)
        rows = [json.loads(row.body) for row in (await life.store.audit(0, 100)).rows]
        (row,) = (row for row in rows if row["what"] == "commissioned")
        assert (row["by"], row["record"], row["paper"]) == ("installer-12", A, C)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"configuration": A}, "another configuration is in force"),
        ({"record": "abc"}, "record is a SHA-256"),
        ({"paper": None}, "paper is a SHA-256"),
        ({"by": ""}, "are texts of at most"),
        ({"by": "x" * 101}, "are texts of at most"),
        ({"remains": "all"}, "remains is a list"),
        ({"remains": [7]}, "are texts of at most"),
    ],
)
async def test_what_cannot_be_is_refused_and_not_journalled(
    wrong: dict[str, Any], said: str, tmp_path: Path
) -> None:
    async with handing_over(tmp_path) as (life, handlers):
        before = life.pipeline.seq
        with pytest.raises(RequestRefused, match=said):
            await handlers["commissioned"]({**REQUEST, **wrong})
        assert life.pipeline.seq == before
