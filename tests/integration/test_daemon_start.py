"""What keeps the real daemon from starting is said in words; what does not, does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil

from heimvakt.demo.link import linked
from tests.support.command import heimvakt
from tests.support.home import Home, home
from tests.support.service import Command


async def test_a_bad_configuration_ends_it_with_78_and_every_finding() -> None:
    async with home() as h:
        h.write(more='\n[rules.night-dor]\n\n[devices.cellar]\nrole = "dor"\ndriver = "zigbee"\n')
        said = await heimvakt(*h.command.arguments()[3:])
        assert said.code == 78
        assert "night-dor" in said.err
        assert "devices.cellar" in said.err
        assert f"{h.command.configuration}:" in said.err
        assert "heimvakt check" in said.err
        assert not h.command.state.exists(), "nothing was begun"


async def test_a_configuration_that_is_not_there_ends_it_with_78(tmp_path: Path) -> None:
    command = Command(
        configuration=tmp_path / "none.toml", folder=tmp_path, state=tmp_path / "state"
    )
    said = await heimvakt(*command.arguments()[3:])
    assert said.code == 78
    assert "none.toml" in said.err
    assert "Traceback" not in said.err


async def test_a_state_directory_in_use_is_left_alone(tmp_path: Path) -> None:
    async with home() as h, h.running() as service:
        second = Command(
            configuration=h.command.configuration, folder=tmp_path, state=h.command.state
        )
        said = await heimvakt(*second.arguments()[3:])
        assert said.code == 1
        assert f"{h.command.state} is in use" in said.err
        assert "Traceback" not in said.err
        await h.pendant.press()
        await h.centre.alarm("button")
        assert (await service.ask("status"))["open_alarms"] == 1


async def test_a_state_directory_that_cannot_be_made_is_named() -> None:
    async with home() as h:
        stone = h.folder / "stone"
        stone.write_text("a file where a folder belongs")
        command = Command(
            configuration=h.command.configuration, folder=h.folder, state=stone / "state"
        )
        said = await heimvakt(*command.arguments()[3:])
        assert said.code == 1
        assert str(stone) in said.err
        assert "Traceback" not in said.err


async def test_a_stale_control_socket_is_no_hindrance() -> None:
    async with home() as h:
        async with h.start() as service:
            await service.ready()
            await service.kill()
        assert h.command.control.is_socket()
        said = await heimvakt("status", "--socket", h.command.control)
        assert said.code == 3
        async with h.running() as service:
            assert (await service.ask("status"))["gateway_id"]
            assert (h.command.control.stat().st_mode & 0o007) == 0


async def test_nothing_listens_on_the_network() -> None:
    async with home() as h, h.running() as service:
        process = psutil.Process(service.pid)
        there = process.net_connections(kind="inet")
        assert there, "the connection to the broker at least"
        assert not [line for line in there if line.status == psutil.CONN_LISTEN]
        assert not process.children()


async def test_a_broken_request_on_the_control_socket_is_answered_and_harms_nobody() -> None:
    async with home() as h, h.running() as service:
        for request in (b"\n", b"no json\n", b"[1]\n", b'{"do": "fly"}\n', b"x" * 70_000 + b"\n"):
            assert b'"error"' in await _answer(h, request)
        async with linked(h.command.control) as link:
            assert (await link.ask("status"))["journal_seq"] > 0
        assert service.process.returncode is None


async def _answer(h: Home, request: bytes) -> bytes:
    reader, writer = await asyncio.open_unix_connection(h.command.control)
    try:
        writer.write(request)
        async with asyncio.timeout(30):
            return await reader.readline()
    finally:
        writer.close()
        await writer.wait_closed()
