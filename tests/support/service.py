"""The real daemon as a process that a test starts, kills, stops and asks.

Like `heimvakt.demo.daemon`, but it may be killed at any moment, also before it is ready, and what
it tells systemd is kept with its time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from heimvakt.demo.link import Link, linked

from .beside import beside
from .notices import Notices
from .watched import Watched

STOP_S_MAX = 5.0
"""The promise: a SIGTERM is obeyed within this, also with work going on."""
READY_S_MAX = 90.0
"""A start takes a second, and an end less; on a machine that has too much to do they take as long
as they take."""
POLL_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How the daemon is started."""

    configuration: Path
    folder: Path
    """Where its socket is, and its logs."""
    state: Path
    entry: tuple[str, ...] = ("heimvakt",)
    """The module that is run, with what stands before its own arguments."""

    @property
    def control(self) -> Path:
        return self.folder / "control"

    def arguments(self, driven_from: datetime | None = None) -> list[str]:
        """The command line."""
        arguments: Sequence[object] = (
            *("run", "--config", self.configuration, "--state", self.state),
            *("--socket", self.control, "--log", "json"),
            *(() if driven_from is None else ("--driven-from", driven_from.isoformat())),
        )
        return [sys.executable, "-m", *self.entry, *map(str, arguments)]


class Service:
    """One life of the daemon. Make it with `start`; end it with `stop` or `kill`."""

    def __init__(
        self, command: Command, process: asyncio.subprocess.Process, log: Path, notices: Notices
    ) -> None:
        self.command = command
        self.process = process
        self.log = log
        self.notices = notices
        self._last_words: str | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def logged(self) -> list[dict[str, Any]]:
        """Its log so far, the lines that are JSON."""
        lines: list[dict[str, Any]] = []
        for text in self.said().splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            lines.append(line)
        return lines

    def said(self) -> str:
        """All that it wrote; also when its log is gone with the home."""
        if self._last_words is None:
            return self.log.read_text(errors="replace")
        return self._last_words

    def keep_last_words(self) -> None:
        """It is over: remember what it wrote."""
        self._last_words = self.said()

    async def ready(self) -> None:
        """Return when it has told systemd that it is ready."""
        said = asyncio.create_task(
            self.notices.until(lambda: bool(self.notices.of("READY")), READY_S_MAX)
        )
        ended = asyncio.create_task(self.process.wait())
        await asyncio.wait({ended, said}, return_when=asyncio.FIRST_COMPLETED)
        gone, late = not said.done(), said.done() and said.exception() is not None
        for task in (said, ended):
            task.cancel()
        await asyncio.gather(said, ended, return_exceptions=True)
        assert not gone, f"the daemon ended with {self.process.returncode}:\n{self.said()[-3000:]}"
        assert not late, f"the daemon is not ready in time:\n{self.said()[-3000:]}"

    async def ended(self, within_s: float) -> int:
        """Its exit code."""
        async with asyncio.timeout(within_s):
            return await self.process.wait()

    async def stop(self, within_s: float = READY_S_MAX) -> None:
        """End it as systemd does; it has to obey and be content with itself."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = await self.ended(within_s)
        except TimeoutError:
            self.process.send_signal(signal.SIGABRT)  # it says where it hangs, and ends
            await self.process.wait()
            raise
        assert code == 0, f"ended with {code}:\n{self.said()[-3000:]}"

    async def kill(self) -> None:
        """SIGKILL: nothing of it can object."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    @asynccontextmanager
    async def link(self) -> AsyncIterator[tuple[Link, Watched]]:
        """A line to ask on, and all that is committed from now on until the daemon is gone."""
        watched = Watched()
        async with linked(self.command.control) as link, beside(_follow(link, watched)):
            yield link, watched

    async def ask(self, do: str, **fields: object) -> dict[str, Any]:
        """One request on a line of its own."""
        async with linked(self.command.control) as link:
            return await link.ask(do, **fields)

    async def status_when(
        self, true: Callable[[dict[str, Any]], bool], within_s: float = 60.0
    ) -> dict[str, Any]:
        """The first status of which `true` is; for what the daemon tells in no event."""
        async with asyncio.timeout(within_s), linked(self.command.control) as link:
            while not true(status := await link.ask("status")):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(POLL_S)
        return status

    async def hears(self, driver: str = "zigbee") -> None:
        """Return when the driver says that it hears."""

        def hears(status: dict[str, Any]) -> bool:
            said = status["drivers"][driver]
            return bool(said["armed"]) and said["lost_since"] is None

        await self.status_when(hears, READY_S_MAX)


async def _follow(link: Link, watched: Watched) -> None:
    await link.follow(watched.take)
    watched.ended.set()


@asynccontextmanager
async def started(
    command: Command, *, driven_from: datetime | None = None, watchdog_s: float | None = None
) -> AsyncIterator[Service]:
    """A daemon that has just been started; killed in the end if it is still there."""
    number = len(list(command.folder.glob("daemon-*.log"))) + 1
    notify, log = command.folder / f"notify-{number}", command.folder / f"daemon-{number}.log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WATCHDOG_")}
    environment["NOTIFY_SOCKET"] = str(notify)
    if watchdog_s is not None:
        environment["WATCHDOG_USEC"] = str(round(watchdog_s * 1e6))
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    end.bind(str(notify))
    loop = asyncio.get_running_loop()
    transport, notices = await loop.create_datagram_endpoint(Notices, sock=end)
    try:
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command.arguments(driven_from),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
            )
        service = Service(command, process, log, notices)
        try:
            yield service
        except Exception as error:
            error.add_note(
                f"the daemon (exit code {process.returncode}) said:\n{service.said()[-6000:]}"
            )
            raise
        finally:
            await service.kill()
            service.keep_last_words()
    finally:
        transport.close()
        notify.unlink(missing_ok=True)
