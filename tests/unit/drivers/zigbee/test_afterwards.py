"""Coming back to a device: once, when it was planned last, and not after it was dropped."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt_drivers.zigbee.listening import afterwards
from heimvakt_drivers.zigbee.listening.afterwards import Afterwards


class Visits:
    def __init__(self) -> None:
        self.to: list[str] = []
        self.one = asyncio.Event()

    def come_back(self, address: str) -> None:
        self.to.append(address)
        self.one.set()


@pytest.fixture(autouse=True)
def _no_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "SLACK_S", 0.0)


async def test_it_comes_back_when_it_is_due() -> None:
    visits = Visits()
    later = Afterwards(visits.come_back)
    later.plan("a", 1000.0, 1000.0)
    later.plan("a", 1000.0, 1000.0)
    await visits.one.wait()
    assert visits.to == ["a"]
    later.plan("a", 1001.0, 1002.0)  # what was due long ago is due now
    visits.one.clear()
    await visits.one.wait()
    assert visits.to == ["a", "a"]


async def test_what_is_planned_last_holds() -> None:
    visits = Visits()
    later = Afterwards(visits.come_back)
    later.plan("a", 1000.0, 1000.0)
    later.plan("a", 9000.0, 1000.0)
    later.plan("b", 1000.0, 1000.0)
    later.plan("b", None, 1000.0)
    later.plan("c", 1000.0, 1000.0)
    await visits.one.wait()
    assert visits.to == ["c"]
    later.drop()


async def test_what_is_dropped_is_planned_anew() -> None:
    visits = Visits()
    later = Afterwards(visits.come_back)
    later.plan("a", 1000.0, 1000.0)
    later.drop()
    later.plan("b", 1000.0, 1000.0)
    await visits.one.wait()
    assert visits.to == ["b"]
    visits.one.clear()
    later.plan("a", 1000.0, 1000.0)
    await visits.one.wait()
    assert visits.to == ["b", "a"]
