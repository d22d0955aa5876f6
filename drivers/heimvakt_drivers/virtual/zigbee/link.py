"""The coordinator's serial link: host after host, frame after frame, with what goes wrong.

It holds the line while a host has the port open, carries the host's requests to the coordinator,
and writes what is to be said, through the faults.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from .coordinator import Coordinator, Later, Output
from .dispatch import handle
from .faults import Faults
from .line import Line, LineFullError, LineGoneError, LineStalledError
from .mt_frame import FrameParser, MtFrame, encode
from .sent import Outcome, Sent
from .serial_end import SerialEnd
from .watch import Watch

LATER_MAX = 1000
"""Frames that wait for their time; one more is lost."""


class HostLink:
    """See the module. `changes` is notified of every host and after every request."""

    def __init__(self, coordinator: Coordinator, faults: Faults, changes: Watch) -> None:
        self._coordinator = coordinator
        self._faults = faults
        self._changes = changes
        self._end: SerialEnd | None = None
        self._line: Line | None = None
        self._later: set[asyncio.Task[None]] = set()
        self.requests = 0
        """Frames of hosts that were carried out."""

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

    async def tell(self, outputs: Sequence[Output]) -> Sent:
        """Write what the coordinator has to tell; the result is that of the last frame."""
        sent = Sent(Outcome.NO_HOST)
        for output in outputs:
            if isinstance(output, MtFrame):
                sent = await self.put(output)
        return sent

    async def put(self, frame: MtFrame, *, answer: bool = False) -> Sent:
        """Write one frame, unless a fault keeps it from the host."""
        if self._faults.mute:
            return Sent(Outcome.MUTE)
        delay_s, data = self._faults.distort(encode(frame), answer=answer)
        if data is None:
            return Sent(Outcome.DROPPED)
        if delay_s:
            await asyncio.sleep(delay_s)
        return await self.write(data)

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

    async def _session(self, line: Line) -> None:
        parser = FrameParser()
        while data := await line.read():
            if self._faults.deaf:
                continue
            for frame in parser.feed(data):
                for output in handle(self._coordinator, frame, time.monotonic()):
                    await self._answer(output)
                self.requests += 1
                self._changes.notify()

    async def _answer(self, output: Output) -> None:
        if isinstance(output, MtFrame):
            await self.put(output, answer=True)
        elif len(self._later) < LATER_MAX:
            task = asyncio.create_task(self._put_later(output), name="virtual radio: later")
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _put_later(self, later: Later) -> None:
        await asyncio.sleep(later.delay_s)
        await self.put(later.frame, answer=True)


def _tell_of_failure(task: asyncio.Task[None]) -> None:
    """Say at once that nobody serves any more: whoever awaits a host would wait for ever."""
    if not task.cancelled() and (error := task.exception()) is not None:
        context = {"message": "the virtual radio stopped serving", "exception": error}
        task.get_loop().call_exception_handler(context)
