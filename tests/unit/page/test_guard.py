"""Nothing is reached without the code, from another name, from another site, or after the time.

Over real HTTP on loopback. No gateway runs here: whoever is let in is told so (503), and sees
nothing of a home; whoever is not does not come as far as that.
"""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from heimvakt.core.page_address import LoopbackAddress, UnixAddress
from heimvakt.page.control import Control, NoService
from heimvakt.page.entry import TRIES_MAX, Entry
from heimvakt.page.guard import COOKIE, HEADERS, is_ours
from heimvakt.page.live import Live
from heimvakt.page.serving import opened
from heimvakt.page.site import BODY_BYTES_MAX, OPEN_PATHS, Site
from tests.support.beside import beside
from tests.support.ports import HeldPort

HTML = {"Accept": "text/html"}


@dataclass(slots=True)
class Desk:
    """A page that is served, and somebody who sends it whatever he likes."""

    http: aiohttp.ClientSession
    entry: Entry
    live: Live
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, /, **headers: str) -> aiohttp.client._RequestContextManager:
        return self.http.get(self.origin + path, headers=headers, allow_redirects=False)

    def post(
        self, path: str, form: Mapping[str, str] | None = None, /, **headers: str
    ) -> aiohttp.client._RequestContextManager:
        sent = {"Origin": self.origin, **headers}
        where = self.origin + path
        return self.http.post(where, data=form or {}, headers=sent, allow_redirects=False)

    async def ticket(self) -> str:
        """Come in as one should."""
        code = self.entry.new_code(asyncio.get_running_loop().time())
        async with self.post("/enter", {"code": code}) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
            return answer.cookies[COOKIE].value


@asynccontextmanager
async def served(folder: Path, entry: Entry | None = None) -> AsyncIterator[Desk]:
    with HeldPort() as held:
        address = LoopbackAddress("127.0.0.1", held.number)
        async with (
            opened(Control(folder / "nobody"), address, folder / "desk", entry) as (known, live),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        ):
            yield Desk(http, known, live, held.number)


def cookie(ticket: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={ticket}"}


def routes() -> list[tuple[str, str]]:
    """Every way in that there is, as the server itself knows them."""
    control = Control(Path("/nonexistent"))
    site = Site(control, Entry(), Live(control), lambda: 0.0).application()
    found = [
        (
            route.method,
            str(route.resource.canonical).replace("{id}", "x").replace("{name}", "live.js"),
        )
        for route in site.router.routes()
        if route.resource is not None
    ]
    return sorted({(m, p) for m, p in found if m != "HEAD" and p not in OPEN_PATHS})


def test_the_list_of_what_is_kept_shut_is_not_empty() -> None:
    assert {("GET", "/"), ("GET", "/live"), ("POST", "/self-test"), ("POST", "/walk")} <= set(
        routes()
    )


async def test_without_a_code_there_is_a_door_and_nothing_else(tmp_path: Path) -> None:
    async with served(tmp_path) as desk:
        for method, path in routes():
            send = desk.get if method == "GET" else desk.post
            for headers in ({}, cookie("guessed"), cookie("")):
                async with send(path, **headers) as answer:
                    assert answer.status == 403, path
        async with desk.get("/alarms", **HTML) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/enter")
        for path in sorted(OPEN_PATHS):
            async with desk.get(path) as answer:
                assert answer.status == 200, path
        for path in ("/nowhere", "/static/../entry.py", "/static/%2e%2e/entry.py"):
            async with desk.get(path) as answer:
                assert answer.status in (403, 404), path


async def test_whoever_has_the_code_is_in_and_the_cookie_is_nobody_elses(tmp_path: Path) -> None:
    async with served(tmp_path) as desk:
        code = desk.entry.new_code(asyncio.get_running_loop().time())
        async with desk.post("/enter", {"code": code}) as answer:
            crumb = answer.cookies[COOKIE]
            assert (crumb["httponly"], crumb["samesite"], crumb["path"]) == (True, "Strict", "/")
            assert not crumb["domain"], "of this very name alone"
            assert code.replace("-", "") not in crumb.value
        async with desk.get("/", **HTML, **cookie(crumb.value)) as answer:
            assert answer.status == 503, "in, and told that no gateway answers"
        async with desk.post("/leave", **cookie(crumb.value)) as answer:
            assert answer.status == 303
        async with desk.get("/", **cookie(crumb.value)) as answer:
            assert answer.status == 403


async def test_after_its_time_a_session_opens_nothing(tmp_path: Path) -> None:
    async with served(tmp_path, Entry(session_s=0)) as desk:
        ticket = await desk.ticket()
        for method, path in routes():
            send = desk.get if method == "GET" else desk.post
            async with send(path, **cookie(ticket)) as answer:
                assert answer.status == 403, path


async def test_a_stream_ends_with_its_session(tmp_path: Path) -> None:
    async with served(tmp_path) as desk, beside(desk.live.run()):
        ticket = await desk.ticket()
        async with desk.get("/live", **cookie(ticket)) as answer:
            assert answer.status == 200
            desk.entry.leave(ticket)
            assert (await answer.text()).endswith("event: over\ndata: {}\n\n")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example",
        "localhost.evil.example:{port}",
        "192.168.1.10:{port}",
        "0.0.0.0:{port}",
        "user@127.0.0.1",
        "127.0.0.1:{port}/x",
        "2130706433",
        "",
    ],
)
async def test_another_name_reaches_nothing_not_even_the_door(tmp_path: Path, host: str) -> None:
    async with served(tmp_path) as desk:
        ticket = await desk.ticket()
        name = host.format(port=desk.port)
        for path in ("/", "/enter", "/static/page.css", "/live"):
            async with desk.get(path, Host=name, **cookie(ticket)) as answer:
                assert answer.status in (400, 421), path
        sent = {"Host": name, "Origin": f"http://{name}"}
        code = desk.entry.new_code(asyncio.get_running_loop().time())
        async with desk.post("/enter", {"code": code}, **sent) as answer:
            assert answer.status in (400, 421)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1", "localhost:9000", "[::1]:8380"])
