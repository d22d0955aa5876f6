"""The figures stay when the events that they count are erased, and are read beside a service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.events import AlarmClosed, ButtonPressed, Feedback
from heimvakt.core.figures import NO_FIGURES
from heimvakt.store.figures import NoFigures, read_figures
from heimvakt.store.store import FILE
from tests.support.homes import EVENING, GATEWAY, home
from tests.support.lives import journal, live

CLOSED = AlarmClosed(alarm_id=f"{GATEWAY}-1", receiver="centre", by="op-7", outcome=Feedback.FALSE)


async def test_they_outlive_their_events_and_a_restart(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(ButtonPressed(device_id="button"), CLOSED)
        life.clock.drive(EVENING + timedelta(days=40))
        await life.pipeline.fire_due()
        while await life.store.keep_house(life.clock.now(), clock_is_set=True):
            pass
        counted = life.pipeline.state.figures
    assert not any(isinstance(event, ButtonPressed | AlarmClosed) for event in journal(tmp_path))
    assert counted.months["2026-11"].alarms["button/button/high"] == {
        "raised": 1,
        "closed_false": 1,
    }
    async with live(tmp_path) as life:
        months = life.pipeline.state.figures.months
        assert months["2026-11"].alarms == counted.months["2026-11"].alarms


async def test_they_are_read_beside_a_service_and_without_one(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        beside, alive = read_figures(tmp_path / FILE)
        assert (beside, alive) == (life.pipeline.state.figures, EVENING)
    assert read_figures(tmp_path / FILE) == (beside, EVENING)


async def test_a_gateway_that_has_counted_nothing_has_none(tmp_path: Path) -> None:
    async with live(tmp_path, of=home(rules={})) as life:
        store = life.store.works.connection
        store.execute("DELETE FROM state WHERE key LIKE 'living:%' OR key LIKE 'month:%'")
        store.execute("INSERT INTO state (key, body) VALUES ('told:centre', '{\"moon\": 1}')")
    assert read_figures(tmp_path / FILE)[0] == NO_FIGURES


@pytest.mark.parametrize("content", [b"", b"a shopping list", b"SQLite format 3\0"])
def test_what_is_no_database_of_ours_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(NoFigures) as refused:
        read_figures(tmp_path / FILE)
    assert "may you read it" in refused.value.hint
