"""The coordinator's serial link: host after host, with what goes wrong on the way.

It holds the line while a host has the port open. What is said on it is the affair of a face, which
makes a link of its own from this.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import ClassVar

from heimvakt_drivers.virtual.wire import (
    Line,
    LineFullError,
    LineGoneError,
    LineStalledError,
    SerialEnd,
    Watch,
)

from .air import Outgoing
from .device import VirtualDevice
from .faults import Faults
from .sent import Outcome, Sent

LATER_MAX = 1000
"""Frames that wait for their time; one more is lost."""


class HostLink(ABC):
    """See the module. `changes` is notified of every host and after every request."""

    marks: ClassVar[frozenset[int]]
    """Octets that mean something between frames: rubbish has none of them."""
    oversized_head: ClassVar[bytes]
    """How a frame begins that says it is longer than frames can be, or that will be."""

    def __init__(self, faults: Faults, changes: Watch) -> None:
        self._faults = faults
        self._changes = changes
        self._end: SerialEnd | None = None
        self._line: Line | None = None
        self._later: set[asyncio.Task[None]] = set()
        self.requests = 0
        """Frames of hosts that were carried out."""

    # ------------------------------------------------------------------ of a face

    @abstractmethod
    async def joined(self, device: VirtualDevice, *, rejoin: bool) -> Sent:
        """Tell of a device that came in or came back."""

    @abstractmethod
    async def left(self, device: VirtualDevice) -> Sent:
        """Tell of a device that is about to go."""

    @abstractmethod
    async def heard(self, nwk: int, outgoing: Outgoing, lqi: int) -> Sent:
        """Tell of a frame from this network address. Never raises for a host that is away."""

    @abstractmethod
    async def restarted(self) -> Sent:
        """Tell that the coordinator has just restarted."""

    @abstractmethod
    async def _session(self, line: Line) -> None:
        """Talk with a host until it is gone."""

    # ------------------------------------------------------------------ hosts come and go

    @property
    def host_present(self) -> bool:
        """Whether a host has the port open."""
        return self._line is not None

    @property
    def port(self) -> str:
        """What a host opens now; "" when it is not served. Without a link a replug changes it."""
        return "" if self._end is None else self._end.port

    @asynccontextmanager
    async def serve(self, end: SerialEnd) -> AsyncIterator[str]:
        """Be at this end while the context lasts; gives the port that a host opens.

        Raises RuntimeError when the link is at another end already, OSError when the end cannot
        be had, and at the end of the context whatever ended the serving before its time.
        """
        if self._end is not None:
            raise RuntimeError("the radio is served already: it has one serial line, as real ones")
        await end.plug()
        self._end = end
        serving = asyncio.create_task(self._sessions(end), name="virtual radio: serve")
        serving.add_done_callback(_tell_of_failure)
        try:
            yield end.port
        finally:
            self._end = None
            await end.pull()
            tasks = [serving, *self._later]
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            self._changes.notify()
            for result in results:
                if isinstance(result, Exception):
                    raise result

    async def pull(self) -> None:
        """Pull the plug; the host gets a hang-up. Nothing happens when it is not served."""
        if self._end is not None:
            await self._end.pull()

    async def plug(self) -> None:
        """Put the plug back."""
        if self._end is not None:
            await self._end.plug()

    # ------------------------------------------------------------------ octets

    async def write(self, data: bytes) -> Sent:
        """Write any octets."""
        line = self._line
        if line is None:
            return Sent(Outcome.NO_HOST)
        try:
            return Sent(Outcome.WRITTEN, await line.write(data))
        except LineGoneError:
            return Sent(Outcome.NO_HOST)
        except LineFullError:
            return Sent(Outcome.LINE_FULL)
        except LineStalledError:
            return Sent(Outcome.STALLED)

    async def rubbish(self, count: int) -> Sent:
        """Write so many octets that are no frame and begin none."""
        return await self.write(self._faults.rubbish(count, without=self.marks))

    async def oversized(self) -> Sent:
        """Write a frame that is longer than frames can be."""
        rest = self._faults.rubbish(0xFF, without=self.marks)
        return await self.write(self.oversized_head + rest)

    async def _through_faults(self, data: bytes, *, answer: bool) -> Sent:
        """Write one frame, unless a fault keeps it from the host."""
        if self._faults.mute:
            return Sent(Outcome.MUTE)
        delay_s, distorted = self._faults.distort(data, answer=answer)
        if distorted is None:
            return Sent(Outcome.DROPPED)
        if delay_s:
            await asyncio.sleep(delay_s)
        return await self.write(distorted)

    def _do_later(self, delay_s: float, what: Coroutine[None, None, object]) -> None:
        """Do something in so many seconds, unless LATER_MAX others wait already."""
        if len(self._later) >= LATER_MAX:
            what.close()
            return

        async def wait() -> None:
            await asyncio.sleep(delay_s)
            await what

        task = asyncio.create_task(wait(), name="virtual radio: later")
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        task.add_done_callback(lambda _: what.close())

    async def _sessions(self, end: SerialEnd) -> None:
        while True:
            self._line = await end.accept()
            self._changes.notify()
            try:
                await self._session(self._line)
            finally:
                self._line.close()
                self._line = None
                self._changes.notify()


def _tell_of_failure(task: asyncio.Task[None]) -> None:
    """Say at once that nobody serves any more: whoever awaits a host would wait for ever."""
    if not task.cancelled() and (error := task.exception()) is not None:
        context = {"message": "the virtual radio stopped serving", "exception": error}
        task.get_loop().call_exception_handler(context)
