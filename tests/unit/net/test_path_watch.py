"""What is known of the paths gets to those who ship, to the hearts and to the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from heimvakt.core.events import Event, PathBack, PathLost
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.path import Path
from heimvakt.net import paths as net_paths
from heimvakt.net.paths import PathWatch
from tests.support.beside import beside
from tests.support.memory_uplink import MemoryUplink

PATHS = (
    Path(name="broadband", interface="eth0", lost_after=timedelta(seconds=90)),
    Path(name="mobile", interface="wwan0", lost_after=timedelta(minutes=15)),
)


class Bench:
    """Two paths with a session each, a clock turned by hand, and a pipeline that listens."""

    def __init__(self) -> None:
        self.now = 0.0
        self.emitted: list[Event] = []
        self.news = asyncio.Event()
        self.refuses = 0
        self.broadband = MemoryUplink(path="broadband")
        self.mobile = MemoryUplink(path="mobile")
        uplinks = (self.broadband, self.mobile)
        self.watch = PathWatch(PATHS, uplinks, self.emit, now=lambda: self.now)
        self.orders: list[Sequence[str]] = []

    async def emit(self, *events: Event) -> None:
        if self.refuses:
            self.refuses -= 1
            raise StoreUnavailable("the disk is gone")
        self.emitted += events
        self.news.set()

    async def until_said(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.emitted) < count:
                self.news.clear()
                await self.news.wait()

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.now += 1.0
            self.watch.look()


@pytest.fixture
async def bench() -> Bench:
    one = Bench()
    one.watch.look()
    return one


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net_paths, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(net_paths, "SAY_AGAIN_S", 0.0)


async def test_who_ships_is_told_the_order_now_and_with_each_change(bench: Bench) -> None:
    bench.watch.follow("centre", bench.orders.append)
    assert bench.orders == [("broadband", "mobile")]
    bench.watch.unconfirmed("broadband", "centre")
    bench.watch.look()
    assert bench.orders[1:] == [("mobile", "broadband")]
    bench.watch.confirmed("broadband", "centre")
    bench.wait(59)
    assert len(bench.orders) == 2
    bench.wait(1)
    assert bench.orders[2:] == [("broadband", "mobile")]


async def test_an_interface_that_comes_up_ends_the_pause_of_its_own_sessions(bench: Bench) -> None:
    bench.watch.interfaces(frozenset({"eth0", "wwan0"}))
    bench.watch.interfaces(frozenset({"wwan0"}))
    assert bench.watch.good() == ("mobile",)
    bench.watch.interfaces(frozenset({"eth0", "wwan0"}))
    assert (bench.broadband.hurried, bench.mobile.hurried) == (1, 0)
    assert bench.watch.good() == ("broadband", "mobile")


async def test_without_anybody_who_knows_interfaces_the_sessions_count(bench: Bench) -> None:
    bench.watch.interfaces(frozenset())
    assert bench.watch.good() == ()
    bench.watch.interfaces(None)
    assert bench.watch.good() == ("broadband", "mobile")


async def test_hearts_hear_that_something_has_changed(bench: Bench) -> None:
    async def cut() -> None:
        bench.mobile.cut()
        bench.watch.look()

    async with asyncio.timeout(30):
        await asyncio.gather(bench.watch.turned("centre", bench.watch.turn("centre")), cut())


async def test_the_hearts_of_one_receiver_hear_nothing_of_another_s_sessions(bench: Bench) -> None:
    others = MemoryUplink("other", path="broadband")
    bench.watch = PathWatch(PATHS, (bench.broadband, others), bench.emit, now=lambda: bench.now)
    bench.watch.look()
    turns = bench.watch.turn("centre"), bench.watch.turn("other")
    others.cut()
    bench.watch.look()
    assert (bench.watch.turn("centre"), bench.watch.turn("other")) == (turns[0], turns[1] + 1)


async def test_nothing_new_turns_nothing(bench: Bench) -> None:
    turn = bench.watch.turn("centre")
    bench.watch.look()
    bench.watch.beaten("mobile", "centre", confirmed=True)
    assert bench.watch.turn("centre") == turn


async def test_a_loss_and_its_end_are_events(bench: Bench) -> None:
    async with beside(bench.watch.run()):
        bench.broadband.cut()
        bench.wait(91)
        await bench.until_said(1)
        bench.broadband.mend()
        bench.watch.look()
        for _ in range(3):
            bench.wait(60)
            bench.watch.beaten("broadband", "centre", confirmed=True)
        bench.watch.look()
        await bench.until_said(2)
    lost, back = bench.emitted
    assert isinstance(lost, PathLost)
    assert (lost.path, lost.for_s) == ("broadband", 90.0)
    assert back == PathBack(path="broadband")


async def test_what_the_store_did_not_take_is_said_again(bench: Bench) -> None:
    bench.broadband.cut()
    bench.refuses = 3
    bench.wait(91)
    async with beside(bench.watch.run()):
        await bench.until_said(1)
    assert bench.refuses == 0
    assert [event.kind for event in bench.emitted] == ["path-lost"]


async def test_where_telephones_alone_are_told_nothing_is_asked_of_a_path(bench: Bench) -> None:
    phone = MemoryUplink(path="sms", carries_reports=False)
    phone.cut()
    bench.watch = PathWatch(PATHS, (), bench.emit, others=[phone], now=lambda: bench.now)
    bench.wait(3_600)
    assert bench.watch.lost() == ()
    assert bench.emitted == []
    assert bench.watch.cut_off_s() == 3_600.0
    phone.mend()
    bench.wait(1)
    assert bench.watch.cut_off_s() is None
    assert bench.watch.reason("broadband") == "nobody is told over it"
