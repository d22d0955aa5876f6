"""A bundle is fetched over real sockets, by the real process: cut off, slow, led on, too large."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.app import fetching
from heimvakt.app.fetching import ANSWER_BYTES_MAX, BABBLED, FELL, ways_of
from heimvakt.core.codec import encode
from heimvakt.core.events import Bundle
from heimvakt.core.path import Path as WayOut
from heimvakt.fetching.fetch import fetch
from heimvakt.fetching.wish import Fetched, Patience, Way, Wish
from tests.support.certificates import Authority
from tests.support.file_server import FileServer, file_server

CONTENT = Random(7).randbytes(300_000)
WAY = Way(name="default")
PATIENT = Patience(total_s=60.0, stalled_s=60.0, pauses_s=(0.01,))
"""Where it is to come in the end, however slow the machine is."""
WITHIN_S = 120.0


def wish(
    server: FileServer, folder: Path, *ways: Way, patience: Patience = PATIENT, **said: Any
) -> Wish:
    fields: dict[str, Any] = {
        "url": server.url,
        "sha256": sha256(CONTENT).hexdigest(),
        "size": len(CONTENT),
        "file": str(folder / "bundle.part"),
        "ways": ways or (WAY,),
        "patience": patience,
    }
    return Wish(**{**fields, **said})


def there(folder: Path) -> bytes:
    return (folder / "bundle.part").read_bytes()


async def test_cut_off_anywhere_it_goes_on_where_it_was(tmp_path: Path) -> None:
    async with file_server(CONTENT) as server:
        server.cuts = [0, 1, 200_000, 50_000]
        how = await fetch(wish(server, tmp_path))
        assert how.reason == ""
        assert there(tmp_path) == CONTENT
        begun = [begin or 0 for begin in server.ranges]
        assert begun == sorted(begun)
        # What came with the end of a connection may be lost with it, and is fetched again.
        assert begun[-1] >= 70_000
        assert how.pieces >= 2
        assert (tmp_path / "bundle.part").stat().st_mode & 0o777 == 0o600


async def test_what_came_before_a_restart_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "bundle.part").write_bytes(CONTENT[:200_000])
    async with file_server(CONTENT) as server:
        assert (await fetch(wish(server, tmp_path))).reason == ""
        assert server.ranges == [200_000]
    assert there(tmp_path) == CONTENT


async def test_a_server_that_cannot_go_on_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "bundle.part").write_bytes(CONTENT[:200_000])
    async with file_server(CONTENT) as server:
        server.knows_range = False
        assert (await fetch(wish(server, tmp_path))).reason == ""
    assert there(tmp_path) == CONTENT


async def test_what_is_here_of_another_file_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "bundle.part").write_bytes(bytes(1_000))
    async with file_server(CONTENT) as server:
        assert (await fetch(wish(server, tmp_path))).reason == ""
        assert server.ranges == [1_000, None]
    assert there(tmp_path) == CONTENT


async def test_another_file_than_the_order_means_is_fetched_once_and_never_kept(
    tmp_path: Path,
) -> None:
    async with file_server(CONTENT[::-1]) as server:
        how = await fetch(wish(server, tmp_path))
        assert "SHA-256" in how.reason
        assert server.ranges == [None]
    assert not (tmp_path / "bundle.part").exists()


@pytest.mark.parametrize("says_length", [True, False])
async def test_no_more_is_taken_than_the_order_says(tmp_path: Path, says_length: bool) -> None:
    async with file_server(CONTENT + bytes(1_000_000)) as server:
        server.says_length = says_length
        how = await fetch(wish(server, tmp_path))
        assert str(len(CONTENT)) in how.reason
    assert not (tmp_path / "bundle.part").exists()


async def test_a_server_that_falls_silent_is_asked_again_where_it_was(tmp_path: Path) -> None:
    async with file_server(CONTENT) as server:
        server.hangs_after = 120_000
        short = Patience(total_s=60.0, stalled_s=60.0, read_s=0.3, pauses_s=(0.01,))
        how = await fetch(wish(server, tmp_path, patience=short))
        assert how.reason == ""
        begun = [begin or 0 for begin in server.ranges]
        assert begun == sorted(begun)
        assert len(begun) >= 3
    assert there(tmp_path) == CONTENT


async def test_where_nothing_more_comes_it_ends_and_says_why(tmp_path: Path) -> None:
    async with file_server(CONTENT) as server:
        server.statuses = [(503, {})] * 1_000
        short = Patience(total_s=60.0, stalled_s=0.1, pauses_s=(0.02,))
        how = await fetch(wish(server, tmp_path, patience=short))
        assert how.reason == "default: the server answers 503"
        assert server.ranges


async def test_in_all_it_takes_no_longer_than_was_said(tmp_path: Path) -> None:
    async with file_server(CONTENT) as server:
        server.hangs_after = 10
        how = await fetch(wish(server, tmp_path, patience=Patience(total_s=0.3)))
        assert how.reason.startswith("it was not all there within 0.3 s")


async def test_it_is_led_on_three_times_and_not_for_ever(tmp_path: Path) -> None:
    async with file_server(CONTENT) as server:
        server.statuses = [(302, {"Location": "/elsewhere"})] * 3
        assert (await fetch(wish(server, tmp_path))).reason == ""
        server.statuses = [(302, {"Location": "/elsewhere"})] * 4
        (tmp_path / "bundle.part").unlink()
        assert "leads on more than 3 times" in (await fetch(wish(server, tmp_path))).reason


async def test_it_is_not_led_to_where_no_order_could_send_it(tmp_path: Path) -> None:
    async with file_server(CONTENT) as server:
        server.statuses = [(302, {"Location": "http://192.0.2.1/x"})]
        assert "nothing is fetched from" in (await fetch(wish(server, tmp_path))).reason


async def test_a_way_that_is_dead_is_not_the_only_one(tmp_path: Path) -> None:
    dead = Way(name="broadband", interface="no-such0")
    mobile = Way(name="mobile", interface="lo")
    async with file_server(CONTENT) as server:
        server.cuts = [150_000]
        how = await fetch(wish(server, tmp_path, dead, mobile))
        assert (how.reason, how.way, how.pieces) == ("", "mobile", 2)
        only = await fetch(
            wish(server, tmp_path, dead, file=str(tmp_path / "x"), patience=_GIVES_UP)
        )
        assert only.reason.startswith("broadband: ")


_GIVES_UP = Patience(total_s=60.0, stalled_s=0.0, pauses_s=(0.01,))


async def test_a_server_whose_certificate_is_not_good_is_not_believed(tmp_path: Path) -> None:
    pair = Authority(tmp_path).issue("server")
    async with file_server(CONTENT, pair) as server:
        how = await fetch(wish(server, tmp_path, patience=_GIVES_UP))
        assert how.reason == "default: the certificate of the server is not good"
        assert server.ranges == []


async def test_who_signs_servers_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
    async with file_server(CONTENT, authority.issue("server")) as server:
        bundle = Bundle(url=server.url, sha256=sha256(CONTENT).hexdigest(), size=len(CONTENT))
        async with asyncio.timeout(WITHIN_S):
            how = await fetching.fetch(bundle, tmp_path / "bundle.part", [WAY])
    assert how == Fetched(way="default", pieces=1)
    assert there(tmp_path) == CONTENT


async def test_a_way_with_a_cap_is_not_used_faster(tmp_path: Path) -> None:
    slow = Way(name="mobile", bytes_per_s_max=600_000)
    async with file_server(CONTENT) as server:
        began = asyncio.get_running_loop().time()
        assert (await fetch(wish(server, tmp_path, slow))).reason == ""
        assert asyncio.get_running_loop().time() - began >= len(CONTENT) / 600_000


async def test_a_disk_without_room_is_told_and_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt.fetching.part.ROOM_LEFT", 2**62)
    async with file_server(CONTENT) as server:
        assert "no room" in (await fetch(wish(server, tmp_path))).reason
        assert server.ranges == []


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, len(CONTENT)), max_size=5),
    st.lists(st.sampled_from([500, 503, 429]), max_size=2) | st.just([416]),
    st.integers(0, len(CONTENT) + 10),
    st.booleans(),
)
def test_whatever_the_line_and_the_server_do_it_is_the_file_that_was_meant(
    cuts: list[int], statuses: list[int], here: int, knows_range: bool
) -> None:
    async def fetched(folder: Path) -> None:
        async with file_server(CONTENT) as server:
            server.cuts, server.knows_range = cuts, knows_range
            server.statuses = [(status, {}) for status in statuses]
            how = await fetch(wish(server, folder))
            assert how.reason == ""
        assert there(folder) == CONTENT

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bundle.part").write_bytes((CONTENT + bytes(10))[:here])
        asyncio.run(fetched(Path(folder)))


# --- the process ----------------------------------------------------------------------------------


async def test_the_process_ends_when_nobody_waits_for_it(tmp_path: Path) -> None:
    """As when the gateway is killed: its end of the pipe closes."""
    async with file_server(CONTENT) as server:
        server.hangs_after = 1_000
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "heimvakt.fetching"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(encode(wish(server, tmp_path))).encode() + b"\n")
        async with asyncio.timeout(WITHIN_S):
            await server.asked.wait()
            process.stdin.close()
            out, _ = await process.communicate()
        assert (out, process.returncode) == (b"", 0)


async def test_cancelled_it_leaves_no_process_behind_and_what_came_stays(tmp_path: Path) -> None:
    async with file_server(CONTENT) as server:
        server.hangs_after = 100_000
        bundle = Bundle(url=server.url, sha256=sha256(CONTENT).hexdigest(), size=len(CONTENT))
        part = tmp_path / "bundle.part"
        task = asyncio.get_running_loop().create_task(fetching.fetch(bundle, part, [WAY]))
        async with asyncio.timeout(WITHIN_S):
            await server.asked.wait()
            await _grown(part, 100_000)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
    assert there(tmp_path) == CONTENT[:100_000]


async def _grown(file: Path, size: int) -> None:
    # Another process writes it, and a file tells nobody.
    while not file.exists() or file.stat().st_size < size:  # noqa: ASYNC110, ASYNC240
        await asyncio.sleep(0.01)


async def test_a_process_that_falls_is_a_failure_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    bundle = Bundle(url="https://centre.example/", sha256=64 * "a", size=7)
    assert (await fetching.fetch(bundle, tmp_path / "x", [WAY])).reason == FELL


@pytest.mark.parametrize(
    ("said", "times", "why"),
    [
        ("[", ANSWER_BYTES_MAX // 2, FELL),
        ("[", 20 * ANSWER_BYTES_MAX, BABBLED),
        ("[\n", 1, FELL),
    ],
)
async def test_a_process_that_says_what_nobody_understands_is_a_failure_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, times: int, why: str
) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\nprint({said!r} * {times})\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    bundle = Bundle(url="https://centre.example/", sha256=64 * "a", size=7)
    async with asyncio.timeout(WITHIN_S):
        assert (await fetching.fetch(bundle, tmp_path / "x", [WAY])).reason == why


def test_ways_that_work_come_first() -> None:
    paths = [WayOut(name="broadband", interface="eth0", dns=("192.0.2.1",)), WayOut(name="mobile")]
    names = [way.name for way in ways_of(paths, ["mobile"])]
    assert names == ["mobile", "broadband"]
    first = ways_of(paths, [])[0]
    assert (first.name, first.interface, first.dns) == ("broadband", "eth0", ("192.0.2.1",))
