"""Garbage on the serial line holds no frame back: zigpy-znp's own reader, octets in, frames out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from zigpy_znp.uart import ZnpMtProtocol  # type: ignore[import-untyped]

from heimvakt_drivers.zigbee.radio import line
from heimvakt_drivers.zigbee.radio.line import LineWatch

FRAME = bytes.fromhex("fe0145c00084")  # a state change: starting, no network


class Reader:
    def __init__(self, *, watched: bool = True) -> None:
        self.frames = 0
        self.some = asyncio.Event()
        self.counted: Counter[str] = Counter()
        self.protocol: Any = ZnpMtProtocol(SimpleNamespace(frame_received=self._frame))
        self.watch = LineWatch(self.protocol, self.counted) if watched else None

    def _frame(self, frame: object) -> None:
        self.frames += 1
        self.some.set()

    def close(self) -> None:
        if self.watch:
            self.watch.close()


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


async def test_whole_frames_pass(reader: Reader) -> None:
    reader.protocol.data_received(FRAME + FRAME[:3])
    reader.protocol.data_received(FRAME[3:])
    assert reader.frames == 2
    assert reader.counted == {}


async def test_octets_between_frames_are_counted_and_passed_over(reader: Reader) -> None:
    reader.protocol.data_received(b"\x00garbage" + FRAME + b"\xfe\xff" + FRAME)
    assert reader.frames == 2
    assert reader.counted["garbage on the line"] == 2


async def test_a_wrong_checksum_is_counted_and_the_next_frame_passes(reader: Reader) -> None:
    reader.protocol.data_received(FRAME[:-1] + b"\x00" + FRAME)
    assert reader.frames == 1
    assert reader.counted["garbage on the line"] >= 1


async def test_the_library_alone_lets_a_frame_wait_behind_a_false_beginning() -> None:
    reader = Reader(watched=False)  # the day this fails, LineWatch is needed no more
    reader.protocol.data_received(b"\xfe\xfa" + FRAME)
    await asyncio.sleep(0)
    assert reader.frames == 0


async def test_a_frame_behind_a_false_beginning_comes_when_the_line_stands_still(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "STANDSTILL_S", 0.01)
    reader.protocol.data_received(b"\xfe\xfa" + FRAME)
    assert reader.frames == 0
    await reader.some.wait()
    assert reader.frames == 1
    assert reader.counted["unfinished frame on the line"] == 1


async def test_what_never_becomes_a_frame_is_thrown_away(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "STANDSTILL_S", 0.001)
    reader.protocol.data_received(b"\xfe\xfa\xfe\xfa\xfe\xfa" + FRAME)
    await reader.some.wait()
    assert reader.frames == 1
    assert not reader.protocol._buffer


async def test_a_frame_that_comes_in_pieces_is_waited_for(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "STANDSTILL_S", 30.0)  # a busy machine pauses within it too
    for octet in FRAME:
        reader.protocol.data_received(bytes((octet,)))
        await asyncio.sleep(0.001)
    assert reader.frames == 1
    assert reader.counted == {}
