"""A stick that is let go takes with it what it was asked, and nobody hears of that afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from pathlib import Path
from typing import Any

import pytest
from zigpy.exceptions import DeliveryError
from zigpy.types import AddrMode, AddrModeAddress, SerializableBytes, ZigbeePacket

from heimvakt_drivers.zigbee.radio.families import coordinator_for
from tests.support.zigbee import ZigbeeBench, formed

ASKED = 4
"""The first holds the line, since the radio says nothing; the others wait for it."""
FRAME = b"\x10\x01\x00\x04\x00"
"""Read the maker's name."""


def _packet(number: int) -> ZigbeePacket:
    # They convert what they are given, which their types do not say.
    address: Any = AddrModeAddress
    make: Any = ZigbeePacket
    to, here = (address(AddrMode.NWK, nwk) for nwk in (0x1A00 + number, 0x0000))
    packet: ZigbeePacket = make(
        src=here,
        src_ep=1,
        dst=to,
        dst_ep=1,
        tsn=number,
        profile_id=0x0104,
        cluster_id=0x0000,
        data=SerializableBytes(FRAME),
    )
    return packet


@pytest.mark.parametrize("tries", [1, 3])
async def test_requests_that_nobody_waits_for_any_more_end_with_their_radio(
    tries: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where whoever asked tries again when it is given up, as zigpy does."""
    family: Any = coordinator_for("znp")
    connect = family.connect
    opened: list[Any] = []
    wrong: list[dict[str, Any]] = []

    async def connects(self: Any) -> None:
        opened.append(self)
        await connect(self)

    monkeypatch.setattr(family, "connect", connects)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, what: wrong.append(what))
    bench = ZigbeeBench(tmp_path, [], formed())
    async with bench.served():
        async with bench.armed(permit="never"):
            bench.radio.faults.mute = True
            asked = [
                loop.create_task(_send(opened[0], _packet(i), tries - 1)) for i in range(ASKED)
            ]
            await _under_way(ASKED)
            if tries == 1:
                for each in asked:
                    each.cancel()
                await asyncio.wait(asked)
                assert len(_requests()) == ASKED, "they are shielded"
        ends = await asyncio.gather(*asked, return_exceptions=True)
        if tries > 1:
            assert all(isinstance(end, DeliveryError) for end in ends), "and nobody is cancelled"
        for _ in range(ASKED):
            await asyncio.sleep(0)
        assert not _requests()
    gc.collect()
    assert wrong == []


async def _send(app: Any, packet: ZigbeePacket, tries: int) -> None:
    """And again so many times."""
    for _ in range(tries):
        with contextlib.suppress(Exception):
            await app.send_packet(packet)
    await app.send_packet(packet)


def _requests() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if "ShieldedRequests._asked" in repr(task)]


async def _under_way(count: int) -> None:
    async with asyncio.timeout(30):
        while len(_requests()) < count:  # noqa: ASYNC110 - a task of zigpy-znp tells nobody
            await asyncio.sleep(0)
