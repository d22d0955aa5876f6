"""A modem at an end of the wire, with its SIM, its network and every fault that a test may want.

    async with VirtualModem(PtyEnd(), sim=VirtualSim(pin="1234")) as modem:
        ...  # a host opens modem.port
        modem.lose_network()
        await modem.text("+4790000000", "OK")

Nothing is wrong until somebody sets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from heimvakt_drivers.virtual.wire import Line, LineGoneError, SerialEnd

from . import network as net
from .commands import Commands
from .network import Network, Taken
from .pdu import NoMessageError, Report, read_submit, write_deliver, write_report
from .sim import VirtualSim

_SEND, _ESCAPE = 0x1A, 0x1B
LINE_MAX = 1024
"""Octets without an end that a real modem would take; the rest is thrown away."""


class VirtualModem:
    """Switched on by `async with`."""

    def __init__(
        self,
        end: SerialEnd,
        *,
        sim: VirtualSim | None = None,
        tells_tries: bool = True,
        unknown: frozenset[str] = frozenset(),
    ) -> None:
        """Open nothing yet.

        Args:
            end: where hosts connect.
            sim: the card in it; None: a card without PIN.
            tells_tries: whether it knows AT+CPINR.
            unknown: commands that it does not know, such as +CEREG.
        """
        self.sim: VirtualSim | None = sim or VirtualSim()
        self.network = Network()
        self.answers_after_s = 0.0
        """Every answer is so slow."""
        self.silent = False
        """It hears and answers nothing; the line stands."""
        self.swallow_next: list[str] = []
        """A command that begins so is carried out, and its answer is lost; once for each."""
        self.report_status: int | None = Report.DELIVERED
        """What becomes of a message, told at once if a report is wanted; None: `report` later."""
        self.chatter: list[str] = []
        """Lines that come in the middle of the next answer."""
        self.heard: list[str] = []
        """All command lines, oldest first."""
        self._end = end
        self._commands = Commands(
            self.network, lambda: self.sim, tells_tries=tells_tries, unknown=unknown
        )
        self._line: Line | None = None
        self._serving: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()

    @property
    def port(self) -> str:
        """What a host opens."""
        return self._end.port

    async def __aenter__(self) -> Self:
        """Switch it on."""
        await self.plug()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Switch it off."""
        await self.unplug()

    # --- what a test does to it -------------------------------------------------------------------

    async def unplug(self) -> None:
        """Out of the box, in the middle of whatever it does; a host gets a hang-up."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
            self._serving = None
        await self._end.pull()

    async def plug(self) -> None:
        """In again, with power: the SIM is locked again, and what it was told is forgotten."""
        self._power()
        await self._end.plug()
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve(), name="virtual modem")

    async def restart(self) -> None:
        """It starts again by itself; the line stands."""
        self._power()
        await self._say("RDY")

    async def register(self, status: int = net.HOME, technology: int = net.LTE) -> None:
        """Registration changes, and is told if the host asked for that."""
        self.network.registration, self.network.technology = status, technology
        for name, mode in self._commands.memory.tells_registration.items():
            if mode:
                await self._say(self._commands.registration(name, asked=False))

    async def lose_network(self) -> None:
        """It searches."""
        await self.register(net.SEARCHING)

    async def text(self, number: str, text: str, at: datetime | None = None) -> bool:
        """Somebody sends an SMS; False: there is no room on the SIM."""
        sim = self.sim
        if sim is None:
            return False
        place = sim.keep(write_deliver(number, text, at or datetime.now(UTC)))
        if place is not None and self._commands.memory.tells_messages:
            await self._say(f'+CMTI: "SM",{place}')
        return place is not None

    async def report(self, taken: Taken, status: int = Report.DELIVERED) -> None:
        """The network tells what became of a message."""
        pdu = write_report(taken.message.number, taken.reference, datetime.now(UTC), status)
        memory = self._commands.memory
        if memory.tells_reports == 1:
            await self._say(f"+CDS: {len(pdu) - 1}", pdu.hex().upper())
        elif memory.tells_reports == 2:
            place = len(memory.reports) + 1
            memory.reports[place] = pdu
            await self._say(f'+CDSI: "SR",{place}')

    def keep_reports(self) -> None:
        """From now on it keeps reports and tells of it, instead of passing them on."""
        self._commands.memory.tells_reports = 2

    async def noise(self, octets: bytes) -> None:
        """These come on the line, in the middle of whatever it says."""
        if self._line is not None:
            with suppress(LineGoneError):
                await self._line.write(octets)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return when something holds that a command may have changed."""
        async with self._news:
            await self._news.wait_for(holds)

    async def wait_heard(self, command: str) -> None:
        """Return when such a command has come."""
        await self.until(lambda: any(one.startswith(command) for one in self.heard))

    # --- the line ---------------------------------------------------------------------------------

    def _power(self) -> None:
        self._commands.memory = type(self._commands.memory)()
        if self.sim is not None:
            self.sim.power()

    async def _serve(self) -> None:
        while True:
            line = await self._end.accept()
            self._line = line
            try:
                await self._converse(line)
            except (LineGoneError, TimeoutError):
                pass
            finally:
                if self._line is line:
                    self._line = None
                line.close()

    async def _converse(self, line: Line) -> None:
        waiting = b""
        while data := await line.read():
            if self.silent:
                waiting = b""
                continue
            if self._commands.memory.echo:
                await line.write(data)
            waiting = (waiting + data)[-LINE_MAX:]
            while b"\r" in waiting:
                command, _, waiting = waiting.partition(b"\r")
                text = command.decode("ascii", "replace").strip("\n\x1b\x1a ")
                if text.upper().startswith("AT+CMGS="):
                    waiting = await self._take_message(line, text, waiting)
                elif text:
                    await self._answer(text, self._commands.answer(text))

    async def _take_message(self, line: Line, command: str, waiting: bytes) -> bytes:
        await self._hear(command)
        await asyncio.sleep(self.answers_after_s)
        await line.write(b"\r\n> ")
        while not (ends := [at for at, octet in enumerate(waiting) if octet in (_SEND, _ESCAPE)]):
            data = await line.read()
            if not data:
                return b""
            waiting = b"" if self.silent else waiting + data
        message, end, waiting = waiting[: ends[0]], waiting[ends[0]], waiting[ends[0] + 1 :]
        if end == _ESCAPE:
            await self._answer(command, ["OK"])
            return waiting
        try:
            length = int(command.partition("=")[2])
            submitted = read_submit(message.decode("ascii", "replace").strip(), length)
        except (NoMessageError, ValueError):
            await self._answer(command, self._commands.error(304, "CMS"))
            return waiting
        sim = self.sim
        taken = self.network.take(submitted) if sim is not None and sim.open else 311
        if isinstance(taken, int):
            await self._answer(command, self._commands.error(taken, "CMS"))
            return waiting
        await self._answer(command, [f"+CMGS: {taken.reference}", "OK"])
        await self._wake()
        if submitted.report_wanted and self.report_status is not None:
            await self.report(taken, self.report_status)
        return waiting

    async def _answer(self, command: str, lines: list[str]) -> None:
        if not self.heard or self.heard[-1] != command or not command.startswith("AT+CMGS"):
            await self._hear(command)
        await asyncio.sleep(self.answers_after_s)
        swallowed = next((one for one in self.swallow_next if command.startswith(one)), None)
        if swallowed is not None:
            self.swallow_next.remove(swallowed)
            return
        between, self.chatter = self.chatter, []
        await self._say(*lines[:-1])
        for stray in between:
            await self._say(stray)
        await self._say(*lines[-1:])

    async def _hear(self, command: str) -> None:
        self.heard.append(command)
        await self._wake()

    async def _wake(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _say(self, *lines: str) -> None:
        """One after the other, without an empty line between."""
        if self._line is None or self.silent or not lines:
            return
        try:
            await self._line.write("\r\n{}\r\n".format("\r\n".join(lines)).encode("ascii"))
        except LineGoneError:
            return
