"""The control socket, on a real socket: whatever comes in, it answers or hangs up, and goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from heimvakt.core.events import ButtonPressed, MotionDetected
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.runtime.control import LINE_BYTES_MAX, Desk, RequestRefused, Tell
from heimvakt.runtime.control_socket import ControlSocket
from tests.support.beside import beside
from tests.support.lives import Life, live

MOTION = MotionDetected(device_id="hall")


async def status(request: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"fine": True, "asked": request.get("for")}


async def refuse(_: Mapping[str, Any]) -> Mapping[str, Any]:
    raise RequestRefused("not at night")


async def fail(_: Mapping[str, Any]) -> Mapping[str, Any]:
    raise StoreUnavailable("the disk is full: make room")


async def until(true: Callable[[], bool]) -> None:
    """Nothing tells when the other side has noticed: look in every turn of the loop."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0)


class Work:
    """Something that takes its time: holds something open, and tells a step whenever it is let."""

    def __init__(self) -> None:
        self.open = 0
        self.go = asyncio.Semaphore(0)

    async def steps(self, request: Mapping[str, Any], tell: Tell) -> Mapping[str, Any]:
        self.open += 1
        try:
            for step in request["say"]:
                await self.go.acquire()
                await tell({**step, "long": "x" * size} if (size := request.get("long")) else step)
            if "refuse" in request:
                raise RequestRefused("the radio is lost")
            return {"in": "all"}
        finally:
            self.open -= 1


