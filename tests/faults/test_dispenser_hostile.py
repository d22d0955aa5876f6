"""Hostile and broken frames on the line of a dispenser: nothing stops, grows or lies.

Noise, frames cut in pieces, frames with a right check sum that nobody sealed, and everything that
was ever recorded, in between a life that goes on. HEIMVAKT_FRAMES says how many frames (2,000
without it), HEIMVAKT_SEED which ones.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
from pathlib import Path

import pytest

from heimvakt.core.events import ContactBack, DispenserTilted, DispenserUpright
from heimvakt_drivers.serial.dispenser.frame import (
    FROM_DEVICE,
    SECURE,
    WIRE_MAX,
    Frame,
    Splitter,
    Type,
    to_wire,
)
from heimvakt_drivers.serial.dispenser.payload import Result
from tests.support.dispenser import MEDICINE, Desk, DispenserBench, moment
from tests.support.dispenser_book import check

HOSTILE = int(os.environ.get("HEIMVAKT_FRAMES", "2000"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
LIFE_EVERY = 100
RECORDED_MAX = 500
GROWN_MAX = 5_000
"""Objects; one that is kept for each frame would show."""

pytestmark = pytest.mark.fault


class Attacker:
    """Sits on the wire without the key: hears all, says anything."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._recorded: list[bytes] = []

    def record(self, wire: bytes) -> None:
        self._recorded = [*self._recorded[-RECORDED_MAX:], wire] if wire else self._recorded

    def frame(self, seq: int) -> bytes:
        return self._chance.choice((self._noise, self._replayed, self._cut, self._forged))(seq)

    def _noise(self, seq: int) -> bytes:
        return self._chance.randbytes(self._chance.randrange(1, 400))

    def _replayed(self, seq: int) -> bytes:
        return self._chance.choice(self._recorded) if self._recorded else self._noise(seq)

    def _cut(self, seq: int) -> bytes:
        wire = self._replayed(seq)
        return wire[: self._chance.randrange(len(wire))]

    def _forged(self, seq: int) -> bytes:
        """With a right check sum, the right address and often the right number."""
        chance = self._chance
        sealed = chance.random() < 0.7
        return to_wire(
            Frame(
                chance.choice((0, FROM_DEVICE)) | (SECURE if sealed else 0),
                1,
                chance.choice((seq, seq + 1, chance.randrange(256))) % 256,
                chance.choice((*Type, chance.randrange(256))),
                chance.randrange(2**32) if sealed else None,
                chance.randbytes(chance.randrange(8, 100)),
                chance.choice((1, 1, 1, 0, 7, 15)),
            )
        )


class Tapped(Desk):
    """A desk with somebody on the wire."""

    def tap(self, attacker: Attacker) -> None:
        feed = self.device.feed

        def tapped(octets: bytes) -> bytes:
            attacker.record(octets)
            answer = feed(octets)
            attacker.record(answer)
            return answer

        self.device.feed = tapped  # type: ignore[method-assign]


@pytest.mark.timeout(120 + HOSTILE // 100)
def test_without_the_key_nothing_is_done_nothing_believed_and_nothing_kept() -> None:
    chance = random.Random(SEED)
    attacker = Attacker(chance)
    desk = Tapped()
    desk.tap(attacker)
    desk.run(2)
    gc.collect()
    objects = len(gc.get_objects())
    turns, events, tilted = 0, len(desk.events), False
    for number in range(HOSTILE):
        seq = desk.talk._seq
        if number % 2:
            done = desk.device.requests
            desk.device.feed(attacker.frame(seq))
            assert desk.device.requests == done, "carried out what nobody sealed"
        else:
            _hear(desk, attacker.frame(seq))
        if number % LIFE_EVERY == 0:
            tilted = not tilted
            desk.device.tilt(tilted=tilted)
            desk.run(1.5)
            events += 1
            told = [e for e in desk.events if isinstance(e, DispenserTilted | DispenserUpright)]
            assert isinstance(told[-1], DispenserTilted) is tilted
    desk.device.tilt(tilted=False)
    desk.release("once", moment("02 09:00"))
    desk.run(5)
    answer = desk.answers["once"]
    assert answer is not None
    assert answer.result == Result.DONE
    turns = len(desk.device.turns)
    assert turns == 1
    check(desk)
    assert len(desk.splitter._part) <= WIRE_MAX
    gc.collect()
    kept = 40 * len(desk.events) + 3 * RECORDED_MAX  # what the test itself keeps
    assert len(gc.get_objects()) - objects < GROWN_MAX + kept


def _hear(desk: Desk, octets: bytes) -> None:
    """While an answer is waited for, something else comes first."""
    frame = desk.talk.ask(desk.seconds, desk.now, desk.clock)
    if frame is None:
        return
    for heard in desk.splitter.feed(octets):
        facts = desk.talk.heard(heard, desk.seconds)
        assert not facts, "believed what nobody sealed"
        if facts is not None:
            return
    list(desk.splitter.feed(b"\0"))
    desk.device.tick()
    for answer in Splitter().feed(desk.device.feed(to_wire(frame))):
        desk.take(desk.talk.heard(answer, desk.seconds) or ())


async def test_a_line_full_of_noise_does_not_stop_the_driver(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    bench = DispenserBench(tmp_path)
    async with bench.served(), bench.armed() as (driver, gateway):
        feed = bench.dispenser.feed

        def noisy(octets: bytes) -> bytes:
            noise = chance.randbytes(chance.randrange(300))
            return noise + b"\0" + feed(octets) + (noise if chance.random() < 0.3 else b"")

        bench.dispenser.feed = noisy  # type: ignore[method-assign]
        for number in range(min(HOSTILE // 100, 1000)):
            bench.dispenser.tilt(tilted=number % 2 == 0)
            await gateway.next(DispenserTilted if number % 2 == 0 else DispenserUpright)
        assert gateway.of(MEDICINE, ContactBack)
        assert driver.counts()["frames-broken"] > 0
        assert len(driver.counts()) <= 20
        assert len(asyncio.all_tasks()) < 20
