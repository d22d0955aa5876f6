"""A real browser that is deceived: by a name that is made to mean this box, by another site, by a
tab of yesterday. No gateway runs: whoever is in is told so, and whoever is not sees the door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from heimvakt.core.page_address import LoopbackAddress
from heimvakt.page.control import Control
from heimvakt.page.entry import SESSION_S, Entry, Session
from heimvakt.page.serving import opened
from tests.support import browser
from tests.support.browser import Browser, Page
from tests.support.ports import HeldPort

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser.why_not() is not None, reason=f"no browser: {browser.why_not()}"),
]


class Aging(Entry):
    """For which time passes as a test says."""

    passed_s = 0.0

    def session(self, ticket: str, now: float) -> Session | None:
        return super().session(ticket, now + self.passed_s)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Aging, int]]:
    entry = Aging()
    with HeldPort() as held:
        address = LoopbackAddress("127.0.0.1", held.number)
        async with opened(Control(folder / "nobody"), address, folder / "desk", entry):
            entry.enter(entry.new_code(now()), now())  # a session of somebody else
            yield entry, held.number


def now() -> float:
    return asyncio.get_running_loop().time()


async def comes_in(page: Page, entry: Entry, url: str) -> None:
    await page.go(url)
    await page.tab_to("e.id == 'code'")
    await page.type(entry.new_code(now()))
    await page.press("Enter")
    await page.until("location.pathname == '/' && document.querySelector('[role=alert]')")


async def test_a_deceived_browser_gets_nobody_in(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as (entry, port),
        browser.browser("MAP evil.example 127.0.0.1") as chromium,
        chromium.page() as page,
    ):
        url = f"http://127.0.0.1:{port}"
        await _a_code_behind_the_hash_leaves_no_trace(chromium, entry, url)
        await comes_in(page, entry, url)
        # A name that was made to mean this box, in the very browser that is in.
        for path in ("/", "/enter", "/alarms"):
            await page.go(f"http://evil.example:{port}{path}")
            assert "this page is reached as http://127.0.0.1" in await page.text()
        await _another_site(page, url)
        await _a_stranger_is_not_let_in_by_another_site(chromium, entry, url, port)
        # And the tab is still in, until its time is over.
        await page.go(f"{url}/alarms")
        assert "heimvakt page" not in await page.text()
        entry.passed_s = SESSION_S
        await page.go(f"{url}/alarms")
        assert await page.run("location.pathname") == "/enter"
        status = "fetch('/walk', {method: 'POST'}).then(r => r.status)"
        assert await page.run(status) == 403


async def _another_site(page: Page, url: str) -> None:
    """From a page of another site, in the very browser that is in, nothing can be done or read."""
    done = f"fetch('{url}/leave', {{method: 'POST', mode: 'no-cors', credentials: 'include'}})"
    assert await page.run(f"{done}.then(r => r.type).catch(() => 'refused')") in (
        "opaque",
        "refused",
    )
    read = f"fetch('{url}/alarms', {{credentials: 'include'}}).then(r => r.text())"
    assert await page.run(f"{read}.catch(() => 'refused')") == "refused"


async def _a_stranger_is_not_let_in_by_another_site(
    chromium: Browser, entry: Entry, url: str, port: int
) -> None:
    async with chromium.page() as stranger:
        await stranger.go(f"http://evil.example:{port}/")
        code = entry.new_code(now())
        tried = (
            f"fetch('{url}/enter', {{method: 'POST', mode: 'no-cors', credentials: 'include',"
            f" body: new URLSearchParams({{code: '{code}'}})}})"
        )
        await stranger.run(f"{tried}.then(r => r.type).catch(() => 'refused')")
        await stranger.go(url)
        assert await stranger.run("location.pathname") == "/enter"
        assert entry.enter(code, now()), "the code was not even looked at"


async def _a_code_behind_the_hash_leaves_no_trace(
    chromium: Browser, entry: Entry, url: str
) -> None:
    """As `heimvakt page --open` opens it."""
    async with chromium.page() as page:
        await page.go(f"{url}/enter#{entry.new_code(now())}")
        await page.until("location.pathname == '/' && document.querySelector('[role=alert]')")
        history = await page.do("Page.getNavigationHistory")
        assert not [each["url"] for each in history["entries"] if "#" in each["url"]]
