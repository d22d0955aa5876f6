"""The daemon as a process: when it is ready, when its drivers hear, and what it says of itself."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from .hosts import AS_BY_THE_LAUNCHER, AS_BY_THE_UNIT

STATUS_EVERY_S = 0.02
START_S_MAX = 120.0


class Daemon:
    """One life of it."""

    def __init__(
        self, process: asyncio.subprocess.Process, control: Path, notify: socket.socket
    ) -> None:
        self._process = process
        self._control = control
        self._notify = notify
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def age_s(self) -> float:
        """Since it was started."""
        return self._loop.time() - self._began

    async def ready(self) -> float:
        """How old it was when it said that it is ready."""
        async with asyncio.timeout(START_S_MAX):
            while b"READY=1" not in await self._loop.sock_recv(self._notify, 4096):
                pass
        return self.age_s

    async def armed(self) -> float:
        """How old it was when all of its drivers heard."""
        async with asyncio.timeout(START_S_MAX):
            while True:
                with suppress(OSError):  # not there yet
                    status = await self.status()
                    if all(driver["armed"] for driver in status["drivers"].values()):
                        return self.age_s
                await asyncio.sleep(STATUS_EVERY_S)

    async def status(self) -> Mapping[str, Any]:
        """What it says of itself."""
        reader, writer = await asyncio.open_unix_connection(str(self._control), limit=2**22)
        writer.write(b'{"do": "status"}\n')
        answer: dict[str, Any] = json.loads(await reader.readline())
        writer.close()
        return answer


@asynccontextmanager
async def daemon(folder: Path, text: str) -> AsyncIterator[Daemon]:
    """As systemd runs it; only the radio, the lines and the pins are not real."""
    (folder / "home.toml").write_text(text, encoding="utf-8")
    at, control = folder / "notify", folder / "control"
    at.unlink(missing_ok=True)
    command = ("--config", folder / "home.toml", "--state", folder / "state", "--socket", control)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as notify:
        notify.bind(str(at))
        process = await asyncio.create_subprocess_exec(
            *(*AS_BY_THE_LAUNCHER, "run", *map(str, command), "--log", "json"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={
                **os.environ,
                **AS_BY_THE_UNIT,
                "NOTIFY_SOCKET": str(at),
                "GPIOZERO_PIN_FACTORY": "mock",
            },
        )
        try:
            yield Daemon(process, control, notify)
        finally:
            process.terminate()
            await process.wait()
