"""A line on which anything may come: nothing stops, nothing grows, no door is let go.

`HEIMVAKT_FRAMES` is how many frames are made up (300 without it).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from heimvakt.core.commands import CommandFailed
from heimvakt.core.events import DeviceEvent
from heimvakt_drivers.serial.modbus import wire
from heimvakt_drivers.virtual.modbus.board import crc as modbus_crc
from heimvakt_drivers.virtual.osdp.frame import head, whole
from tests.support.drivers import Gateway
from tests.support.locks import ModbusLine, OsdpLine, unlock

pytestmark = pytest.mark.fault

FRAMES = int(os.environ.get("HEIMVAKT_FRAMES", "300"))
GROWN_MIB_MAX = 8.0
"""Of this process, with the far end in it; a leak of 100 octets a frame would be twice that at
100,000 frames."""

TRIES_MAX = 200


def osdp_frame(chance: random.Random) -> bytes:
    """Mostly whole, from the address of the lock or another, on a secure channel or not."""
    block = chance.choice([b"", b"\x16", b"\x18", b"\x12\x01", b"\x14\x01", chance.randbytes(2)])
    code = chance.choice([*range(0x40, 0x59), 0x76, 0x78, 0x79, chance.randrange(256)])
    data = chance.randbytes(chance.choice([0, 0, 1, 2, 4, 12, 16, 32, chance.randrange(200)]))
    address = chance.choice([1, 1, 1, 2, 0x7F, chance.randrange(128)])
    return whole(head(address, chance.randrange(4), block, code, data, 0))


def modbus_frame(chance: random.Random) -> bytes:
    """An answer of a board, or what looks like one."""
    function = chance.choice([1, 2, 5, 6, 0x81, 0x82, 0x85, 0x86, chance.randrange(256)])
    data = chance.randbytes(chance.choice([1, 2, 2, 4, 5, chance.randrange(200)]))
    frame = bytes([chance.choice([1, 1, 2, chance.randrange(256)]), function]) + data
    return frame + modbus_crc(frame)


def made_up(chance: random.Random, frame: Callable[[random.Random], bytes]) -> bytes:
    octets = frame(chance)
    match chance.randrange(6):
        case 0:
            return chance.randbytes(chance.randrange(1, 60))
        case 1:
            return octets[: chance.randrange(len(octets))]
        case 2:
            place = chance.randrange(len(octets))
            return octets[:place] + chance.randbytes(1) + octets[place + 1 :]
    return octets


@pytest.mark.timeout(120 + FRAMES // 50)
@pytest.mark.parametrize(
    ("make", "frame"), [(OsdpLine, osdp_frame), (ModbusLine, modbus_frame)], ids=["osdp", "modbus"]
)
async def test_whatever_comes_nothing_stops_and_nothing_grows(
    make: Callable[[Path], OsdpLine],
    frame: Callable[[random.Random], bytes],
    tmp_path: Path,
) -> None:
    chance = random.Random(os.environ.get("HEIMVAKT_SEED", "locks"))
    line = make(tmp_path)
    process = psutil.Process()
    async with line.armed() as (driver, gateway):
        before = process.memory_info().rss
        for number in range(FRAMES):
            if number % 2:
                line.bus.garbage = made_up(chance, frame)  # in the place of an answer
            else:
                await line.bus.say(made_up(chance, frame))
            if number % 20 == 0:
                await asyncio.sleep(0.005)
            if number == FRAMES // 10:
                before = process.memory_info().rss  # warm by now
            _forget(gateway)
        line.bus.garbage = b""
        grown = (process.memory_info().rss - before) / 2**20
        released = line.bodies[0].releases
        for number in range(TRIES_MAX):
            try:
                await driver.execute(unlock(f"after-{number}"))
                break
            except CommandFailed:
                await asyncio.sleep(0.2)
        else:
            pytest.fail("it did not come back")
    assert released == 0
    assert grown < GROWN_MIB_MAX
    print(f"{make.__name__}: {FRAMES} frames, {grown:.1f} MiB more, {driver.counts()}")


@pytest.mark.timeout(120 + FRAMES // 50)
def test_what_a_board_answers_is_read_or_thrown_away(caplog: pytest.LogCaptureFixture) -> None:
    """On the line above a board is asked a few times a second: most frames never count there."""
    chance = random.Random(os.environ.get("HEIMVAKT_SEED", "locks"))
    questions = [
        wire.inputs(1, 0, 4),
        wire.inputs(1, 0, 64),
        wire.coil(1, 0),
        wire.switch(1, 0, on=True),
        wire.pulse_coil(1, 1, 10),
        wire.pulse_register(1, 1, 10),
    ]
    process = psutil.Process()
    before, refused = process.memory_info().rss, 0
    for number in range(FRAMES):
        question = chance.choice(questions)
        heard = made_up(chance, modbus_frame) + made_up(chance, modbus_frame)
        found = wire.answer(question, heard[: wire.FRAME_MAX])
        if found is not None and found.refused:
            refused += 1
        elif found is not None and question.echo is not None:
            assert question.echo in heard, "an order is only confirmed by its own words"
        if number == FRAMES // 10:
            before = process.memory_info().rss
    grown = (process.memory_info().rss - before) / 2**20
    assert grown < GROWN_MIB_MAX
    assert not caplog.records, "a library tells the log of each damaged frame"
    print(f"{FRAMES} answers of boards, {refused} of them refusals, {grown:.1f} MiB more")


def _forget(gateway: Gateway) -> None:
    """What the test's own gateway keeps is no leak of the driver."""
    assert all(isinstance(event, DeviceEvent) for event in gateway.emitted)
    gateway.calls.clear()
    gateway.durable.clear()
