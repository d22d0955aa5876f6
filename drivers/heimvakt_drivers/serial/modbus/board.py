"""One relay board: asked for its contacts again and again, told what to do once.

A board that does not end a release by itself is made to by this: the coil is switched off until
the board says that it is, also one that an earlier life of the gateway has left on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt_drivers.serial.locks.contacts import Contact
from heimvakt_drivers.serial.locks.desk import Desk, lasting_s

from . import wire
from .bus import ModbusBus, NoAnswer
from .settings import ModbusLock

POLL_S = 0.1
"""Between rounds: one takes some 50 ms of the line at 9600 baud, and boards wait for each other."""

SILENT_S = 2.5
"""A board that has not answered a round of questions for so long is told as lost."""

FAILURES = 3
"""And so many rounds have failed: a process that stood still for a while heard nothing either."""

AGAIN_S, AGAIN_S_MAX = 0.2, 30.0
"""Waits between rounds while it is lost; each is twice as long as the one before."""

SPAN_MAX = 64
"""Inputs that are read with one question."""

log = structlog.get_logger(__name__)


class Board:
    """For one `run` of the driver."""

    def __init__(
        self, options: ModbusLock, desk: Desk, bus: ModbusBus, *, told_up: bool | None
    ) -> None:
        self.desk = desk
        self.told_up = told_up
        self._options = options
        self._bus = bus
        self._loop = asyncio.get_running_loop()
        self._unit = desk.post.number
        self._coil = options.coil or 0
        self._good_at = self._loop.time()
        self._wait_s = AGAIN_S
        self._failures = 0
        self._why = "it does not answer"
        self._off_at: float | None = None
        """When the coil is to be switched off from here."""
        self._order: tuple[wire.Question, float] | None = None
        """What is to go out, and for how long it lets go; None once it has its turn."""
        self._some = asyncio.Event()

    async def serve(self, looked: Callable[[], None]) -> None:
        """Ask it until cancelled; `looked` is called after each round of questions."""
        self._good_at = self._loop.time()
        try:
            while True:
                await self._round()
                looked()
                await self._order_within(self._wait_s if self.told_up is False else POLL_S)
        finally:
            self.desk.unreachable("the line to the board is lost")
            if self._off_at is not None and self.desk.contacts.levels.get(Contact.RELEASE):
                self._bus.say(wire.switch(self._unit, self._coil, on=False))

    async def execute(self, command: Command) -> None:
        """See the port of drivers."""
        if self.told_up is not True:
            raise CommandFailed(f"the board is not reached: {self._why}")
        match command.verb:
            case Verb.UNLOCK:
                for_s = lasting_s(command, self._options.release_for.total_seconds())
                await self._carry(command, self._release(for_s), for_s)
            case Verb.LOCK:
                await self._carry(command, wire.switch(self._unit, self._coil, on=False), 0.0)
            case _:
                raise CommandFailed("a relay board does not know how to do that")

    async def _carry(self, command: Command, question: wire.Question, for_s: float) -> None:
        def send() -> bool:
            self._order = (question, for_s)
            self._some.set()
            return True

        def withdraw() -> None:
            self._order = None

        await self.desk.carry(command, for_s, send, withdraw)

    def _release(self, for_s: float) -> wire.Question:
        pulse = self._options.pulse
        if pulse is None:
            return wire.switch(self._unit, self._coil, on=True)
        time = max(1, round(for_s * 1000 / pulse.unit_ms))
        if time > 0xFFFF:
            raise CommandFailed("the board cannot let a door go for so long")
        make = wire.pulse_coil if pulse.by == "coil" else wire.pulse_register
        return make(self._unit, pulse.number, time)

    # -------------------------------------------------------------------------------- the wire

    async def _order_within(self, wait_s: float) -> None:
        """Carry an order to the board if one comes within this time."""
        try:
            async with asyncio.timeout(wait_s):
                await self._some.wait()
        except TimeoutError:
            return
        self._some.clear()
        if (order := self._order) is None:
            return
        try:
            answer = await self._bus.ask(order[0], lambda: self._goes_out(order))
        except NoAnswer:
            return  # the next round shows what has become of it
        if answer is not None:
            (self.desk.refused if answer.refused else self.desk.taken)()

    def _goes_out(self, order: tuple[wire.Question, float]) -> bool:
        """It has its turn on the line; False: it was given up meanwhile."""
        if self._order is not order:
            return False
        self._order = None
        if self._options.pulse is None:
            self._off_at = self._loop.time() + order[1]
        self.desk.sent()
        return True

    async def _round(self) -> None:
        """Ask for all its contacts, and let go of the door no longer than is meant."""
        try:
            levels = await self._levels()
            if self._ends_now(levels):
                await self._bus.ask(wire.switch(self._unit, self._coil, on=False))
                levels |= await self._read_coil()
        except NoAnswer as error:
            self._failed("what comes is damaged" if error.damaged else "it does not answer")
            return
        self._good_at = self._loop.time()
        self._wait_s = AGAIN_S
        self._failures = 0
        self.desk.heard(levels)
        self.desk.read_again()
        if self.told_up is not True:
            self.desk.there(again=self.told_up is False)
            self.told_up = True
        self.desk.alive()

    def _ends_now(self, levels: dict[Contact, bool]) -> bool:
        if self._options.pulse is not None or not levels[Contact.RELEASE]:
            return False
        return self._off_at is None or self._loop.time() >= self._off_at

    def _failed(self, why: str) -> None:
        self._why = why
        self._failures += 1
        if self.told_up is False:
            self._wait_s = min(self._wait_s * 2, AGAIN_S_MAX)
        elif self._failures >= FAILURES and self._loop.time() - self._good_at >= SILENT_S:
            log.warning("a board is not reached", device=self.desk.name, why=why)
            self.desk.unreachable(f"the board is not reached: {why}")
            self.desk.lost(why)
            self.told_up = False

    async def _levels(self) -> dict[Contact, bool]:
        wired = self._options.inputs.model_dump(exclude_none=True)
        levels = await self._read_coil()
        if not wired:
            return levels
        first, last = min(wired.values()), max(wired.values())
        if last - first < SPAN_MAX:
            bits = await self._read_inputs(first, last - first + 1)
            found = {name: bits[number - first] for name, number in wired.items()}
        else:
            found = {n: (await self._read_inputs(number, 1))[0] for n, number in wired.items()}
        for name, up in found.items():
            levels[Contact(name)] = up is not (name in self._options.inverted)
        return levels

    async def _read_coil(self) -> dict[Contact, bool]:
        answer = await self._bus.ask(wire.coil(self._unit, self._coil))
        if answer is None or answer.refused:
            return {Contact.RELEASE: False}  # a board that switches and does not tell
        return {Contact.RELEASE: answer.bits[0]}

    async def _read_inputs(self, first: int, count: int) -> tuple[bool, ...]:
        answer = await self._bus.ask(wire.inputs(self._unit, first, count))
        if answer is None or answer.refused:
            raise NoAnswer(damaged=True)
        return answer.bits
