"""An embedded broker for the demo: on loopback, on a free port, gone when the demo is.

amqtt by default, which pip brings; mosquitto where its path is given. Both are child processes.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from .amqtt_process import MISSING

START_S_MAX = 20.0
"""amqtt needs 0.5 s to start on a desktop and some seconds on a small board."""
STOP_S_MAX = 5.0

_MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
log_type error
set_tcp_nodelay true
"""
# Without the last, every alarm waits 40 ms on its way out for an ACK of TCP.


class NoBroker(Exception):
    """The embedded broker cannot run; the text says what to type."""


@asynccontextmanager
async def embedded_broker(
    mosquitto: Path | None = None, *, port: int = 0, startup_s_max: float = START_S_MAX
) -> AsyncIterator[str]:
    """A broker for as long as this lasts; yields its `mqtt://127.0.0.1:PORT`.

    Raises:
        NoBroker: it is not installed, or does not start.
    """
    if mosquitto is None:
        async with _amqtt(port, startup_s_max) as url:
            yield url
    else:
        async with _mosquitto(mosquitto, port, startup_s_max) as url:
            yield url


@asynccontextmanager
async def _amqtt(port: int, startup_s_max: float) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "heimvakt.demo.amqtt_process", str(port)),
        stdin=asyncio.subprocess.PIPE,  # its end ends it
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(startup_s_max):
                said = (await process.stdout.readline()).decode().strip()
        except TimeoutError as error:
            raise NoBroker(f"amqtt did not start in {startup_s_max:g} s") from error
        if not said.isdecimal():
            if await process.wait() == MISSING:
                raise NoBroker('the demo needs a broker; type: pip install "heimvakt[demo]"')
            raise NoBroker("amqtt does not start; is another mosquitto there? give its path")
        yield f"mqtt://127.0.0.1:{said}"
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await _ended(process)


@asynccontextmanager
async def _mosquitto(path: Path, port: int, startup_s_max: float) -> AsyncIterator[str]:
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="heimvakt-broker-") as directory:
        configuration = _write_configuration(Path(directory), port)
        try:
            process = await asyncio.create_subprocess_exec(
                *(str(path), "-c", str(configuration)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise NoBroker(f"{path}: {error.strerror}; is mosquitto there?") from error
        try:
            await _listens(process, port, startup_s_max)
            yield f"mqtt://127.0.0.1:{port}"
        finally:
            if process.returncode is None:
                process.terminate()
            await _ended(process)


def _write_configuration(directory: Path, port: int) -> Path:
    path = directory / "mosquitto.conf"
    path.write_text(_MOSQUITTO.format(port=port))
    return path


def free_port() -> int:
    """A port of loopback that is free at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def _listens(process: asyncio.subprocess.Process, port: int, startup_s_max: float) -> None:
    try:
        async with asyncio.timeout(startup_s_max):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)  # a server says to nobody that it listens
                    continue
                writer.close()
                await writer.wait_closed()
                return
    except TimeoutError as error:
        raise NoBroker(f"mosquitto does not listen after {startup_s_max:g} s") from error
    raise NoBroker(f"mosquitto ended at once ({process.returncode}); is port {port} taken?")


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(STOP_S_MAX):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
