"""The local page in a real browser, beside the real daemon, with its radio and a centre.

By keyboard alone, as somebody uses it who sees no mouse; looked at by axe-core, the checker of
accessibility, where tools/test-needs has brought it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import browser
from tests.support.browser import Page
from tests.support.command import heimvakt
from tests.support.home import Home, home
from tests.support.ports import HeldPort
from tests.support.service import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser.why_not() is not None, reason=f"no browser: {browser.why_not()}"),
]

_AXE = Path(".cache/axe-core/node_modules/axe-core/axe.min.js")
AXE = _AXE.read_text(encoding="utf-8") if _AXE.exists() else None
PICTURES = os.environ.get("HEIMVAKT_PICTURES")
"""A folder into which each page is drawn, for people to look at: each in four ways,
and not in one of them after the other."""

WIDTHS = {"phone": (390, 844), "laptop": (1280, 800)}
LOOKS = [("phone", True), ("laptop", False), ("phone", False), ("laptop", True)]


@dataclass(slots=True)
class Looks:
    """Pages as they are looked at by a checker, and drawn if somebody wants them."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    looked_at: int = 0

    async def at(self, name: str) -> None:
        """Look at it on a telephone or a laptop, by day or by night."""
        for width, dark in LOOKS if PICTURES else [LOOKS[self.looked_at % len(LOOKS)]]:
            where = f"{name}-{width}-{'dark' if dark else 'light'}"
            await self.page.looks(*WIDTHS[width], dark=dark)
            wide = await self.page.run("document.documentElement.scrollWidth")
            if wide > WIDTHS[width][0]:
                self.complaints.append(f"{where}: {wide} wide, one has to go sideways")
            self.complaints += [f"{where}: {each}" for each in await self._axe()]
            if PICTURES:
                await self.page.picture(Path(PICTURES) / f"{where}.png")
        self.looked_at += 1

    async def _axe(self) -> list[str]:
        if AXE is None:
            return []
        if not await self.page.run("'axe' in window"):
            await self.page.run(AXE)
        found = await self.page.run(
            "axe.run().then(r => [...r.violations, ...r.incomplete.filter(i => i.id !="
            " 'color-contrast')].map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))"
        )
        return [str(each) for each in found]


@asynccontextmanager
async def served(service: Service, folder: Path) -> AsyncIterator[Path]:
    """The page as a process of its own; tells where it gives codes."""
    desk = folder / "desk"
    serve = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "heimvakt", "page", "serve"),
        *("--socket", str(service.command.control), "--desk", str(desk)),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert serve.stderr is not None
        while b"the page listens" not in (line := await serve.stderr.readline()):
            assert line, "it has ended"
        yield desk
        serve.terminate()
        assert await serve.wait() == 0, "it ends when it is told to"
    finally:
        if serve.returncode is None:
            serve.kill()
        await serve.communicate()


async def test_a_technician_does_all_of_it_by_keyboard_alone() -> None:
    with HeldPort() as held:
        async with home() as h, browser.browser() as chromium, chromium.page() as page:
            h.write(more=f'\n[page]\nlisten = "127.0.0.1:{held.number}"\n')
            looks = Looks(page)
            async with h.running() as service, served(service, h.folder) as desk:
                await _comes_in(page, looks, desk, f"http://127.0.0.1:{held.number}")
                await _sees_what_happens(page, looks, h)
                await _walks(page, looks, h)
                await _tests_itself(page, looks)
                await _looks_back(page, looks)
                await _leaves(page)
                assert chromium.violations == [], "nothing is refused by the page's own rules"
            assert looks.looked_at == 6
            assert looks.complaints == []
    if AXE is None:
        pytest.skip(f"all of it works; no axe-core in {_AXE.parent}: tools/test-needs brings it")


async def _comes_in(page: Page, looks: Looks, desk: Path, url: str) -> None:
    await page.go(f"{url}/alarms")
    assert await page.run("location.pathname") == "/enter"
    await looks.at("enter")
    await page.tab_to("e.id == 'code'")
    await page.type(json.loads((await heimvakt("page", "--json", "--desk", desk)).out)["code"])
    await page.press("Enter")
    await page.until("document.querySelector('[data-fact=\"front-door.state\"].well')")


async def _sees_what_happens(page: Page, looks: Looks, h: Home) -> None:
    await page.until("document.querySelector('#happens')")
    await h.door.open()
    lines = "[...document.querySelectorAll('#happens li')]"
    await page.until(f"{lines}.some(e => /front-door door opened/.test(e.innerText))")
    await page.until("document.querySelector('#open a')")
    await looks.at("now")
    heard = await page.heard()
    assert {"banner", "navigation", "main", "log", "table"} <= {role for role, _ in heard}
    assert all(name for role, name in heard if role in ("link", "button", "image"))
    await page.choose("e.closest('#open') && e.href", then="document.querySelector('#h-why')")
    said = await page.text()
    assert "The door front-door was opened in the night." in said
    assert "door opened front-door (hall)" in said
    await looks.at("alarm")


async def _walks(page: Page, looks: Looks, h: Home) -> None:
    await page.choose("e.innerText == 'Walk test'", then="location.pathname == '/walk'")
    await page.choose(
        "e.innerText == 'Begin the walk test'", then="document.querySelector('button[data-device]')"
    )
    await page.choose(
        "e.dataset.device == 'pendant'",
        then="/waiting: press it/.test(document.querySelector('#line').innerText)",
    )
    await h.pendant.press()
    works = "document.querySelector('[data-result=\"pendant\"].well')"
    await page.until(f"/works: centre answered within/.test({works}.innerText)")
    await looks.at("walk")
    await page.choose(
        "e.innerText == 'End the walk test'",
        then="[...document.forms].some(e => e.innerText == 'Begin the walk test')",
    )


async def _tests_itself(page: Page, looks: Looks) -> None:
    await page.choose("e.innerText == 'Self-test'", then="location.pathname == '/self-test'")
    await page.choose(
        "e.id == 'begin'", then="/checks passed/.test(document.querySelector('#line').innerText)"
    )
    assert "way and back" in await page.text()
    assert await page.run("document.activeElement.id") == "begin", "the focus is not lost"
    await looks.at("self-test")


async def _looks_back(page: Page, looks: Looks) -> None:
    await page.choose("e.innerText == 'Now'", then="document.querySelector('#h-devices')")
    await page.choose("e.innerText == 'front-door'", then="document.querySelector('svg.chart')")
    assert "most from" in await page.text()
    await looks.at("device")
    await page.choose("e.innerText == 'Norsk'", then="/Åpne alarmer/.test(document.body.innerText)")
    assert await page.run("document.documentElement.lang") == "nb"


async def _leaves(page: Page) -> None:
    await page.choose("e.innerText == 'Gå ut'", then="document.querySelector('#code')")
    await page.run("window.before = true")
    await page.run("history.back()")
    other = "!window.before && document.readyState == 'complete'"
    await page.until(f"{other} && location.pathname == '/enter'")
