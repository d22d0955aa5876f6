"""The watchdog is fed with proof: a commit, and nothing else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from heimvakt.core.events import MotionDetected
from heimvakt.runtime.alive import run_alive
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.notify import Notifier
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.store.store import SqliteStore
from tests.support.gated import GatedStore
from tests.support.homes import EVENING
from tests.support.lives import pipeline_over, running

USEC = 60_000


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.bind(str(tmp_path / "notify"))
    end.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", str(USEC))
    return end


@asynccontextmanager
async def alive(tmp_path: Path) -> AsyncIterator[tuple[GatedStore, Pipeline]]:
    async with SqliteStore(tmp_path / "state", opened_at=EVENING) as real:
        store = GatedStore(real)
        pipeline = pipeline_over(store, DrivenClock(EVENING))
        async with running(pipeline):
            task = asyncio.get_running_loop().create_task(run_alive(pipeline, Notifier()))
            try:
                yield store, pipeline
            finally:
                task.cancel()
                await asyncio.wait([task])


async def heard(end: socket.socket) -> bytes:
    async with asyncio.timeout(30):
        return await asyncio.get_running_loop().sock_recv(end, 4096)


async def test_it_is_fed_again_and_again_while_commits_succeed(
    tmp_path: Path, systemd: socket.socket
) -> None:
    with closing(systemd):
        async with alive(tmp_path) as (store, _):
            for _ in range(4):
                assert (await heard(systemd)).startswith(b"WATCHDOG=1\nSTATUS=armed: 0 events")
            assert len(store.transactions) >= 4, "every time there was a commit"


async def test_with_a_store_that_hangs_nothing_is_sent(
    tmp_path: Path, systemd: socket.socket
) -> None:
    with closing(systemd):
        async with alive(tmp_path) as (store, _):
            await heard(systemd)
            store.open.clear()
            store.asked.clear()
            await store.asked.wait()
            with suppress(BlockingIOError):
                while systemd.recv(4096):
                    pass  # what was sent before
            await asyncio.sleep(3 * USEC / 1e6)
            with pytest.raises(BlockingIOError):
                systemd.recv(4096)
            store.open.set()
            assert (await heard(systemd)).startswith(b"WATCHDOG=1")


async def test_not_even_the_first_time_without_a_commit(
    tmp_path: Path, systemd: socket.socket
) -> None:
    with closing(systemd):
        async with alive(tmp_path) as (store, _):
            store.open.clear()
            await store.asked.wait()
            with pytest.raises(BlockingIOError):
                systemd.recv(4096)


async def test_a_commit_of_its_own_is_made_only_where_there_was_no_other(
    tmp_path: Path, systemd: socket.socket
) -> None:
    with closing(systemd):
        async with alive(tmp_path) as (store, pipeline):
            await heard(systemd)
            before = len(store.transactions)
            await pipeline.emit(MotionDetected(device_id="hall"))
            assert b"1 events" in await heard(systemd)
            assert len(store.transactions) == before + 1
