"""All that the page may ask of the gateway, and how it asks: the control socket, a line each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

Line = dict[str, Any]

MAY = frozenset(
    {
        "status",
        "devices",
        "alarms",
        "alarm",
        "history",
        "mode",
        "set-mode",
        "page",
        "watch",
        "walk-test",
        "self-test",
        "self-test-answer",
    }
)
"""Every one of these a command asks too, or reads from the same store."""

ANSWER_S = 10.0
"""A service that says nothing for so long is not well."""
LINE_BYTES_MAX = 4 << 20
"""Of one answer: the history of a device has up to 1 MB."""


class NoService(Exception):
    """Nobody answers at the control socket."""


class Refused(Exception):
    """The gateway answers that it cannot be done; the text says why and what to do."""


class Control:
    """Asks the running gateway; a connection for each question, as the commands have."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def ask(self, do: str, **fields: object) -> Line:
        """One request, one answer.

        Raises:
            NoService: none came in time.
            Refused: it is an error.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                async with self._asked(do, fields) as reader:
                    return await _next(reader)
        except TimeoutError:
            raise NoService("the gateway did not answer in time") from None

    async def follow(
        self, do: str, *, quiet_s: float, **fields: object
    ) -> AsyncGenerator[Line, None]:
        """One request that is answered in steps: each of them, up to the one that says `done`.
        Leaving the iteration hangs up, which ends what was begun.

        Raises:
            NoService: it hung up in the middle, or nothing came for `quiet_s`.
            Refused: it is an error.
        """
        async with self._asked(do, fields) as reader:
            while True:
                try:
                    async with asyncio.timeout(quiet_s):
                        line = await _next(reader)
                except TimeoutError:
                    raise NoService("the gateway said nothing for too long") from None
                yield line
                if line.get("done"):
                    return

    async def watch(self) -> AsyncGenerator[Line, None]:
        """Every committed event from now on; the first line says that it has begun.

        Raises:
            NoService: the gateway has hung up.
        """
        async with self._asked("watch", {}) as reader:
            while True:
                yield await _next(reader)

    @asynccontextmanager
    async def _asked(
        self, do: str, fields: Mapping[str, object]
    ) -> AsyncIterator[asyncio.StreamReader]:
        if do not in MAY:
            raise ValueError(f"a page does not ask for {do}")
        try:
            reader, writer = await asyncio.open_unix_connection(self._path, limit=LINE_BYTES_MAX)
        except OSError as error:
            raise NoService(f"no gateway answers at {self._path}: {error.strerror}") from error
        try:
            writer.write(json.dumps({"do": do, **fields}).encode() + b"\n")
            yield reader
        finally:
            writer.close()


async def _next(reader: asyncio.StreamReader) -> Line:
    try:
        text = await reader.readline()
    except (OSError, ValueError) as error:  # ValueError: longer than any answer may be
        raise NoService(f"the gateway cannot be understood: {error}") from error
    if not text.endswith(b"\n"):
        raise NoService("the gateway hung up")
    line: Line = json.loads(text)
    if "error" in line:
        raise Refused(str(line["error"]))
    return line
