"""What those who live there see and hear, on the pins of a whole gateway: never before the commit,
at once after it, and of what becomes of their alarm."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from heimvakt.core import signs
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmDelivered,
    ButtonPressed,
    MainsLost,
    MainsRestored,
)
from heimvakt.core.signs import Sign
from heimvakt.demo.receiver import Behaviour
from heimvakt.rules.button import PAUSE
from heimvakt.runtime import power
from heimvakt.runtime import signs as runtime_signs
from heimvakt_drivers.gpio import supply
from tests.support.broker import Broker, broker
from tests.support.centre import centre
from tests.support.home import BROKER
from tests.support.pin_home import (
    BUZZER,
    GREEN,
    HELP,
    MAINS,
    RED,
    SHOWN_ON,
    UNDO,
    WALL,
    pin_home,
)
from tests.support.timed import in_time, timed

TAKEN_S_MAX = 0.3
STALL_S = 0.1
PRESSES = 3


@pytest.fixture
async def at() -> AsyncIterator[Broker]:
    async with broker(BROKER) as one:
        yield one


@timed
async def test_a_press_is_shown_at_once_after_its_commit_and_never_before(
    at: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that whatever could be seen too early is looked at while the disk stalls.
    monkeypatch.setattr(runtime_signs, "LOOK_EVERY_S", 0.01)
    took = []
    async with pin_home(at.url, monkeypatch) as home:
        for _ in range(PRESSES):
            home.store.gate.clear()
            home.store.asked.clear()
            began = await home.press(WALL)
            await home.store.asked.wait()
            await asyncio.sleep(STALL_S)
            assert not home.pins.turns(*SHOWN_ON, after=began), "it said so before it was stored"
            home.store.gate.set()
            stored = await home.committed(ButtonPressed, after=began)
            await home.shows(Sign.CAN_BE_CANCELLED, after=began)
            for outputs in ((GREEN, RED), (BUZZER,)):
                shown_at = await home.turned(*outputs, after=began)
                assert shown_at >= stored
                took.append(shown_at - stored)
            undone = await home.press(UNDO)
            cancelled = await home.shows(Sign.CANCELLED, after=undone)
            assert not home.pins.level(GREEN)
            assert not home.pins.level(RED)
            # Only then a round begins that hears nothing at first.
            await home.over(Sign.CANCELLED, since=cancelled)
    print(f"lamp and buzzer {1000 * statistics.median(took):.1f} ms after the commit at the median")
    # The median, since a busy machine may stall any one of them.
    in_time(statistics.median(took), TAKEN_S_MAX)


async def test_those_who_wait_see_that_it_is_taken_delivered_and_that_somebody_comes(
    at: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Behaviour(accept_after_s=1.0, close_after_s=0.5)
    async with centre(at.url, slow) as there, pin_home(at.url, monkeypatch) as home:
        began = await home.press(HELP)
        taken = await home.shows(Sign.ALARM_TAKEN, after=began)
        await there.alarm("button")
        delivered = await home.shows(Sign.ALARM_DELIVERED, after=taken)
        assert delivered >= await home.committed(AlarmDelivered)
        coming = await home.shows(Sign.HELP_COMING, after=delivered)
        assert coming >= await home.committed(AlarmAcknowledged)
        await home.shows(Sign.CONNECTED, after=coming)
        assert home.pins.level(GREEN) or home.pins.turns(GREEN, after=coming)


async def test_a_second_press_takes_it_back_too_and_nobody_is_called(
    at: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "CANCELLED_FOR", timedelta(seconds=1))
    async with centre(at.url) as there, pin_home(at.url, monkeypatch) as home:
        began = await home.press(WALL)
        shown = await home.shows(Sign.CAN_BE_CANCELLED, after=began)
        await asyncio.sleep(PAUSE.total_seconds())
        await home.press(WALL)
        cancelled = await home.shows(Sign.CANCELLED, after=shown)
        await home.shows(Sign.CONNECTED, after=cancelled)
        assert "button" not in there.kinds()


async def test_without_a_connection_it_is_shown_and_so_is_its_return(
    at: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "CUT_OFF_AFTER_S", 0.5)  # the real minute is held by values
    async with centre(at.url), pin_home(at.url, monkeypatch) as home:
        await home.until(lambda: bool(home.told))
        stopped = asyncio.get_running_loop().time()
        await at.stop()
        lost = await home.shows(Sign.NO_CONNECTION, after=stopped)
        await home.until(lambda: home.pins.level(RED))
        began = await home.press(HELP)
        await home.committed(ButtonPressed, after=began)
        await home.until(lambda: home.told[-1][1] is Sign.NO_CONNECTION)
        await at.start()
        await home.shows(Sign.HELP_COMING, after=lost)


async def test_the_mains_are_told_once_whoever_sees_them(
    at: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supply, "BACK_STILL_S", 0.05)
    monkeypatch.setattr(power, "PAUSE_LOOKS", 1)
    async with pin_home(at.url, monkeypatch) as home:
        await home.until(lambda: home.pins.level(GREEN))
        home.pins.drive(MAINS, high=False)
        await home.committed(MainsLost)
        home.pins.drive(MAINS, high=True)
        await home.committed(MainsRestored)
    told = [type(event) for commit in home.store.commits for event in commit.events]
    assert [kind for kind in told if kind in (MainsLost, MainsRestored)] == [
        MainsLost,
        MainsRestored,
    ]
