"""A heartbeat goes when it is due, at once when a path has changed, and says what it learnt."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

import pytest

from heimvakt.core.events import ClockQuality
from heimvakt.core.uplink import Heartbeat
from heimvakt.runtime import heart as module
from heimvakt.runtime.heart import Heart
from tests.support.beside import beside
from tests.support.memory_uplink import MemoryUplink

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)


async def measure(path: str, beat: int) -> Heartbeat:
    return Heartbeat(
        at=NOON,
        clock=ClockQuality.SYNCHRONISED,
        started_at=NOON,
        version="0",
        outbox_waiting=0,
        oldest_waiting_s=None,
        journal_seq=1,
        silent_devices=(),
        drivers_lost=(),
        path=path,
        beat=beat,
    )


class Pulse:
    """As often as it is told; keeps what became of each heartbeat."""

    def __init__(self, every_s: float) -> None:
        self.every_s = every_s
        self.turns = 0
        self.beats: list[bool] = []
        self._turned = asyncio.Event()
        self._news = asyncio.Event()

    def turn(self, receiver: str) -> int:
        assert receiver == "centre"
        return self.turns

    async def turned(self, receiver: str, since: int) -> None:
        while self.turn(receiver) == since:
            await self._turned.wait()

    def beat_every_s(self, path: str, receiver: str) -> float:
        assert (path, receiver) == ("mobile", "centre")
        return self.every_s

    def beaten(self, path: str, receiver: str, *, confirmed: bool) -> None:
        assert (path, receiver) == ("mobile", "centre")
        self.beats.append(confirmed)
        self._news.set()

    def change(self) -> None:
        self.turns += 1
        self._turned.set()
        self._turned = asyncio.Event()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.beats) < count:
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def uplink() -> MemoryUplink:
    return MemoryUplink(path="mobile")


def heart(
    uplink: MemoryUplink, pulse: Pulse, *, confirm_s: float = 5.0, gap_s: float = 0.0
) -> Heart:
    chance = random.Random(1)
    return Heart(uplink, measure, pulse, chance, confirm_s=confirm_s, gap_s=gap_s)


async def test_it_beats_when_the_receiver_is_first_connected(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=3600)
    uplink.cut()
    async with beside(heart(uplink, pulse).run()):
        await asyncio.sleep(0)
        assert uplink.beats == []
        uplink.mend()
        await pulse.until(1)
    assert [(beat.path, beat.beat) for beat in uplink.beats] == [("mobile", 1)]
    assert pulse.beats == [True]


async def test_it_beats_again_when_that_is_due_and_counts(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=0.01)
    async with beside(heart(uplink, pulse).run()):
        await pulse.until(4)
    assert [beat.beat for beat in uplink.beats][:4] == [1, 2, 3, 4]


async def test_a_path_that_changes_lets_it_beat_at_once(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=3600)
    async with beside(heart(uplink, pulse).run()):
        await pulse.until(1)
        pulse.change()
        await pulse.until(2)


async def test_what_changes_while_it_beats_is_not_overlooked(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=3600)
    uplink.confirms.clear()
    async with beside(heart(uplink, pulse).run()):
        await uplink.until(lambda: len(uplink.beats) == 1)
        pulse.change()
        uplink.confirms.set()
        await pulse.until(2)


async def test_a_path_that_flaps_does_not_cost_a_heartbeat_each_time(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=3600)
    async with beside(heart(uplink, pulse, gap_s=3600).run()):
        await pulse.until(1)
        for _ in range(100):
            pulse.change()
            await asyncio.sleep(0)
    assert len(uplink.beats) == 1


async def test_one_that_nobody_confirms_is_missed(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=3600)
    uplink.confirms.clear()
    one = heart(uplink, pulse, confirm_s=0.01)
    async with beside(one.run()):
        await pulse.until(1)
    assert pulse.beats == [False]
    assert one.confirmed_at is None


async def test_a_session_that_ends_is_no_missed_heartbeat(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=0.01)
    uplink.confirms.clear()
    async with beside(heart(uplink, pulse).run()):
        await uplink.until(lambda: len(uplink.beats) == 1)
        uplink.cut()
        uplink.confirms.set()
        uplink.mend()
        await pulse.until(1)
    assert pulse.beats[0] is True


async def test_a_session_that_ends_for_want_of_a_confirmation_is_a_missed_heartbeat(
    uplink: MemoryUplink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITED_S", 0.02)
    pulse = Pulse(every_s=3600)
    uplink.confirms.clear()
    async with beside(heart(uplink, pulse).run()):
        await uplink.until(lambda: len(uplink.beats) == 1)
        asyncio.get_running_loop().call_later(0.05, uplink.cut)
        await pulse.until(1)
    assert pulse.beats == [False]


async def test_it_knows_how_long_a_confirmation_took(uplink: MemoryUplink) -> None:
    pulse = Pulse(every_s=3600)
    uplink.confirms.clear()
    one = heart(uplink, pulse)
    async with beside(one.run()):
        await uplink.until(lambda: len(uplink.beats) == 1)
        asyncio.get_running_loop().call_later(0.02, uplink.confirms.set)
        await pulse.until(1)
    assert one.took_s is not None
    assert 0.02 <= one.took_s < 1.0
