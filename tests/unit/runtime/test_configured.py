"""What of the configuration is not in use is told to the rules at each start, whatever the disk."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt.core.events import ConfigurationRefused, Event, RadioLost
from heimvakt.core.ledger import StoreFull
from heimvakt.runtime import configured
from heimvakt.runtime.configured import FILE, Configured, LeftOut
from tests.support.beside import beside

BED = LeftOut(where="devices.bed", reason="address is missing (line 7)", driver="devices.bed")


class Rules:
    """Take what they are told, but for the first `full`."""

    def __init__(self, full: int = 0) -> None:
        self.told: list[Event] = []
        self._full = full
        self._news = asyncio.Event()

    async def emit(self, event: Event) -> None:
        self._full -= 1
        if self._full >= 0:
            raise StoreFull("no room")
        self.told.append(event)
        self._news.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.told) < count:
                self._news.clear()
                await self._news.wait()


async def test_what_is_left_out_and_why_is_told() -> None:
    rules = Rules()
    one = Configured([BED], "", rules.emit)
    async with beside(one.run()):
        await rules.until(1)
    assert rules.told == [RadioLost(driver="devices.bed", reason="address is missing (line 7)")]
    assert one.wrong() == {"devices.bed": "address is missing (line 7)"}
    assert one.of_driver("devices.bed") == "devices.bed: address is missing (line 7)"
    assert one.of_driver("zigbee") is None


async def test_a_file_that_is_refused_is_told_at_the_start_and_when_it_happens() -> None:
    rules = Rules()
    one = Configured([BED], "no rule (line 3)", rules.emit)
    async with beside(one.run()):
        await rules.until(2)
        one.refuse("still none (line 4)")
        await rules.until(3)
    assert rules.told[1:] == [
        ConfigurationRefused(reason="no rule (line 3)"),
        ConfigurationRefused(reason="still none (line 4)"),
    ]
    assert list(one.wrong()) == [FILE, "devices.bed"]
    one.taken()
    assert list(one.wrong()) == ["devices.bed"]


async def test_what_a_full_store_has_not_taken_is_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(configured, "AGAIN_S", 0.0)
    rules = Rules(full=3)
    one = Configured([BED], "", rules.emit)
    async with beside(one.run()):
        await rules.until(1)
    assert len(rules.told) == 1
