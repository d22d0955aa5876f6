"""The receivers of `examples/receivers` against the real daemon and a real broker.

They share no code with the gateway, and were written from docs/integrating.md: who follows the
guide hears every alarm once, can answer it, and loses none when the broker is killed. The one in
JavaScript is skipped, with the reason, without node or before `npm ci` in its folder.
"""

from __future__ import annotations

import ast
import asyncio
import json
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from heimvakt_drivers.virtual.zigbee import EmergencyButton
from tests.support.beside import beside
from tests.support.broker import broker, needs_mosquitto
from tests.support.home import PENDANT, home
from tests.support.tap import tap

RECEIVERS = Path(__file__).parents[2] / "examples" / "receivers"
NODE = shutil.which("node")
PYTHON = (sys.executable, str(RECEIVERS / "receiver.py"))
JAVASCRIPT = (str(NODE), str(RECEIVERS / "receiver.mjs"))
LANGUAGES = [
    pytest.param(PYTHON, id="python"),
    pytest.param(
        JAVASCRIPT,
        id="javascript",
        marks=[
            pytest.mark.skipif(NODE is None, reason="node is not installed"),
            pytest.mark.skipif(
                not (RECEIVERS / "node_modules" / "mqtt").is_dir(),
                reason="mqtt for node is missing: npm ci --ignore-scripts in examples/receivers",
            ),
        ],
    ),
]
BEDSIDE = replace(PENDANT, device_id="bedside")
NO_ALARMS = (
    b'\xff{"data":',
    b"[]",
    b"[" * 20_000,
    b'{"source": "/heimvakt/demo-0001", "data": {}}',
    b'{"source": "/heimvakt/demo-0001", "data": {"alarm_id": {}, "revision": 0, "state": "a"}}',
    b'{"source": "/heimvakt/demo-0001", "data": {"alarm_id": "a", "revision": 1e999, "state": ""}}',
    b'{"source": ["/heimvakt/demo-0001"], "data": {"alarm_id": "a", "revision": 0, "state": "a"}}',
)
"""What somebody may say who is let in at the broker, and that stores nothing."""
WITHIN_S = 60.0
"""Until a test gives up waiting, on a machine that has other things to do."""


class Receiver:
    """One life of a receiver, and what it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._news = asyncio.Event()

    def count(self, *words: str) -> int:
        """How many lines begin with these words."""
        return sum(line.split()[: len(words)] == list(words) for line in self.lines)

    async def says(self, *words: str, count: int = 1) -> str:
        """The `count`-th line that begins with these words."""
        try:
            async with asyncio.timeout(WITHIN_S):
                while self.count(*words) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            error.add_note(f"the receiver said: {self.lines}")
            raise
        return [line for line in self.lines if line.split()[: len(words)] == list(words)][count - 1]

    async def operator(self, what: str, alarm_id: str) -> None:
        """Type what a person says of an alarm."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what} {alarm_id}\n".encode())
        await self.process.stdin.drain()

    async def read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())
            self._news.set()


