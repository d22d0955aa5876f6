"""Where the process listens: where the gateway says that the home wants it, and else nowhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from heimvakt.cli.page import lines
from heimvakt.core.page_address import NotLocal
from heimvakt.page.serving import Off, serve


@asynccontextmanager
async def gateway(path: Path, listen: str | None) -> AsyncIterator[None]:
    """Says where the page is to be, and knows nothing else."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = json.loads(await reader.readline())
        said = {"listen": listen} if asked == {"do": "page"} else {"error": "no such request"}
        writer.write(json.dumps(said).encode() + b"\n")
        writer.close()

    server = await asyncio.start_unix_server(answer, path)
    try:
        yield
    finally:
        server.close()


async def test_a_home_that_wants_no_page_has_none(tmp_path: Path) -> None:
    async with gateway(tmp_path / "control", None):
        with pytest.raises(Off):
            await serve(tmp_path / "control", tmp_path / "desk")


async def test_the_page_looks_for_itself_where_it_is_to_listen(tmp_path: Path) -> None:
    async with gateway(tmp_path / "control", "0.0.0.0:8380"):
        with pytest.raises(NotLocal):
            await serve(tmp_path / "control", tmp_path / "desk")
    assert not (tmp_path / "desk").exists()


def test_the_command_says_the_code_and_the_way() -> None:
    told = {"code": "ABCD-EFGH", "code_s": 300, "session_s": 3600}
    direct = lines({**told, "listen": "127.0.0.1:8380"})
    assert direct[0] == "code  ABCD-EFGH   once, within 5 min; it opens for 60 min"
    assert direct[1] == "page  http://127.0.0.1:8380"
    assert "ssh -L 8380:127.0.0.1:8380 " in direct[2]
    by_file = lines({**told, "listen": "unix:/run/heimvakt-page/page"})
    assert "ssh -L 8380:/run/heimvakt-page/page " in by_file[1]
