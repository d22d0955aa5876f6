"""A Z-Stack coordinator at its end of the line: a request is answered before the next is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from heimvakt_drivers.virtual.wire import Line, Watch
from heimvakt_drivers.virtual.zigbee.air import Outgoing
from heimvakt_drivers.virtual.zigbee.device import VirtualDevice
from heimvakt_drivers.virtual.zigbee.faults import Faults
from heimvakt_drivers.virtual.zigbee.link import HostLink
from heimvakt_drivers.virtual.zigbee.sent import Outcome, Sent

from .coordinator import Output, ZnpCoordinator
from .dispatch import handle
from .mt_frame import START, FrameParser, MtFrame, encode


class ZnpLink(HostLink):
    """See the module."""

    marks: ClassVar[frozenset[int]] = frozenset((START,))
    oversized_head: ClassVar[bytes] = bytes((START, 0xFF, 0x44, 0x81))

    def __init__(self, coordinator: ZnpCoordinator, faults: Faults, changes: Watch) -> None:
        super().__init__(faults, changes)
        self._coordinator = coordinator

    async def joined(self, device: VirtualDevice, *, rejoin: bool) -> Sent:
        """See the base."""
        return await self._tell(self._coordinator.joining(device))

    async def left(self, device: VirtualDevice) -> Sent:
        """See the base."""
        return await self._tell([self._coordinator.leaving(device, asked=False)])

    async def heard(self, nwk: int, outgoing: Outgoing, lqi: int) -> Sent:
        """See the base."""
        return await self._put(self._coordinator.incoming(nwk, outgoing, lqi))

    async def restarted(self) -> Sent:
        """See the base."""
        return await self._put(self._coordinator.reset_indication())

    async def _tell(self, outputs: Sequence[Output]) -> Sent:
        """Write what there is to tell; the result is that of the last frame."""
        sent = Sent(Outcome.NO_HOST)
        for output in outputs:
            if isinstance(output, MtFrame):
                sent = await self._put(output)
        return sent

    async def _put(self, frame: MtFrame, *, answer: bool = False) -> Sent:
        return await self._through_faults(encode(frame), answer=answer)

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
            await self._put(output, answer=True)
        else:
            self._do_later(output.delay_s, self._put(output.frame, answer=True))