class Line:
    """One conversation with the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def ask(self, request: object) -> Any:
        return await self.say(json.dumps(request).encode() + b"\n")

    async def say(self, raw: bytes) -> Any:
        self.writer.write(raw)
        await self.writer.drain()
        return await self.hear()

    async def hear(self) -> Any:
        async with asyncio.timeout(30):
            line = await self._reader.readline()
        return json.loads(line) if line else None


class Socket:
    """A life with a control socket."""

    def __init__(self, path: Path, life: Life) -> None:
        self.path = path
        self.life = life
        self.work = Work()
        self._lines: list[Line] = []

    async def line(self) -> Line:
        reader, writer = await asyncio.open_unix_connection(self.path, limit=2**20)
        self._lines.append(Line(reader, writer))
        return self._lines[-1]

    async def hang_up(self) -> None:
        for line in self._lines:
            line.writer.close()
            await asyncio.wait([asyncio.ensure_future(line.writer.wait_closed())])


@asynccontextmanager
async def control(tmp_path: Path, **limits: int) -> AsyncIterator[Socket]:
    path = tmp_path / "run" / "control.sock"
    handlers = {"status": status, "refuse": refuse, "fail": fail}
    async with live(tmp_path / "state") as life:
        made = Socket(path, life)
        desk = Desk(life.pipeline, handlers, in_steps={"work": made.work.steps}, **limits)
        with closing(ControlSocket(path)) as served:
            async with beside(served.answer(desk)):
                await served.answers.wait()
                assert path.stat().st_mode & 0o777 == 0o660
                yield made
        await made.hang_up()
    assert not path.exists()


async def test_a_request_has_one_line_of_answer_and_more_may_follow(tmp_path: Path) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        for who in ("me", "øy"):
            assert await line.ask({"do": "status", "for": who}) == {"fine": True, "asked": who}


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"nonsense\n", 'a request is one JSON object: {"do": "status"}'),
        (b"[1, 2]\n", 'a request is one JSON object: {"do": "status"}'),
        (b"\xff\xfe\n", 'a request is one JSON object: {"do": "status"}'),
        (b"[" * 50_000 + b"\n", 'a request is one JSON object: {"do": "status"}'),
        (b'{"do": "dance"}\n', "no such request; known: fail, refuse, status, watch, work"),
        (b"{}\n", "no such request; known: fail, refuse, status, watch, work"),
        (b'{"do": "refuse"}\n', "not at night"),
        (b'{"do": "fail"}\n', "the disk is full: make room"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_the_reason(
    tmp_path: Path, raw: bytes, error: str
) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        assert await line.say(raw) == {"error": error}
        assert await line.ask({"do": "status"}) == {"fine": True, "asked": None}


async def test_a_line_that_is_too_long_is_refused_and_the_next_caller_is_served(
    tmp_path: Path,
) -> None:
    async with control(tmp_path) as socket:
        rude = await socket.line()
        assert await rude.say(b"x" * (LINE_BYTES_MAX + 1) + b"\n") == {
            "error": f"a request has at most {LINE_BYTES_MAX} bytes"
        }
        assert await rude.hear() is None
        assert (await (await socket.line()).ask({"do": "status"}))["fine"]


async def test_half_a_line_and_gone_is_no_fault(tmp_path: Path) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        line.writer.write(b'{"do": "sta')
        line.writer.close()
        assert (await (await socket.line()).ask({"do": "status"}))["fine"]


async def test_a_watcher_hears_every_committed_event_and_what_it_led_to(tmp_path: Path) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        assert await line.ask({"do": "watch"}) == {"watching": True, "seq": 1}
        await socket.life.pipeline.emit(MOTION, ButtonPressed(device_id="button"))
        motion, press = await line.hear(), await line.hear()
        assert (motion["event"]["kind"], motion["alarms"]) == ("motion-detected", [])
        assert press["event"]["seq"] == 3
        assert press["alarms"][0]["kind"] == "button"
        assert press["thoughts"][0]["rule"] == "button"
        assert press["thoughts"][0]["effect"] == "RaiseAlarm"


async def test_a_watcher_who_talks_is_not_listened_to_and_one_who_hangs_up_is_forgotten(
    tmp_path: Path,
) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        await line.ask({"do": "watch"})
        line.writer.write(b"x" * 10 * LINE_BYTES_MAX)
        await line.writer.drain()
        await socket.life.pipeline.emit(MOTION)
        assert (await line.hear())["event"]["kind"] == "motion-detected"
        line.writer.close()
        await until(lambda: not socket.life.pipeline._watchers)
        await socket.life.pipeline.emit(MOTION)


async def test_a_watcher_who_does_not_read_is_hung_up_on(tmp_path: Path) -> None:
    async with control(tmp_path, watch_waiting_max=20) as socket:
        slow, quick = await socket.line(), await socket.line()
        await slow.ask({"do": "watch"})
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(60):
            await socket.life.pipeline.emit(*[MOTION] * 64)
            if not socket.life.pipeline._watchers:
                break
            await asyncio.sleep(0)
        assert socket.life.pipeline._watchers == []
        assert (await quick.ask({"do": "status"}))["fine"]


async def test_the_end_of_the_gateway_ends_every_conversation(tmp_path: Path) -> None:
    async with control(tmp_path) as socket:
        idle, watcher = await socket.line(), await socket.line()
        await idle.ask({"do": "status"})
        await watcher.ask({"do": "watch"})
    assert await idle.hear() is None
    assert await watcher.hear() is None


async def test_a_socket_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "control.sock").touch()
    async with control(tmp_path) as socket:
        assert (await (await socket.line()).ask({"do": "status"}))["fine"]


async def test_what_takes_its_time_is_told_step_by_step_and_the_last_line_says_done(
    tmp_path: Path,
) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        socket.work.go.release()
        say = [{"step": "found"}, {"step": "heard"}]
        assert await line.ask({"do": "work", "say": say}) == say[0]
        assert socket.work.open == 1, "nothing is told before it is so"
        socket.work.go.release()
        assert [await line.hear(), await line.hear()] == [say[1], {"in": "all", "done": True}]
        assert await line.hear() is None
        assert socket.work.open == 0
        assert (await (await socket.line()).ask({"do": "status"}))["fine"]


async def test_whoever_hangs_up_ends_what_was_begun(tmp_path: Path) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        socket.work.go.release()
        await line.ask({"do": "work", "say": [{"step": "open"}, {"step": "never"}]})
        assert socket.work.open == 1
        line.writer.close()
        await until(lambda: socket.work.open == 0)
        assert (await (await socket.line()).ask({"do": "status"}))["fine"]


async def test_the_end_of_the_gateway_ends_what_was_begun(tmp_path: Path) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        socket.work.go.release()
        await line.ask({"do": "work", "say": [{"step": "open"}, {"step": "never"}]})
    assert await line.hear() is None
    assert socket.work.open == 0


async def test_what_goes_wrong_on_the_way_is_the_last_line(tmp_path: Path) -> None:
    async with control(tmp_path) as socket:
        line = await socket.line()
        socket.work.go.release()
        await line.ask({"do": "work", "say": [{"step": "open"}], "refuse": True})
        assert await line.hear() == {"error": "the radio is lost"}
        assert await line.hear() is None


async def test_whoever_follows_and_does_not_read_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt.runtime.control.SEND_S", 0.05)
    async with control(tmp_path) as socket:
        slow = await socket.line()
        socket.work.go.release()
        await slow.ask({"do": "work", "say": [{}] * 200, "long": 100_000})
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(200):
            socket.work.go.release()
        await until(lambda: socket.work.open == 0)
        assert socket.work.go._value > 0, "there was more to tell"
        assert (await (await socket.line()).ask({"do": "status"}))["fine"]
