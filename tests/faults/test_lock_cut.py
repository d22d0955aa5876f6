"""A wire that breaks in the middle of an order: a door is never let go twice, and what is told of
it is true. Nobody knows is an answer; that it was not done when it was, or the other way, is none.

`HEIMVAKT_WIRE_CUTS` is how many points are cut (2 without it).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.ports import Driver
from tests.support.locks import ModbusLine, OsdpLine, unlock

pytestmark = pytest.mark.fault

CUTS = int(os.environ.get("HEIMVAKT_WIRE_CUTS", "2"))
SPAN = 150
"""Octets within which an order and its answer go over the wire, among questions for the state."""

FOR_S = 1.0
MENDED_S = 2.0 if CUTS > 10 else 0.5
TRIES_MAX = 100


@pytest.mark.timeout(60 + 6 * CUTS)
@pytest.mark.parametrize("make", [OsdpLine, ModbusLine])
async def test_a_cut_order_opens_once_or_not_at_all_and_is_told_as_it_was(
    make: Callable[[Path], OsdpLine], tmp_path: Path
) -> None:
    line = make(tmp_path)
    (body,) = line.bodies
    chance = random.Random(os.environ.get("HEIMVAKT_SEED", "locks"))
    told: Counter[str] = Counter()
    async with line.armed() as (driver, _):
        for number in range(CUTS):
            before = body.releases
            line.bus.cut_after(chance.randrange(SPAN))
            mending = asyncio.get_running_loop().call_later(
                chance.uniform(0, MENDED_S), line.bus.mend
            )
            how = await _order(driver, unlock(f"cut-{number}", for_s=FOR_S))
            opened = body.releases - before
            assert opened == {"done": 1, "not done": 0}.get(how, opened), (number, how)
            mending.cancel()
            line.bus.mend()
            await _whole_again(driver, f"after-{number}")
            if how != "not done":
                again = await _order(driver, unlock(f"cut-{number}", for_s=FOR_S))
                assert again == how, "the same order, asked for again"
            opened = body.releases - before
            assert opened == {"done": 1, "not done": 0}.get(how, opened), f"late: {number}, {how}"
            assert opened <= 1, (number, how)
            told[how] += 1
    print(make.__name__, dict(told), driver.counts())
    assert told["done"] or CUTS < 50


async def _order(driver: Driver, command: Command) -> str:
    try:
        await driver.execute(command)
    except CommandFailed as failed:
        return "not done" if failed.certain else "nobody knows"
    return "done"


async def _whole_again(driver: Driver, command_id: str) -> None:
    """Another order goes through, as soon as the lock is reached; it opens nothing."""
    for number in range(TRIES_MAX):
        shut = Command(command_id=f"{command_id}-{number}", verb=Verb.LOCK, device_id="lock-1")
        if await _order(driver, shut) == "done":
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the lock is not reached any more")
