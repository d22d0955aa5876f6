"""A line with virtual devices on a pseudo-terminal, and all that can go wrong with it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from heimvakt_drivers.virtual.wire import Line, LineGoneError, PtyEnd


class Listener(Protocol):
    """A device on the line. It hears everything, also what is for others."""

    def hear(self, octets: bytes) -> Iterator[bytes]:
        """Its answers to what is whole now."""

    def silence(self) -> None:
        """Nothing was heard for a while: what has begun does not end any more."""


PAUSE_S = 0.05
"""A silence that ends every frame."""


class VirtualBus:
    """Serve it as long as it is to be there: `async with bus.served()`."""

    def __init__(self, devices: Sequence[Listener], link: Path | None = None) -> None:
        """With a `link` its path stays the same when it is plugged in again."""
        self.devices = devices
        self.silent: set[Listener] = set()
        """They hear and do, and nothing of what they answer gets out."""
        self.deaf: set[Listener] = set()
        """As if they had no power."""
        self.answers_after_s = 0.0
        self.noise = 0.0
        """How likely an octet is changed on its way."""
        self.garbage = b""
        """Comes before each answer."""
        self.pieces = 0
        """Octets at a time in which an answer comes; 0: all at once."""
        self.carried = 0
        """Octets so far, both ways."""
        self.chance = random.Random(1)
        self._end = PtyEnd(link)
        self._line: Line | None = None
        self._left: int | None = None

    @property
    def port(self) -> str:
        """What a gateway opens."""
        return self._end.port

    @property
    def is_cut(self) -> bool:
        """Nothing gets through any more."""
        return self._left == 0

    def cut_after(self, octets: int) -> None:
        """Let so many more through, both ways together, and then nothing."""
        self._left = octets

    def mend(self) -> None:
        """The wire is whole again."""
        self._left = None

    async def plug(self) -> None:
        """The adapter is there."""
        await self._end.plug()

    async def pull(self) -> None:
        """The adapter is pulled out."""
        await self._end.pull()

    async def say(self, octets: bytes) -> None:
        """Something that nobody asked for goes over the wire to the gateway."""
        if self._line is not None:
            await _written(self._line, octets)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """It is plugged in and answers."""
        await self.plug()
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(self._serve(), name="virtual line of locks")
            try:
                yield
            finally:
                serving.cancel()
                await self.pull()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._line = line = await self._end.accept()
            heard_at = 0.0
            while octets := await line.read():
                paused, heard_at = loop.time() - heard_at > PAUSE_S, loop.time()
                octets = self._carried(octets)
                for device in self.devices:
                    if device in self.deaf:
                        continue
                    if paused:
                        device.silence()
                    for reply in device.hear(octets):
                        if device not in self.silent:
                            await self._answer(line, reply)
            self._line = None

    async def _answer(self, line: Line, reply: bytes) -> None:
        if self.answers_after_s:
            await asyncio.sleep(self.answers_after_s)
        octets = self._carried(self.garbage + reply)
        size = self.pieces or max(len(octets), 1)
        for start in range(0, len(octets), size):
            await _written(line, octets[start : start + size])
            if self.pieces:
                await asyncio.sleep(0.001)

    def _carried(self, octets: bytes) -> bytes:
        """What of these gets through, and how."""
        if self._left is not None:
            octets = octets[: self._left]
            self._left -= len(octets)
        self.carried += len(octets)
        if not self.noise:
            return octets
        chance = self.chance
        return bytes(
            chance.randrange(256) if chance.random() < self.noise else octet for octet in octets
        )


async def _written(line: Line, octets: bytes) -> None:
    with suppress(LineGoneError):  # the gateway may have closed the port
        await line.write(octets)
