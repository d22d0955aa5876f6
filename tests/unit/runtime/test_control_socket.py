"""The control socket from one life of the gateway to the next: whoever asks between them waits."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from heimvakt.runtime import control_socket
from heimvakt.runtime.control import Desk, Request
from heimvakt.runtime.control_socket import ControlSocket
from tests.support.beside import beside
from tests.support.lives import Life, live

STATUS = {"do": "status"}
WITHIN_S = 30.0


class Asked:
    """One question over a connection of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, request: Mapping[str, object]) -> None:
        self._writer.write(json.dumps(request).encode() + b"\n")

    async def hear(self) -> Any:
        """None: it was hung up on."""
        async with asyncio.timeout(WITHIN_S):
            try:
                line = await self._reader.readline()
            except ConnectionResetError:
                return None
        return json.loads(line) if line else None

    async def hang_up(self) -> None:
        self._writer.close()
        with suppress(ConnectionResetError):
            await self._writer.wait_closed()


class Two:
    """Lives that answer by name, one after the other, and those who ask."""

    def __init__(self, control: ControlSocket, path: Path, life: Life) -> None:
        self.control = control
        self.path = path
        self.taken = asyncio.Event()
        self.may_answer = asyncio.Event()
        self._pipeline = life.pipeline
        self._asked: list[Asked] = []

    @asynccontextmanager
    async def living(self, name: str) -> AsyncIterator[None]:
        async def status(_: Request) -> Mapping[str, Any]:
            return {"life": name}

        async def slow(_: Request) -> Mapping[str, Any]:
            self.taken.set()
            await self.may_answer.wait()
            return {"slow": name}

        desk = Desk(self._pipeline, {"status": status, "slow": slow})
        async with beside(self.control.answer(desk)):
            await self.control.answers.wait()
            yield

    async def connect(self) -> Asked:
        made = Asked(*await asyncio.open_unix_connection(self.path))
        self._asked.append(made)
        return made

    async def ask(self, request: Mapping[str, object] = STATUS) -> Asked:
        made = await self.connect()
        made.say(request)
        return made

    async def hang_up(self) -> None:
        for made in self._asked:
            await made.hang_up()


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    path = tmp_path / "control"
    async with live(tmp_path / "state") as life:
        with closing(ControlSocket(path)) as control:
            made = Two(control, path, life)
            yield made
        await made.hang_up()
    assert not path.exists()


async def test_whoever_asks_between_two_lives_is_answered_by_the_next(two: Two) -> None:
    async with two.living("first"):
        assert await (await two.ask()).hear() == {"life": "first"}
        early = await two.connect()
    waiting = [await two.ask() for _ in range(3)]
    early.say(STATUS)
    async with two.living("second"):
        for asked in (early, *waiting):
            assert await asked.hear() == {"life": "second"}


async def test_what_a_life_has_answered_and_tells_ends_with_it(two: Two) -> None:
    async with two.living("first"):
        idle, watcher = await two.ask(), await two.ask({"do": "watch"})
        await idle.hear()
        assert (await watcher.hear())["watching"]
    assert await idle.hear() is None, "whoever is answered next asks another one"
    assert await watcher.hear() is None


async def test_what_was_asked_before_the_end_is_answered_still(two: Two) -> None:
    async with two.living("first"):
        asked = await two.ask({"do": "slow"})
        await two.taken.wait()
        asyncio.get_running_loop().call_later(0.01, two.may_answer.set)
    assert await asked.hear() == {"slow": "first"}
    assert await asked.hear() is None


async def test_nobody_waits_long_for_an_answer_that_does_not_come(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_socket, "LAST_ANSWERS_S", 0.01)
    async with two.living("first"):
        asked = await two.ask({"do": "slow"})
        await two.taken.wait()
    assert await asked.hear() is None


async def test_whoever_waits_when_all_is_over_is_hung_up_on(two: Two) -> None:
    async with two.living("first"):
        waits = await two.connect()
        assert await (await two.ask()).hear() == {"life": "first"}, "and so it is heard"
    waits.say(STATUS)
    two.control.close()
    assert await waits.hear() is None


async def test_a_file_that_somebody_took_away_is_there_again_with_the_next_life(two: Two) -> None:
    async with two.living("first"):
        pass
    two.path.unlink()
    async with two.living("second"):
        assert await (await two.ask()).hear() == {"life": "second"}


@pytest.fixture
def another() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as made:
        yield made


async def test_the_file_of_another_process_is_left_to_it(
    tmp_path: Path, another: socket.socket
) -> None:
    async with live(tmp_path / "state") as life:
        with closing(ControlSocket(tmp_path / "control")) as control:
            two = Two(control, tmp_path / "control", life)
            async with two.living("first"):
                pass
            two.path.unlink()
            another.bind(str(two.path))
        assert two.path.exists()