@asynccontextmanager
async def receiver(program: tuple[str, ...], url: str, memory: Path) -> AsyncIterator[Receiver]:
    """It runs and has subscribed; killed in the end, as in a power cut."""
    process = await asyncio.create_subprocess_exec(
        *program,
        *(url, str(memory)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    one = Receiver(process)
    try:
        async with beside(one.read()):
            await one.says("listening")
            yield one
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@needs_mosquitto
@pytest.mark.slow
@pytest.mark.parametrize("program", LANGUAGES)
async def test_a_receiver_that_follows_the_guide_hears_each_alarm_once_and_can_answer_it(
    program: tuple[str, ...], tmp_path: Path
) -> None:
    memory = tmp_path / "memory"
    async with AsyncExitStack() as stack:
        empty = home(things=(PENDANT, BEDSIDE), rules="", broker_there=False)
        h = await stack.enter_async_context(empty)
        bedside = cast(EmergencyButton, h.devices["bedside"])
        await h.broker.start()
        heard = await stack.enter_async_context(tap(h.broker.url))
        async with receiver(program, h.broker.url, memory) as centre:
            service = await stack.enter_async_context(h.running())
            _, watched = await stack.enter_async_context(service.link())

            async def pressed(button: EmergencyButton, device_id: str) -> str:
                """Press it; which alarm that is."""

                def of_it() -> list[str]:
                    return [i for i, a in watched.alarms().items() if a["device_id"] == device_id]

                await button.press()
                await watched.until(lambda: bool(of_it()))
                return of_it()[0]

            async def taken(alarm_id: str) -> None:
                """Stored, answered, accepted by a person, and the gateway knows it."""
                await centre.says("new", alarm_id)
                await watched.until(lambda: watched.alarms()[alarm_id]["state"] == "delivered")
                await centre.operator("accepted", alarm_id)
                await watched.until(lambda: bool(watched.alarms()[alarm_id]["accepted_by"]))

            first = await pressed(h.pendant, "pendant")
            await taken(first)
            await heard.until(lambda: heard.answers(first).keys() == {"received", "accepted"})
            topic, message = heard.alarm(first)

            # A copy is no second alarm, and everything that was said of it is said again.
            before = heard.answers(first)
            heard.publish(topic, message)
            await centre.says("again", first)
            await heard.until(lambda: more(heard.answers(first), before, "received", "accepted"))

            # What is no alarm stops nothing, and nobody speaks for another home.
            for payload in NO_ALARMS:
                heard.publish(topic, payload)
            heard.publish(topic.replace("demo-0001", "demo-0002"), message)
            await centre.says("left", "aside", count=len(NO_ALARMS) + 1)
            await centre.operator("", "\nwhat?")
            await centre.operator("closed", first)
            await watched.until(lambda: watched.alarms()[first]["state"] == "closed")

            # The broker dies, forgets its sessions, and comes back.
            await h.broker.kill()
            second = await pressed(bedside, "bedside")
            await h.broker.start()
            await taken(second)
            assert [centre.count("new", alarm_id) for alarm_id in (first, second)] == [1, 1]

        # The receiver dies too: it knows what it had stored, and what its people had said.
        async with receiver(program, h.broker.url, memory) as centre:
            before = heard.answers(first)
            heard.publish(topic, message)
            await centre.says("again", first)
            said = ("received", "accepted", "closed")
            await heard.until(lambda: more(heard.answers(first), before, *said))
            assert centre.count("new") == 0
        assert not [each for each, _ in heard.messages if each == "heimvakt/v1/demo-0002/ack"]


@needs_mosquitto
async def test_what_cannot_be_stored_is_not_answered_and_ends_it(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    said = {"alarm_id": "demo-0001-1", "revision": 0, "state": "raised"}
    message = json.dumps({"source": "/heimvakt/demo-0001", "data": said}).encode()
    async with broker("mosquitto") as at, tap(at.url) as heard:
        async with receiver(PYTHON, at.url, memory) as centre:
            with closing(sqlite3.connect(memory)) as disk:
                disk.execute("DROP TABLE alarms")
            heard.publish("heimvakt/v1/demo-0001/alarm", message)
            async with asyncio.timeout(WITHIN_S):
                assert await centre.process.wait() == 1
            assert not heard.answers("demo-0001-1")

        # The broker has kept it: whoever mends the disk has the alarm.
        async with receiver(PYTHON, at.url, memory) as centre:
            await centre.says("new", "demo-0001-1")
            await heard.until(lambda: "received" in heard.answers("demo-0001-1"))


def more(now: Counter[str], before: Counter[str], *words: str) -> bool:
    """Whether each of the words was said once more."""
    return all(now[word] > before[word] for word in words)


def test_the_receiver_in_python_has_the_forty_lines_that_it_speaks_of() -> None:
    source = Path(PYTHON[1]).read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(source), clean=False)
    assert said is not None
    assert said.startswith("A response centre in 40 lines")
    code = [line.strip() for line in source.replace(f'"""{said}"""', "").splitlines()]
    counted = [line for line in code if line and not line.startswith(("#", "import ", "from "))]
    assert len(counted) == 40
