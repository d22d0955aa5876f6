"""The sign follows every commit and every minute; a lamp shows it by how it blinks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt.core.events import AlarmDelivered, ButtonPressed
from heimvakt.core.patterns import LIGHTS
from heimvakt.core.signs import CUT_OFF_AFTER_S, Sign
from heimvakt.runtime import signs
from heimvakt.runtime.signs import LampSigns, SignWatch
from tests.support.beside import beside
from tests.support.lives import Life, live


class Shown:
    def __init__(self) -> None:
        self.shown: list[Sign] = []
        self._news = asyncio.Event()

    def show(self, sign: Sign) -> None:
        self.shown.append(sign)
        self._news.set()

    async def until(self, sign: Sign) -> None:
        async with asyncio.timeout(30):
            while self.shown[-1:] != [sign]:
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    async with live(tmp_path) as made:
        yield made


async def test_a_press_is_shown_with_its_commit_and_then_what_becomes_of_it(life: Life) -> None:
    shown = Shown()
    watch = SignWatch(life.pipeline, life.clock, lambda: None, [shown])
    async with beside(watch.run()):
        await shown.until(Sign.CONNECTED)
        await life.pipeline.emit(ButtonPressed(device_id="button"))
        await shown.until(Sign.ALARM_TAKEN)
        (alarm,) = life.pipeline.state.alarms.values()
        delivered = AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=0)
        await life.pipeline.emit(delivered)
        await shown.until(Sign.ALARM_DELIVERED)
    assert shown.shown == [Sign.CONNECTED, Sign.ALARM_TAKEN, Sign.ALARM_DELIVERED]
    assert watch.now is Sign.ALARM_DELIVERED


async def test_time_without_a_connection_is_noticed_without_any_event(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "LOOK_EVERY_S", 0.01)
    shown, cut_off = Shown(), [0.0]
    watch = SignWatch(life.pipeline, life.clock, lambda: cut_off[0], [shown])
    async with beside(watch.run()):
        await shown.until(Sign.CONNECTED)
        cut_off[0] = CUT_OFF_AFTER_S
        await shown.until(Sign.NO_CONNECTION)


def lamp(folder: Path) -> Path:
    (folder / "ACT").mkdir()
    (folder / "ACT" / "max_brightness").write_text("255\n")
    return folder / "ACT"


def test_a_lamp_burns_steadily_when_all_is_well(tmp_path: Path) -> None:
    act = lamp(tmp_path)
    LampSigns("ACT", tmp_path).show(Sign.CONNECTED)
    assert (act / "trigger").read_text() == "none"
    assert (act / "brightness").read_text() == "255"


@pytest.mark.parametrize("sign", [sign for sign, light in LIGHTS.items() if light.off_ms])
def test_every_other_sign_blinks_in_its_own_way(tmp_path: Path, sign: Sign) -> None:
    act = lamp(tmp_path)
    LampSigns("ACT", tmp_path).show(sign)
    assert (act / "trigger").read_text() == "timer"
    blink = tuple(int((act / name).read_text()) for name in ("delay_on", "delay_off"))
    assert blink == (LIGHTS[sign].on_ms, LIGHTS[sign].off_ms)


def test_a_press_that_was_taken_back_puts_the_lamp_out(tmp_path: Path) -> None:
    act = lamp(tmp_path)
    LampSigns("ACT", tmp_path).show(Sign.CANCELLED)
    assert (act / "trigger").read_text() == "none"
    assert (act / "brightness").read_text() == "0"


def test_a_lamp_that_is_not_there_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    shows = LampSigns("ACT", tmp_path)
    with capture_logs() as logs:
        for sign in Sign:
            shows.show(sign)
    assert [line["event"] for line in logs] == ["the lamp cannot be used"]
