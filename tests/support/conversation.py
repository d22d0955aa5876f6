"""A command that asks: what it says is read as it comes, and answered by a test."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

WITHIN_S = 60.0


class Conversation:
    """One run of a command; made by `conversation`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""
        """All that it has said."""
        self._read_to = 0

    async def until(self, *texts: str) -> str:
        """The first of these that it says, after whatever was waited for before."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(WITHIN_S):
                while not (found := self._found(texts)):
                    more = await self.process.stdout.read(4_096)
                    assert more, f"it ended before it said one of {texts}:\n{self.said}"
                    self.said += more.decode(errors="replace")
        except TimeoutError as error:
            error.add_note(f"none of {texts} was said:\n{self.said}")
            raise
        at, text = min(found)
        self._read_to = at + len(text)
        return text

    def _found(self, texts: Sequence[str]) -> list[tuple[int, str]]:
        places = [(self.said.find(text, self._read_to), text) for text in texts]
        return [(at, text) for at, text in places if at >= 0]

    def answer(self, text: str = "") -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n".encode())

    async def kill(self) -> None:
        """The power goes."""
        self.process.kill()
        await self.process.wait()

    async def ended(self) -> int:
        """Its exit code, once it has said all."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(WITHIN_S):
                self.said += (await self.process.stdout.read()).decode(errors="replace")
                return await self.process.wait()
        except TimeoutError as error:
            error.add_note(f"it does not end:\n{self.said}")
            raise


@asynccontextmanager
async def conversation(
    *arguments: object, entry: Sequence[str] = ("heimvakt",)
) -> AsyncIterator[Conversation]:
    """The command with these arguments; killed in the end if it is still there."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *entry, *map(str, arguments)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "120", "TERM": "dumb", "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Conversation(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
