"""What tests of modems have in common: a virtual one on the wire, ours beside it, and its news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from heimvakt.core.modem import Modem, ModemState, News, StateChanged
from heimvakt.net.modem.at_modem import AtModem, Pace
from heimvakt_drivers.virtual.modem import VirtualModem

NUMBER = "+4790000000"
PIN = "1234"
VALIDITY = timedelta(hours=4)
WITHIN_S = 60.0
"""Long enough for a busy machine."""
QUICK = Pace(look_s=0.3, look_s_searching=0.1, reopen_s=0.05, send_s=5.0)

T = TypeVar("T")


class Heard:
    """All that a modem told, and a way to wait for more."""

    def __init__(self, modem: Modem) -> None:
        self.news: list[News] = []
        self._modem = modem
        self._came = asyncio.Event()

    async def take(self, news: News) -> None:
        self.news.append(news)
        self._came.set()

    def of(self, kind: type[T]) -> list[T]:
        """Those of one kind, oldest first."""
        return [one for one in self.news if isinstance(one, kind)]

    async def first(self, kind: type[T], at_least: int = 1) -> list[T]:
        """Those of one kind, when there are so many."""
        await self._until(lambda: len(self.of(kind)) >= at_least)
        return self.of(kind)

    async def state(self, holds: Callable[[ModemState], bool]) -> ModemState:
        """The state, when it is as wanted; also if it was so for a moment since the last look."""
        await self._until(lambda: holds(self._modem.state()))
        return self._modem.state()

    async def was(self, holds: Callable[[ModemState], bool]) -> None:
        """Return when the modem has told of such a state."""
        await self._until(lambda: any(holds(one.state) for one in self.of(StateChanged)))

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not holds():
                self._came.clear()
                await self._came.wait()


@asynccontextmanager
async def running(modem: Modem) -> AsyncIterator[Heard]:
    """The modem runs for so long."""
    heard = Heard(modem)
    async with asyncio.TaskGroup() as group:
        with modem.listen(heard.take):
            task = group.create_task(modem.run())
            try:
                yield heard
            finally:
                task.cancel()


def at_modem(
    far: VirtualModem, directory: Path, *, pin: str | None = None, pace: Pace = QUICK
) -> AtModem:
    """Ours, for a virtual one."""
    return AtModem(
        far.port,
        pin=pin,
        state_directory=directory,
        chance=Random(1),
        validity=VALIDITY,
        pace=pace,
    )


class KeptText:
    """A file that is none."""

    def __init__(self, text: str | None = None) -> None:
        self.text = text
        self.saved = 0

    def load(self) -> str | None:
        return self.text

    def save(self, text: str) -> None:
        self.text = text
        self.saved += 1
