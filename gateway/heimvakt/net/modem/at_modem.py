"""The modem in AT commands, for boards without ModemManager. Keeps the port of `core.modem`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from heimvakt.core.modem import (
    Listener,
    ModemState,
    Registration,
    Sim,
    SmsNotNow,
    SmsRefused,
)
from heimvakt.net.sms.submit import submits

from . import at_replies as replies
from .at_greeting import greet, open_sim, prepare_messages, prepare_network, tried
from .at_inbox import Inbox
from .at_port import AtPort, PortError
from .at_stray import Stray
from .at_talk import ANSWER_S, RESYNC_S, AtGone, AtRefused, AtSilent, Talk
from .pin import PinMemory
from .refusals import refusal
from .scale import from_csq
from .telling import Telling

STRAYS_MAX = 256
"""Lines that came by themselves and wait; one more is left out, and the next look finds what it
was about."""
SILENT_LOOKS_MAX = 3
"""In a row, of a modem that answers a bare AT all the same; then the port is opened afresh."""
_BEST_FIRST = (
    Registration.HOME,
    Registration.ROAMING,
    Registration.SEARCHING,
    Registration.DENIED,
    Registration.NONE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often to look and how long to wait; shorter in tests."""

    look_s: float = 30.0
    """Signal, operator, registration; changes of registration come by themselves as well."""
    look_s_searching: float = 5.0
    reopen_s: float = 2.0
    """A modem that was plugged in again is found after this."""
    answer_s: float = ANSWER_S
    resync_s: float = RESYNC_S
    send_s: float = 60.0
    """TS 27.005 names no time for AT+CMGS; modems wait 40 to 60 s for the network."""


class _Restarted(Exception):
    """The modem has started again by itself, and knows nothing of what it was told."""


