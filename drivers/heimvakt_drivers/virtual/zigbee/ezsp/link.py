"""An EmberZNet stick at its end of the line: EZSP in DATA frames that arrive once and in order."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from heimvakt_drivers.virtual.wire import Line, Watch
from heimvakt_drivers.virtual.zigbee.air import Outgoing
from heimvakt_drivers.virtual.zigbee.device import VirtualDevice
from heimvakt_drivers.virtual.zigbee.faults import Faults
from heimvakt_drivers.virtual.zigbee.link import HostLink
from heimvakt_drivers.virtual.zigbee.octets import ShortDataError
from heimvakt_drivers.virtual.zigbee.sent import Outcome, Sent

from .ash import Ash, AshFullError, Request
from .ash_frame import RESERVED, Code
from .coordinator import EzspCoordinator
from .dispatch import handle
from .frame import Answer, Callback, Later, decode


class EzspLink(HostLink):
    """See the module.

    A frame that a fault keeps from the host, or spoils, is sent again: what became of it is known
    once it was written.
    """

    marks: ClassVar[frozenset[int]] = RESERVED
    oversized_head: ClassVar[bytes] = b""

    def __init__(self, coordinator: EzspCoordinator, faults: Faults, changes: Watch) -> None:
        super().__init__(faults, changes)
        self._coordinator = coordinator
        self._ash = Ash()
        self._turn = asyncio.Lock()
        self._awaited: dict[int, asyncio.Future[Sent]] = {}
        """By ticket: who waits to know what became of a frame."""
        self._timer: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------------ what there is to tell

    async def joined(self, device: VirtualDevice, *, rejoin: bool) -> Sent:
        """See the base."""
        return await self._tell(*self._coordinator.joining(device, rejoin=rejoin))

    async def left(self, device: VirtualDevice) -> Sent:
        """See the base."""
        return await self._tell(*self._coordinator.leaving(device))

    async def heard(self, nwk: int, outgoing: Outgoing, lqi: int) -> Sent:
        """See the base."""
        return await self._tell(self._coordinator.incoming(nwk, outgoing, lqi))

    async def restarted(self) -> Sent:
        """See the base."""
        self._ash.restart(Code.POWER_ON)
        self._nobody_knows(Outcome.NETWORK_DOWN)
        return await self._flush()

    async def _tell(self, *callbacks: Callback, answer: bool = False) -> Sent:
        """Send callbacks; what became of the last, once it was written for the first time."""
        if self._faults.mute:
            return Sent(Outcome.MUTE)
        if not self.host_present:
            return Sent(Outcome.NO_HOST)
        if self._ash.failed:
            return Sent(Outcome.STALLED)
        try:
            tickets = [self._send(callback, answer=answer) for callback in callbacks]
        except AshFullError:
            return Sent(Outcome.LINE_FULL)
        known: asyncio.Future[Sent] = asyncio.get_running_loop().create_future()
        self._awaited[tickets[-1]] = known
        await self._flush()
        return await known

    # ------------------------------------------------------------------ the line

    async def _session(self, line: Line) -> None:
        try:
            while data := await line.read():
                if self._faults.deaf:
                    continue
                for heard in self._ash.receive(data, self._now()):
                    if heard is Request.RESET:
                        self._reset()
                    else:
                        self._carry_out(heard)
                    self.requests += 1
                self._ash.acknowledge()
                await self._flush()
                self._changes.notify()
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self._ash.give_up()
            self._nobody_knows(Outcome.NO_HOST)

    def _reset(self) -> None:
        self._coordinator.reset()
        self._nobody_knows(Outcome.NETWORK_DOWN)

    def _carry_out(self, data: bytes) -> None:
        try:
            command = decode(data)
        except ShortDataError:
            return
        for output in handle(self._coordinator, command, self._now()):
            if isinstance(output, Later):
                self._do_later(output.delay_s, self._tell(output.callback, answer=True))
            else:
                try:
                    self._send(output, answer=True)
                except AshFullError:
                    return  # a host that asks on and on and acknowledges nothing

    def _send(self, what: Answer | Callback, *, answer: bool) -> int:
        callback = isinstance(what, Callback)
        return self._ash.send(what.encode(), answer=answer, callback=callback, now=self._now())

    async def _flush(self) -> Sent:
        """Write all there is to write, in order; what became of the last."""
        sent = Sent(Outcome.NO_HOST)
        async with self._turn:
            while (write := self._ash.next_write()) is not None:
                sent = await self._through_faults(write.octets, answer=write.answer)
                if sent and write.ticket in self._awaited:
                    self._know(write.ticket, sent)
        if self._ash.failed:
            self._nobody_knows(Outcome.STALLED)
        self._set_timer()
        return sent

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._ash.due
        loop = asyncio.get_running_loop()
        self._timer = None if due is None else loop.call_at(due, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._ash.tick(self._now())
        self._do_later(0.0, self._flush())

    def _know(self, ticket: int, sent: Sent) -> None:
        known = self._awaited.pop(ticket)
        if not known.done():
            known.set_result(sent)

    def _nobody_knows(self, outcome: Outcome) -> None:
        for ticket in list(self._awaited):
            self._know(ticket, Sent(outcome))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