def test_a_tunnel_may_have_a_port_of_its_own(host: str) -> None:
    assert is_ours(host)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_nothing_is_done_that_another_site_sends(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with served(tmp_path) as desk:
        ticket = await desk.ticket()
        forged = {key: value.format(port=desk.port) for key, value in headers.items()}
        for method, path in [*routes(), ("POST", "/enter")]:
            if method == "POST":
                async with desk.post(path, **forged, **cookie(ticket)) as answer:
                    assert answer.status == 403, path
        async with desk.get("/", **cookie(ticket)) as answer:
            assert answer.status == 503, "the session is still there: nobody has left it"


async def test_guessing_is_slow_and_is_told_so(tmp_path: Path) -> None:
    async with served(tmp_path) as desk:
        for _ in range(TRIES_MAX):
            async with desk.post("/enter", {"code": "AAAA-AAAA"}) as answer:
                assert answer.status == 403
                assert "heimvakt page" in await answer.text()
        code = desk.entry.new_code(asyncio.get_running_loop().time())
        async with desk.post("/enter", {"code": code}) as answer:
            assert answer.status == 429
            assert 1 <= int(answer.headers["Retry-After"]) <= 61


async def test_every_answer_forbids_what_a_page_of_ours_does_not_do(tmp_path: Path) -> None:
    async with served(tmp_path) as desk:
        ticket = await desk.ticket()
        answers = [
            desk.get("/enter"),
            desk.get("/", **cookie(ticket)),
            desk.get("/live", **cookie(ticket)),
            desk.get("/nowhere", **cookie(ticket)),
            desk.get("/", Host="evil.example"),
            desk.get("/"),
            desk.post("/walk", {"mode": "x" * 2 * BODY_BYTES_MAX}, **cookie(ticket)),
            desk.http.put(desk.origin, data=b""),
        ]
        for number, sending in enumerate(answers):
            async with sending as answer:
                assert {key: answer.headers.get(key) for key in HEADERS} == HEADERS, number
        assert "unsafe" not in HEADERS["Content-Security-Policy"]
        assert "http" not in HEADERS["Content-Security-Policy"], "nothing from elsewhere"


async def test_the_desk_gives_a_code_to_its_owner_and_group_and_nothing_else(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as desk:
        path = tmp_path / "desk"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        told = await asked(path, b'{"do": "code"}\n')
        assert told["listen"] == f"127.0.0.1:{desk.port}"
        async with desk.post("/enter", {"code": told["code"]}) as answer:
            assert answer.status == 303
        for strange in (b"\n", b'{"do": "sessions"}\n', b"[1]\n"):
            assert set(await asked(path, strange)) == {"error"}
        assert await asked(path, b"x" * 5_000) == {}, "hung up on"
    assert not path.exists()


async def asked(path: Path, line: bytes) -> dict[str, str]:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(line)
        answer = await reader.readline()
    except ConnectionError:
        return {}
    finally:
        writer.close()
    told: dict[str, str] = json.loads(answer or b"{}")
    return told


async def test_it_listens_on_a_unix_socket_for_its_owner_and_group(tmp_path: Path) -> None:
    where = tmp_path / "page"
    control = Control(tmp_path / "nobody")
    async with (
        opened(control, UnixAddress(str(where)), tmp_path / "desk"),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(where))) as http,
        http.get("http://localhost/enter") as answer,
    ):
        assert answer.status == 200
        assert stat.S_IMODE(where.stat().st_mode) == 0o660


async def test_the_page_can_ask_for_no_more_than_its_list(tmp_path: Path) -> None:
    control = Control(tmp_path / "nobody")
    for strange in ("pair", "forget", "radio-restore", "take-over", "advance", "home-file"):
        with pytest.raises(ValueError, match="does not ask"):
            await control.ask(strange)
    with pytest.raises(NoService):
        await control.ask("status")