class AtModem:
    """A modem on a serial port that nobody else uses."""

    def __init__(
        self,
        port: str,
        *,
        pin: str | None,
        state_directory: Path,
        chance: Random,
        validity: timedelta,
        taken: Callable[[], Awaitable[str | None]] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            port: such as /dev/serial/by-id/...
            pin: of the SIM; None: it has none.
            state_directory: where refused PINs are remembered.
            chance: where the references of long texts begin.
            validity: how long the network tries to deliver an SMS.
            taken: says why the port must not be opened now, if so; asked each time before.
            pace: how often to look.
        """
        self._port = port
        self._pin = pin
        self._memory = PinMemory(state_directory)
        self._validity = validity
        self._taken = taken
        self._pace = pace or Pace()
        self._long_text = chance.randrange(256)
        self._telling = Telling()
        self._inbox = Inbox(self._telling.tell)
        self._talk: Talk | None = None
        self._sending = asyncio.Lock()
        self._strays: asyncio.Queue[Stray | None] = asyncio.Queue(STRAYS_MAX)
        self._registrations: dict[str, Registration] = {}
        self._ready_for_messages = False

    def state(self) -> ModemState:
        """See the port."""
        return self._telling.state

    def listen(self, listener: Listener) -> AbstractContextManager[None]:
        """See the port."""
        return self._telling.listen(listener)

    async def run(self) -> None:
        """See the port."""
        while True:
            try:
                await self._attend()
            except _Restarted:
                await self._telling.become(ModemState())
            except (PortError, AtGone, AtSilent, AtRefused) as error:
                hint = f"; {error.hint}" if isinstance(error, PortError) and error.hint else ""
                await self._telling.become(ModemState(trouble=f"{self._port}: {error}{hint}"))
            await asyncio.sleep(self._pace.reopen_s)

    async def send_sms(self, number: str, text: str) -> tuple[int, ...]:
        """See the port."""
        self._long_text += 1
        try:
            parts = submits(number, text, validity=self._validity, reference=self._long_text)
        except ValueError as error:
            raise SmsRefused(str(error), hint="look at the number in the configuration") from error
        async with self._sending:
            talk, state = self._talk, self._telling.state
            if talk is None or not state.can_send:
                raise SmsNotNow(f"no network: SIM {state.sim}, registration {state.registration}")
            references = [await self._submit(talk, part.length, part.pdu) for part in parts]
        return tuple(one for one in references if one is not None)

    async def _submit(self, talk: Talk, length: int, pdu: str) -> int | None:
        try:
            lines = await talk.send(f"AT+CMGS={length}", pdu, within_s=self._pace.send_s)
        except AtRefused as refused:
            code = refused.end.code if refused.end.text.startswith("+CMS") else None
            raise refusal(code, refused.end.text) from refused
        except (AtSilent, AtGone, PortError) as error:
            raise SmsNotNow(f"the modem did not answer: {error}") from error
        return replies.reference(lines)

    # --- one connection ---------------------------------------------------------------------------

    async def _attend(self) -> None:
        """Open the port and keep the state true, until one of `run`'s errors."""
        if self._taken is not None and (why := await self._taken()) is not None:
            raise PortError(why)
        self._strays = asyncio.Queue(STRAYS_MAX)
        self._registrations.clear()
        self._ready_for_messages = False
        port = AtPort(self._port, lambda data: talk.heard(data), lambda why: self._lost(talk, why))
        pace = self._pace
        talk = Talk(port, self._stray, answer_s=pace.answer_s, resync_s=pace.resync_s)
        try:
            await greet(talk)
            self._talk = talk
            silent_looks = 0
            while True:
                try:
                    await self._look(talk)
                    silent_looks = 0
                except AtSilent:  # it is slow with something: what is known stays, and so does it
                    silent_looks += 1
                    if silent_looks > SILENT_LOOKS_MAX:
                        raise
                await self._serve(talk)
        finally:
            self._talk = None
            talk.close("the port is closed")
            port.close()

    async def _look(self, talk: Talk) -> None:
        """Ask everything that may have changed."""
        found = await open_sim(talk, self._pin, self._memory)
        await self._now(present=True, sim=found.sim, trouble=found.trouble)
        if found.sim is not Sim.READY:
            self._registrations.clear()
            await self._now(registration=Registration.NONE, operator=None, technology=None)
            return
        if not self._ready_for_messages:
            await prepare_network(talk)
            self._ready_for_messages = await prepare_messages(talk)
            if self._ready_for_messages:
                await self._inbox.read_all(talk)
        for name in ("CREG", "CEREG"):
            for line in await tried(talk, f"AT+{name}?", expect=f"+{name}:") or ():
                await self._registered(line)
        if not self._telling.state.can_send:
            await self._now(operator=None, technology=None, signal=None)
            return
        strength = [replies.csq(one) for one in await tried(talk, "AT+CSQ", expect="+CSQ:") or ()]
        await self._now(signal=from_csq(strength[-1]) if strength and strength[-1] else None)
        for line in await tried(talk, "AT+COPS?", expect="+COPS:") or ():
            operator = replies.operator(line)
            technology = operator.technology or self._telling.state.technology
            await self._now(operator=operator.name, technology=technology)

    async def _serve(self, talk: Talk) -> None:
        """Take what comes by itself until it is time to look again."""
        loop = asyncio.get_running_loop()
        searching = not self._telling.state.can_send
        until = loop.time() + (self._pace.look_s_searching if searching else self._pace.look_s)
        while True:
            try:
                async with asyncio.timeout_at(until):
                    stray = await self._strays.get()
            except TimeoutError:
                return
            if stray is None:
                raise AtGone(talk.closed or "the port is gone")
            if await self._take(talk, stray):
                return

    async def _take(self, talk: Talk, stray: Stray) -> bool:
        """Act on what came by itself; True: there is more to ask about it."""
        match stray.begins:
            case "+CREG" | "+CEREG":
                could = self._telling.state.can_send
                await self._registered(stray.line)
                return self._telling.state.can_send != could
            case "+CMTI" | "+CDSI":
                found = replies.parameters(stray.line)
                if len(found) > 1 and (place := replies.number(found[1])) is not None:
                    await self._inbox.read(talk, replies.text(found[0]), place)
            case "+CDS" | "+CMT":
                await self._inbox.hear(stray.message or "")
            case "+CPIN":
                return True
            case "RDY":
                raise _Restarted
            case _:
                pass
        return False

    async def _registered(self, line: str) -> None:
        found = replies.registration(line)
        if found is None:
            return
        registration, technology = found
        self._registrations[line.partition(":")[0]] = registration
        best = min(self._registrations.values(), key=_BEST_FIRST.index)
        await self._now(registration=best, technology=technology or self._telling.state.technology)

    # --- small things -----------------------------------------------------------------------------

    async def _now(self, **changed: object) -> None:
        await self._telling.become(replace(self._telling.state, **changed))  # type: ignore[arg-type]

    def _stray(self, stray: Stray) -> None:
        with suppress(asyncio.QueueFull):
            self._strays.put_nowait(stray)

    def _lost(self, talk: Talk, reason: str) -> None:
        talk.close(reason)
        while self._strays.full():
            self._strays.get_nowait()
        self._strays.put_nowait(None)
