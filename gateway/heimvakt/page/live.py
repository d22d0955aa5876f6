"""One line of events from the gateway for all who look, and a bounded queue for each of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from .control import Control, NoService, Refused
from .happened import is_shown

log = structlog.get_logger("page")

STREAMS_MAX = 8
"""Pages that are open at once."""
WAITING_MAX = 200
"""Lines that a browser may be behind; then the oldest goes, and is counted."""
LATELY = 30
"""Events that a page shows at once when it is opened."""
OPEN_MAX = 50
"""Of the open alarms, the most urgent."""
AGAIN_S = 2.0
"""Until the gateway is tried again, and between two looks at how it is."""
LOOK_S = 10.0
"""After this how it is is looked at also where nothing has happened."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the gateway is, as it answered."""

    status: dict[str, Any]
    devices: dict[str, Any]
    open_alarms: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Gone:
    """No gateway answers."""

    why: str


News = dict[str, Any] | Look | Gone
"""A committed event, how it is, or that nobody answers."""


class Stream:
    """What one page has not been told yet."""

    def __init__(self) -> None:
        self._waiting: deque[News] = deque()
        self._any = asyncio.Event()
        self.missed = 0
        """Events that were let go because the browser did not keep up."""

    def put(self, news: News) -> None:
        """Never waits."""
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popleft()
            self.missed += 1
        self._waiting.append(news)
        self._any.set()

    async def next(self) -> News:
        """The oldest that waits."""
        while not self._waiting:
            self._any.clear()
            await self._any.wait()
        return self._waiting.popleft()


class Full(Exception):
    """So many look already that one more would be too much."""


class Live:
    """Watches the gateway for as long as it runs."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._streams: set[Stream] = set()
        self._lately: deque[dict[str, Any]] = deque(maxlen=LATELY)
        self._changed = asyncio.Event()

    @contextmanager
    def stream(self) -> Iterator[Stream]:
        """One more who looks; begins with what happened lately.

        Raises:
            Full: there are too many.
        """
        if len(self._streams) >= STREAMS_MAX:
            raise Full
        stream = Stream()
        for line in self._lately:
            stream.put(line)
        self._streams.add(stream)
        self._changed.set()
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            group.create_task(self._look())

    async def _watch(self) -> None:
        told = False
        while True:
            try:
                async with aclosing(self._control.watch()) as lines:
                    async for line in lines:
                        told = False
                        if "event" in line:
                            self._take(line)
            except (NoService, Refused) as error:
                if not told:
                    log.warning("nobody answers at the control socket", reason=str(error))
                told = True
                self._tell(Gone(str(error)))
            await asyncio.sleep(AGAIN_S)

    def _take(self, line: dict[str, Any]) -> None:
        if is_shown(line):
            self._lately.append(line)
            self._tell(line)
        self._changed.set()

    async def _look(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            if self._streams:
                self._tell(await self.now())
            await asyncio.sleep(AGAIN_S / 2)

    async def now(self) -> Look | Gone:
        """How it is."""
        try:
            status = await self._control.ask("status")
            devices = await self._control.ask("devices")
            alarms = await self._control.ask("alarms", open=True, limit=OPEN_MAX)
        except (NoService, Refused) as error:
            return Gone(str(error))
        return Look(status, devices, alarms["alarms"])

    def _tell(self, news: News) -> None:
        for stream in self._streams:
            stream.put(news)
