"""A host program as a child process, and the moments at which it said things."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

START_S_MAX = 90.0
STOP_S_MAX = 15.0


class ProgramFailed(Exception):
    """It ended, or did not say in time what it should; the text has its last lines."""


class Program:
    """Runs until `stop`. Times are seconds since just before it was started."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        self._command = command
        self._env = env
        self._lines: deque[str] = deque(maxlen=200)
        self._said: list[tuple[Callable[[str], bool], asyncio.Future[float]]] = []
        self._began = 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The child. Only while it runs."""
        assert self._process is not None
        return self._process

    def expect(self, says: Callable[[str], bool]) -> asyncio.Future[float]:
        """When a line comes that is meant. Call it before `start`."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._said.append((says, future))
        return future

    async def start(self) -> None:
        """Start it; returns at once."""
        self._began = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=None if self._env is None else dict(self._env),
        )
        self._reading = asyncio.create_task(self._read())

    async def said(self, what: asyncio.Future[float]) -> float:
        """Wait for something expected.

        Raises:
            ProgramFailed: it does not come.
        """
        ended = asyncio.ensure_future(self.process.wait())
        await asyncio.wait((what, ended), timeout=START_S_MAX, return_when=asyncio.FIRST_COMPLETED)
        if not what.done():
            ended.cancel()
            raise ProgramFailed(f"{self._command[0]} is not ready:\n" + "\n".join(self._lines))
        ended.cancel()
        return what.result()

    def check(self) -> None:
        """Raises:
        ProgramFailed: it has ended by itself.
        """
        if self.process.returncode is not None:
            raise ProgramFailed(f"{self._command[0]} has ended:\n" + "\n".join(self._lines))

    async def tell(self, line: str) -> None:
        """Write a line to its input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()

    async def stop(self, *, by_signal: bool = True) -> None:
        """End it as a service manager does, or by the end of its input; wait for it."""
        if self._process is None:
            return
        process, self._process = self._process, None
        assert process.stdin is not None
        process.stdin.close()
        if by_signal and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        try:
            async with asyncio.timeout(STOP_S_MAX):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        assert self._reading is not None
        await self._reading

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            after_s = time.monotonic() - self._began
            text = line.decode(errors="replace").rstrip()
            self._lines.append(text)
            for says, future in self._said:
                if not future.done() and says(text):
                    future.set_result(after_s)
