"""The page and its gateway: what is followed, what is let go, and what happens when one is gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from heimvakt.core.page_address import LoopbackAddress
from heimvakt.page import live as live_module
from heimvakt.page.control import LINE_BYTES_MAX, Control, NoService, Refused
from heimvakt.page.guard import COOKIE
from heimvakt.page.live import STREAMS_MAX, Full, Gone, Live
from heimvakt.page.serving import opened
from tests.support.beside import beside
from tests.support.ports import HeldPort

Say = Callable[[dict[str, Any]], Awaitable[None]]
Answer = Callable[[dict[str, Any], Say], Coroutine[Any, Any, None]]
EVENT = {
    "event": {"kind": "door-opened", "seq": 1, "at": "2026-11-22T12:00:00+00:00"},
    "alarms": [],
}


class FarEnd:
    """The other side of the control socket, as far as a test says what it answers."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[dict[str, Any]] = []
        self.hung_up = asyncio.Event()
        """Somebody has gone who was being answered."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: dict[str, Any]) -> None:
            writer.write(json.dumps(line).encode() + b"\n")
            await writer.drain()

        try:
            line = await reader.readline()
            if not line:
                return
            self.asked.append(json.loads(line))
            work = asyncio.create_task(self._answer(self.asked[-1], say))
            gone = asyncio.create_task(reader.read(1))
            try:
                await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    self.hung_up.set()
            finally:
                work.cancel()
                gone.cancel()
                await asyncio.wait({work, gone})
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def far_end(path: Path, answer: Answer) -> AsyncIterator[FarEnd]:
    end = FarEnd(answer)
    talks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(end.serve(reader, writer)))

    server = await asyncio.start_unix_server(serve, path)
    try:
        yield end
    finally:
        server.close()
        for talk in talks:
            talk.cancel()
        if talks:
            await asyncio.wait(talks)


async def test_an_error_of_the_gateway_is_told_as_it_is(tmp_path: Path) -> None:
    async def answer(_: dict[str, Any], say: Say) -> None:
        await say({"error": "that cannot be done\n  because of the wind"})

    async with far_end(tmp_path / "control", answer) as end:
        with pytest.raises(Refused, match="because of the wind"):
            await Control(tmp_path / "control").ask("history", device_id="bed", hours=24)
        assert end.asked == [{"do": "history", "device_id": "bed", "hours": 24}]


@pytest.mark.parametrize("said", [None, {"x": "y" * LINE_BYTES_MAX}])
async def test_a_gateway_that_hangs_up_or_says_too_much_is_none(
    tmp_path: Path, said: dict[str, Any] | None
) -> None:
    async def answer(_: dict[str, Any], say: Say) -> None:
        if said is not None:
            await say(said)

    async with far_end(tmp_path / "control", answer):
        with pytest.raises(NoService):
            await Control(tmp_path / "control").ask("status")


async def test_whoever_closes_the_page_ends_the_self_test(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def answer(request: dict[str, Any], say: Say) -> None:
        if request["do"] == "self-test":
            words = {"nb": "klokke", "en": "clock"}
            await say({"begins": "clock/true", "number": 1, "of": 2, "part": words, "title": words})
            begun.set()
            await end.hung_up.wait()
        else:
            await say({"error": "not now"})

    with HeldPort() as held:
        url = f"http://127.0.0.1:{held.number}"
        address = LoopbackAddress("127.0.0.1", held.number)
        control = Control(tmp_path / "control")
        async with (
            far_end(tmp_path / "control", answer) as end,
            opened(control, address, tmp_path / "desk") as (entry, _),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        ):
            now = asyncio.get_running_loop().time()
            ticket = entry.enter(entry.new_code(now), now)
            headers = {"Origin": url, "Cookie": f"{COOKIE}={ticket}"}
            sending = http.post(f"{url}/self-test", data={"hand": "on"}, headers=headers)
            async with asyncio.timeout(60), sending as answered:
                assert json.loads(await answered.content.readline())["number"] == 1
                await begun.wait()
                answered.close()  # as a browser does whose page is closed
                await end.hung_up.wait()
            assert {"do": "self-test", "with": ["hand"]} in end.asked


async def test_all_are_told_by_one_line_and_again_when_the_gateway_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "AGAIN_S", 0.02)
    hang_up = asyncio.Event()

    async def answer(request: dict[str, Any], say: Say) -> None:
        if request["do"] == "watch":
            await say({"watching": True, "seq": 0})
            await say(EVENT)
            await hang_up.wait()
            hang_up.clear()
        else:
            await say({"error": "still starting"})

    async with far_end(tmp_path / "control", answer) as end:
        live = Live(Control(tmp_path / "control"))
        with live.stream() as one, live.stream() as other:
            async with asyncio.timeout(60), beside(live.run()):
                for stream in (one, other):
                    while await stream.next() != EVENT:
                        pass
                assert [each["do"] for each in end.asked].count("watch") == 1
                hang_up.set()
                while not isinstance(await one.next(), Gone):
                    pass
                while await one.next() != EVENT:
                    pass
        with live.stream() as late:
            assert await late.next() == EVENT, "who comes later sees what was lately"


def test_so_many_may_look_and_no_more(tmp_path: Path) -> None:
    live = Live(Control(tmp_path / "control"))
    streams = [live.stream() for _ in range(STREAMS_MAX + 1)]
    for stream in streams[:-1]:
        stream.__enter__()
    with pytest.raises(Full):
        streams[-1].__enter__()
    streams[0].__exit__(None, None, None)
    with live.stream():
        pass
