"""What the control socket can be asked about the mode of the home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from heimvakt.app.mode_requests import mode_requests
from heimvakt.cli.mode_line import line
from heimvakt.core.events import Mode
from heimvakt.runtime.control import RequestRefused
from tests.support.lives import Life, journal, live

OSLO = "Europe/Oslo"


async def asked(life: Life, do: str, **request: Any) -> dict[str, Any]:
    return dict(await mode_requests(life.pipeline, timezone=OSLO)[do](request))


async def test_it_says_what_the_home_is_set_to(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        facts = await asked(life, "mode")
        assert (facts["mode"], facts["suppressed"]) == ("home", [])
        assert line(facts, OSLO) == "home"


async def test_what_is_set_is_in_the_journal_and_in_the_answer(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        facts = await asked(life, "set-mode", mode="privacy", for_s=3600)
        assert life.pipeline.state.mode.mode is Mode.PRIVACY
        assert line(facts, OSLO) == (
            "privacy since Wed 04 Nov 22:00, by command, until Wed 04 Nov 23:00 at most"
        )
        facts = await asked(life, "set-mode", mode="home")
        assert line(facts, OSLO) == "home since Wed 04 Nov 22:00, by command"
    assert [event.kind for event in journal(tmp_path)] == ["gateway-started"] + ["mode-chosen"] * 2


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"mode": "holiday"}, "holiday is no mode\n  one of home, away, visit, privacy, service"),
        ({}, "None is no mode"),
        ({"mode": "home", "for_s": 60}, "leave --for out"),
        ({"mode": "visit", "for_s": 4 * 3600 + 1}, "visit lasts 1m to 4h"),
        ({"mode": "away", "for_s": 59}, "away lasts 1m to 31d"),
        ({"mode": "privacy", "for_s": "2h"}, "privacy lasts 1m to 8h"),
    ],
)
async def test_what_cannot_be_is_refused_and_says_what_can(
    tmp_path: Path, request_: dict[str, Any], why: str
) -> None:
    async with live(tmp_path) as life:
        with pytest.raises(RequestRefused) as refused:
            await asked(life, "set-mode", **request_)
        assert why in str(refused.value)
        assert life.pipeline.state.mode.mode is Mode.HOME


def test_what_is_kept_back_is_counted() -> None:
    facts = {
        "mode": "visit",
        "since": "2026-11-04T21:00:00+00:00",
        "until": "2026-11-05T01:00:00+00:00",
        "by": "carer-7",
        "suppressed": ["no-1-7"],
    }
    assert line(facts, OSLO) == (
        "visit since Wed 04 Nov 22:00, by carer-7, until Thu 05 Nov 02:00 at most   "
        "1 alarm kept back"
    )
