"""A slow host slows the radio down, and a host that is gone is noticed."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Iterator

import pytest

from heimvakt_drivers.virtual.wire import line as line_module
from heimvakt_drivers.virtual.wire.line import (
    Line,
    LineFullError,
    LineGoneError,
    LineStalledError,
)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, int]]:
    host, radio = socket.socketpair()
    radio.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    with host:
        yield host, radio.detach()


async def test_what_is_written_arrives_with_its_time(pair: tuple[socket.socket, int]) -> None:
    host, fd = pair
    line = Line(fd)
    before = time.monotonic_ns()
    at = await line.write(b"abc")
    assert before <= at <= time.monotonic_ns()
    assert host.recv(10) == b"abc"
    line.close()


async def test_a_slow_host_gets_every_frame_whole_and_in_order(
    pair: tuple[socket.socket, int],
) -> None:
    host, fd = pair
    line = Line(fd)
    frames = [bytes((n & 0xFF,)) * 100 for n in range(1000)]
    writing = asyncio.gather(*(line.write(frame) for frame in frames))
    got = b""
    while len(got) < 100_000:
        got += await asyncio.to_thread(host.recv, 3000)
    await writing
    assert got == b"".join(frames)
    line.close()


async def test_a_host_that_reads_nothing_loses_the_frame(pair: tuple[socket.socket, int]) -> None:
    _, fd = pair
    line = Line(fd, stall_s=0.01)
    with pytest.raises(LineStalledError):
        await line.write(bytes(1_000_000))
    line.close()


async def test_the_number_of_frames_that_wait_is_limited(
    pair: tuple[socket.socket, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "WAITING_MAX", 50)
    _, fd = pair
    line = Line(fd)
    blocked = asyncio.ensure_future(line.write(bytes(1_000_000)))
    await asyncio.sleep(0)
    writes = [asyncio.ensure_future(line.write(bytes(10))) for _ in range(99)]
    await asyncio.wait(writes, return_when=asyncio.FIRST_EXCEPTION)
    line.close()
    results = await asyncio.gather(blocked, *writes, return_exceptions=True)
    assert [type(result) for result in results] == [LineGoneError] * 50 + [LineFullError] * 50


async def test_a_host_that_hangs_up_ends_the_reading_and_the_writing(
    pair: tuple[socket.socket, int],
) -> None:
    host, fd = pair
    line = Line(fd)
    reading = asyncio.ensure_future(line.read())
    await asyncio.sleep(0)
    host.close()
    assert await reading == b""
    with pytest.raises(LineGoneError):
        await line.write(b"abc")
    line.close()


async def test_closing_wakes_who_waits(pair: tuple[socket.socket, int]) -> None:
    _, fd = pair
    line = Line(fd)
    reading = asyncio.ensure_future(line.read())
    await asyncio.sleep(0)
    line.close()
    line.close()
    assert await reading == b""
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(fd)
