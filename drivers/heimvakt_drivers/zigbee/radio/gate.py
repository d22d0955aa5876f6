"""Who has the radio: the driver, or a person who works on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager


class Gate:
    """The driver goes through it before each opening; a person closes it for a while."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._end: Callable[[str], None] | None = None

    async def passed(self) -> None:
        """Wait until the driver may have the radio."""
        await self._open.wait()

    @contextmanager
    def used(self, end: Callable[[str], None]) -> Iterator[None]:
        """The driver has the radio while the context lasts; `end` with a reason asks it to let go.

        Nothing may be awaited between `passed` and this.
        """
        self._nobody.clear()
        self._end = end
        try:
            yield
        finally:
            self._end = None
            self._nobody.set()

    @property
    def taken(self) -> bool:
        """Whether a person has the radio."""
        return not self._open.is_set()

    @asynccontextmanager
    async def let_go(self, reason: str) -> AsyncIterator[None]:
        """A person has the radio while the context lasts. One at a time: ask `taken` before."""
        assert not self.taken
        self._open.clear()
        try:
            if self._end is not None:
                self._end(reason)
            await self._nobody.wait()
            yield
        finally:
            self._open.set()
