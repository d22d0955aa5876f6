"""A medicine dispenser at the far end of a wire: switched on and off, and used by hand.

Nothing of it knows the gateway. In tests its crystal may be turned by hand, and octets may be fed
to it without any wire.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from heimvakt_drivers.virtual.wire import LineFullError, LineGoneError, LineStalledError, PtyEnd

from .body import SECTIONS, Body, Given
from .faults import Faults
from .flash import Flash, PowerCut
from .link import Link
from .machine import Machine
from .memory import LogRecord, Memory
from .octets import VERSION, Receiver

TICK_S = 0.5
"""How long it sleeps at most, since crystals in tests are turned by hand."""


class VirtualDispenser:
    """Is off until `start`."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        key: bytes,
        address: int = 1,
        crystal: Callable[[], float] = time.time,
        rtc: bool = True,
        speaks: int = VERSION,
        turn_s: float = 0.0,
    ) -> None:
        """What it remembers is in `folder`, or lasts as long as the object.

        `rtc`: it knows the time again after it was off.
        """
        self.faults = Faults()
        self.key = key
        self.serial = os.urandom(8)
        self._address, self._crystal = address, crystal
        self._rtc, self._speaks, self._turn_s = rtc, speaks, turn_s
        self._flash = Flash(folder and folder / "memory.json")
        self._body_flash = Flash(folder and folder / "body.json")
        self._flash.before_write = self._body_flash.before_write = self.faults.write
        self._body_flash.after_write = self.faults.write
        self._flash.after_write = self._copy_log
        self.history: list[tuple[int, LogRecord]] = []
        """All that this object ever had in its log on its flash, also what is acknowledged; each
        with its log."""
        self._body = Body.load(self._body_flash)
        self._memory: Memory | None = None
        self._machine: Machine | None = None
        self._link: Link | None = None
        self._receiver = Receiver()

    def _copy_log(self) -> None:
        assert self._memory is not None
        log, last = self.history[-1] if self.history else (0, None)
        after = last.number if last is not None and log == self._memory.log else 0
        new = (each for each in self._memory.records if each.number > after)
        self.history += [(self._memory.log, each) for each in new]

    # ------------------------------------------------------------------------------------- power

    @property
    def on(self) -> bool:
        """Whether it has power."""
        return self._machine is not None

    @property
    def machine(self) -> Machine:
        """What runs while it is on."""
        assert self._machine is not None, "it is off"
        return self._machine

    @property
    def requests(self) -> int:
        """How many were carried out since it was switched on, without those only repeated."""
        return self._link.executed if self._link is not None else 0

    def start(self) -> None:
        """Switch it on; it goes on where it was."""
        self._memory = memory = Memory.load(self._flash)
        if not self._rtc:
            memory.offset = None
        self._receiver = Receiver()
        try:
            machine = Machine(self._body, memory, self._crystal, self._turn_s)
        except PowerCut:
            self.kill()
            return
        self._machine = machine
        self._link = Link(
            machine, self.key, self._address, self.serial, rtc=self._rtc, speaks=self._speaks
        )

    def kill(self) -> None:
        """Take the power away, whatever it is at."""
        self._machine = self._link = None
        self._body = Body.load(self._body_flash)

    def restart(self) -> None:
        """Off and on."""
        self.kill()
        self.start()

    def forget(self) -> None:
        """It loses its memory, and with it its log and its time."""
        self.kill()
        self._flash.erase()
        self.start()

    def lose_time(self) -> None:
        """The battery of its clock is dead."""
        self.machine.memory.offset = None
        self.tick()

    # --------------------------------------------------------------------------------- time, wire

    def tick(self) -> None:
        """Let it do what is due."""
        if self._machine is not None:
            self._guarded(self._machine.tick)

    def due(self) -> float | None:
        """When something happens by itself, on the crystal."""
        return self._machine.due() if self._machine is not None else None

    def feed(self, octets: bytes) -> bytes:
        """What comes back on the wire."""
        out = b""
        for message in self._receiver.feed(self.faults.carry(octets)):
            link = self._link
            if link is None:
                break
            try:
                self.machine.tick()
                answer = link.answer(message)
            except PowerCut:
                self.kill()
                break
            if answer is not None and not self.faults.lose_answer():
                out += self.faults.carry(answer.wire())
        return out

    @asynccontextmanager
    async def serve(self, link: Path) -> AsyncIterator[PtyEnd]:
        """Be at the end of a pseudo-terminal that hosts open as `link`."""
        end = PtyEnd(link)
        await end.plug()
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._listen(end)), tasks.create_task(self._live())]
            try:
                yield end
            finally:
                for task in running:
                    task.cancel()
                await end.pull()

    async def _listen(self, end: PtyEnd) -> None:
        while True:
            line = await end.accept()
            while octets := await line.read():
                with suppress(LineGoneError, LineFullError, LineStalledError):
                    if answer := self.feed(octets):
                        await line.write(answer)
            line.close()

    async def _live(self) -> None:
        while True:
            self.tick()
            due = self.due()
            left_s = TICK_S if due is None else due - self._crystal()
            await asyncio.sleep(min(max(left_s, 0.001), TICK_S))

    # -------------------------------------------------------------------------------------- hands

    @property
    def given(self) -> list[Given]:
        """Every section that was ever emptied, and for which dose: a book that cannot be wrong."""
        return self._body.given

    @property
    def turns(self) -> list[tuple[int, int]]:
        """Filling and section of every turn."""
        return self._body.turns

    def offered(self) -> int | None:
        """The dose that can be taken now, in minutes since 1970."""
        return self._body.shutter_for if self._body.cup_full else None

    def take(self) -> bool:
        """Take what is there; False: nothing is. Works without power."""
        taken = False

        def hand() -> None:
            nonlocal taken
            taken = self._body.take()

        self._by_hand(hand)
        return taken

    def refill(self, doses: int = SECTIONS) -> None:
        """Open it with the key, put a filled carousel in, and close it."""
        self.open_lid()
        self._by_hand(lambda: self._body.fill(doses))
        self.close_lid()

    def open_lid(self, *, forced: bool = False) -> None:
        """With the key, or without."""
        self._set(lid_open=True, forced=forced)

    def close_lid(self) -> None:
        """Close it."""
        self._set(lid_open=False, forced=False)

    def tilt(self, tilted: bool = True) -> None:
        """Lay it on its side, or stand it up."""
        self._set(tilted=tilted)

    def mains(self, there: bool) -> None:
        """Pull the plug, or put it back; the battery goes on."""
        self._set(mains=there)

    def battery(self, percent: int) -> None:
        """How full it is."""
        self._set(battery=percent)

    def jam(self, stuck: bool = True) -> None:
        """The next turn does not get anywhere; or it does again."""
        self._set(stuck=stuck)

    def _set(self, **values: object) -> None:
        def change() -> None:
            for name, value in values.items():
                setattr(self._body, name, value)
            self._body.save()

        self._by_hand(change)

    def _by_hand(self, act: Callable[[], None]) -> None:
        power, self.faults.power_for = self.faults.power_for, None
        act()  # a hand needs no power
        self.faults.power_for = power
        self.tick()

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except PowerCut:
            self.kill()
