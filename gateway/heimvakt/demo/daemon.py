"""The real daemon as a process of its own, as systemd would run it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

START_S_MAX = 60.0
STOP_S_MAX = 10.0


class DaemonFailed(Exception):
    """The daemon did not start or ended; the text has its last words."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running daemon."""

    process: asyncio.subprocess.Process
    control: Path
    log: Path

    async def ended(self) -> int:
        """Its exit code, when it ends."""
        return await self.process.wait()

    def last_words(self) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        except OSError:
            return ""


@asynccontextmanager
async def daemon(
    configuration: Path, folder: Path, *, driven_from: datetime | None = None
) -> AsyncIterator[Daemon]:
    """Run the daemon until the block ends, then stop it as systemd does.

    Raises:
        DaemonFailed: it did not say that it is ready, or did not end cleanly.
    """
    control, log = folder / "control", folder / "daemon.log"
    arguments = ["run", "--config", configuration, "--state", folder / "state"]
    arguments += ["--socket", control, "--log", "json"]
    if driven_from is not None:
        arguments += ["--driven-from", driven_from.isoformat()]
    notify = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end, log.open("ab") as errors:
        end.bind(str(notify))
        end.setblocking(False)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "heimvakt", *map(str, arguments)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            env={**os.environ, "NOTIFY_SOCKET": str(notify)},
        )
        running = Daemon(process, control, log)
        try:
            await _ready(running, end)
            yield running
        finally:
            notify.unlink(missing_ok=True)
            await _stop(running)


async def _ready(running: Daemon, end: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as group:
        ended = group.create_task(running.ended())
        said = group.create_task(_wait_ready(loop, end))
        await asyncio.wait({ended, said}, timeout=START_S_MAX, return_when=asyncio.FIRST_COMPLETED)
        ready = said.done()
        ended.cancel()
        said.cancel()
    if not ready:
        raise DaemonFailed(f"the daemon did not start:\n{running.last_words()}")


async def _wait_ready(loop: asyncio.AbstractEventLoop, end: socket.socket) -> None:
    while b"READY=1" not in await loop.sock_recv(end, 4096):
        continue


async def _stop(running: Daemon) -> None:
    process = running.process
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_S_MAX):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
