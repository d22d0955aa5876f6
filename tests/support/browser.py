"""A real browser without a window, used as a person does: Chromium over its DevTools protocol.

Nothing of it is mocked and no driver stands between: keys go in as keys, and what assistive
technology would be told comes out of its accessibility tree.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from .beside import beside

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
START_S_MAX = 60.0
ANSWER_S_MAX = 60.0
FOUND_S_MAX = 60.0
"""A page takes a moment; on a machine that has too much to do it takes as long as it takes."""
MESSAGE_BYTES_MAX = 64 << 20

NO_NAMES = ("MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1")
"""Rules of its resolver: none is ever asked of the network."""

KEYS: dict[str, tuple[int, str]] = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    " ": (32, " "),
}


def why_not() -> str | None:
    """Why there is no browser; None where there is one."""
    return None if _program() else f"none of {', '.join(PROGRAMS)} is on PATH"


class Page:
    """One tab with a memory (cookies) of its own."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    async def do(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command of the protocol."""
        return await self._browser.do(method, session=self._session, **parameters)

    async def run(self, script: str) -> Any:
        """What an expression is worth there; a promise is waited for."""
        answer = await self.do(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def go(self, url: str) -> None:
        """Open it; returns when it is there, whatever it says."""
        before = await self.run("performance.timeOrigin")
        await self.do("Page.navigate", url=url)
        await self.until(f"performance.timeOrigin !== {before} && document.readyState=='complete'")

    async def until(self, true: str) -> None:
        """Return when an expression is true there: looked at as often as the page is drawn."""
        script = f"(() => {{ try {{ return !!({true}) }} catch (e) {{ return false }} }})()"
        try:
            async with asyncio.timeout(FOUND_S_MAX):
                while not await self._tried(script):  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(0.03)  # the page may be another one by then
        except TimeoutError as error:
            error.add_note(f"never true: {true}\n{await self.text()}")
            raise

    async def _tried(self, script: str) -> bool:
        try:
            return bool(await self.run(script))
        except Failed:
            return False  # between two pages there is nothing to ask

    async def text(self) -> str:
        """What stands there."""
        return str(await self.run("document.body ? document.body.innerText : ''"))

    async def press(self, key: str) -> None:
        """One key, down and up."""
        code, text = KEYS[key]
        named = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        await self.do("Input.dispatchKeyEvent", type="keyDown", text=text, **named)
        await self.do("Input.dispatchKeyEvent", type="keyUp", **named)

    async def type(self, text: str) -> None:
        """Letters, a key each."""
        for letter in text:
            await self.do("Input.dispatchKeyEvent", type="char", text=letter)

    async def tab_to(self, what: str, *, keys_max: int = 60) -> None:
        """Go there by the Tab key alone. `what` is an expression about `e`, what has the focus;
        it must then be seen that it has it."""
        await self.until("document.readyState == 'complete'")
        for _ in range(keys_max):
            if await self.run(f"(e => !!({what}))(document.activeElement)"):
                shown = await self.run(
                    "(e => { const s = getComputedStyle(e);"
                    " return s.outlineStyle != 'none' && parseFloat(s.outlineWidth) >= 2 })"
                    "(document.activeElement)"
                )
                assert shown, f"nobody sees that it has the focus: {what}"
                return
            await self.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {what}\n{await self.text()}")

    async def choose(self, what: str, *, then: str) -> None:
        """Go there by the Tab key, press Enter, and wait for what is true then."""
        await self.tab_to(what)
        await self.press("Enter")
        await self.until(then)

    async def looks(self, width: int, height: int, *, dark: bool) -> None:
        """As on a telephone or a laptop, by day or by night."""
        await self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = "dark" if dark else "light"
        await self.do(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    async def picture(self, file: Path, *, whole: bool = True) -> None:
        """As PNG."""
        answer = await self.do("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        _write(file, base64.b64decode(answer["data"]))

    async def heard(self) -> list[tuple[str, str]]:
        """What a screen reader is given: role and name of everything that has either."""
        tree = await self.do("Accessibility.getFullAXTree")
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in tree["nodes"]
            if not node["ignored"] and "role" in node
        ]


class Failed(Exception):
    """The browser could not do it."""


class Browser:
    """One process; each page in it has a memory of its own."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.violations: list[str] = []
        """What pages wrote to their console as errors."""

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """A tab that nobody has used."""
        memory = (await self.do("Target.createBrowserContext"))["browserContextId"]
        target = await self.do("Target.createTarget", url="about:blank", browserContextId=memory)
        attached = await self.do("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            await page.do(f"{domain}.enable")
        try:
            yield page
        finally:
            await self.do("Target.disposeBrowserContext", browserContextId=memory)

    async def do(
        self, method: str, *, session: str | None = None, **parameters: object
    ) -> dict[str, Any]:
        """One command of the protocol, and its answer."""
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        where = {"sessionId": session} if session else {}
        await self._line.send_json({"id": number, "method": method, "params": parameters, **where})
        async with asyncio.timeout(ANSWER_S_MAX):
            told = await answer
        if "error" in told:
            raise Failed(f"{method}: {told['error']}")
        result: dict[str, Any] = told["result"]
        return result

    async def listen(self) -> None:
        """Until it hangs up."""
        async for message in self._line:
            told = json.loads(message.data)
            if (waiting := self._waiting.pop(told.get("id", 0), None)) is not None:
                if not waiting.done():
                    waiting.set_result(told)
            elif told.get("method") == "Log.entryAdded":
                entry = told["params"]["entry"]
                if entry["level"] == "error":
                    self.violations.append(f"{entry['text']} {entry.get('url', '')}")


@asynccontextmanager
async def browser(*hosts: str) -> AsyncIterator[Browser]:
    """Started, and ended with the block. `hosts` are names that it knows, as rules
    of its resolver: `MAP far.example 127.0.0.1`."""
    program = _program()
    assert program is not None
    with tempfile.TemporaryDirectory(prefix="hv-web-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            program,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync"),
            *("--disable-component-update", "--disable-extensions", "--hide-scrollbars"),
            f"--host-resolver-rules={', '.join([*hosts, *NO_NAMES])}",
            *("--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "HOME": folder},
            start_new_session=True,
        )
        try:
            port, path = await _told(Path(folder) / "DevToolsActivePort", process)
            async with (
                aiohttp.ClientSession() as http,
                http.ws_connect(
                    f"http://127.0.0.1:{port}{path}", max_msg_size=MESSAGE_BYTES_MAX
                ) as line,
            ):
                found = Browser(line)
                async with beside(found.listen()):
                    yield found
        finally:
            await _end(process)


async def _told(file: Path, process: asyncio.subprocess.Process) -> tuple[str, str]:
    async with asyncio.timeout(START_S_MAX):
        while True:
            assert process.returncode is None, "the browser has ended"
            lines = _read(file)
            if len(lines) == 2:
                return lines[0], lines[1]
            await asyncio.sleep(0.05)


def _read(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)


async def _end(process: asyncio.subprocess.Process) -> None:
    """With all the processes that it has begun: they are a group of their own."""
    if process.returncode is None:
        os.killpg(process.pid, 9)
    await process.wait()


def _program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)
