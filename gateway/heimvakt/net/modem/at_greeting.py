"""A modem made ready in AT commands: how it answers, its SIM, its network, its messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from heimvakt.core.modem import Sim

from . import at_replies as replies
from .at_talk import AtRefused, Talk
from .pin import NO_PIN, PinMemory

WAKE_S = 15.0
"""AT+CFUN=1 starts the radio; TS 27.007 gives no time, modems take up to this."""
PIN_S = 20.0
_WRONG_PIN = 16
"""+CME ERROR: incorrect password (TS 27.007, 9.2.1)."""
_WANTS_PUK = 12

_log = structlog.get_logger("modem")


@dataclass(frozen=True, slots=True)
class SimFound:
    """The state of the SIM, and what somebody must do about it."""

    sim: Sim
    trouble: str | None = None


async def greet(talk: Talk) -> None:
    """No echo, errors as numbers, radio on. Raises what `Talk.ask` raises but a refusal."""
    for command in ("AT", "ATE0", "AT+CMEE=1"):
        await tried(talk, command)
    lines = await tried(talk, "AT+CFUN?", expect="+CFUN:")
    if lines and replies.parameters(lines[-1])[:1] != ["1"]:
        await tried(talk, "AT+CFUN=1", within_s=WAKE_S)


async def open_sim(talk: Talk, pin: str | None, memory: PinMemory) -> SimFound:
    """The state of the SIM, after its PIN was entered if it wants one and may have it."""
    found = await _ask_sim(talk)
    if found is Sim.READY and memory.holds_any:
        _remember(memory.accepted, await _identity(talk))
    if found is Sim.PUK_NEEDED:
        return SimFound(found, "the SIM is locked: open it with its PUK in a telephone")
    if found is Sim.ABSENT:
        return SimFound(found, "there is no SIM in the modem, or it is broken")
    if found is not Sim.PIN_NEEDED:
        return SimFound(found)
    if not pin:
        return SimFound(found, NO_PIN)
    return await _enter(talk, pin, memory)


async def prepare_network(talk: Talk) -> None:
    """Have it tell of registration by itself, with the technology; asked for as well, since not
    every modem does."""
    await tried(talk, "AT+CREG=2")
    await tried(talk, "AT+CEREG=2")
    await tried(talk, "AT+COPS=3,0")  # the operator's name, where somebody else set numbers


async def prepare_messages(talk: Talk) -> bool:
    """Messages as octets, kept on the SIM and told of; reports passed on at once, where the modem
    can, or kept as well. False: not yet, the SIM is still busy."""
    if await tried(talk, "AT+CMGF=0") is None:
        return False
    await tried(talk, 'AT+CPMS="SM","SM","SM"', expect="+CPMS:")
    for modes in ("2,1,0,1,0", "2,1,0,2,0", "1,1,0,1,0", "1,1,0,2,0", "2,1"):
        if await tried(talk, f"AT+CNMI={modes}") is not None:
            return True
    return False


async def tried(
    talk: Talk, command: str, *, expect: str = "", within_s: float | None = None
) -> Sequence[str] | None:
    """The answer, or None where the modem refuses: not every modem knows every command."""
    try:
        return await talk.ask(command, expect=expect, within_s=within_s)
    except AtRefused:
        return None


async def _ask_sim(talk: Talk) -> Sim:
    try:
        lines = await talk.ask("AT+CPIN?", expect="+CPIN:")
    except AtRefused as refused:
        return Sim.ABSENT if refused.end.code in replies.NO_SIM else Sim.UNKNOWN
    return replies.sim(lines[-1]) if lines else Sim.UNKNOWN


async def _enter(talk: Talk, pin: str, memory: PinMemory) -> SimFound:
    sim = await _identity(talk)
    why_not = memory.refuses(sim, pin, await _tries_left(talk))
    if why_not is not None:
        return SimFound(Sim.WRONG_PIN, f"the PIN is not tried: {why_not}; {memory.hint}")
    try:
        memory.begin(sim, pin)
    except OSError as error:
        return SimFound(
            Sim.PIN_NEEDED,
            f"the PIN is not tried, since that could not be written down: {error.strerror}",
        )
    try:
        await talk.ask(f"AT+CPIN={pin}", within_s=PIN_S)
    except AtRefused as refused:
        if refused.end.code in (_WRONG_PIN, _WANTS_PUK):
            _remember(lambda one: memory.refused(one, pin), sim)
            return SimFound(Sim.WRONG_PIN, f"the SIM refused the PIN; {memory.hint}")
        return SimFound(Sim.PIN_NEEDED, f"the SIM did not take the PIN ({refused.end.text})")
    _remember(memory.accepted, sim)
    return SimFound(await _ask_sim(talk))


def _remember(what: Callable[[str], None], sim: str) -> None:
    try:
        what(sim)
    except OSError as error:
        # The try itself stands in the file: what is lost makes us more careful, not less.
        _log.warning("how a PIN ended could not be written down", why=error.strerror)


async def _identity(talk: Talk) -> str:
    for command in ("AT+CCID", "AT+ICCID", "AT^ICCID?"):
        lines = await tried(talk, command)
        if lines and (number := replies.iccid(lines)):
            return number
    return "unknown"


async def _tries_left(talk: Talk) -> int | None:
    for command in ("AT+CPINR", "AT^CPIN?"):
        lines = await tried(talk, command, expect=command.removeprefix("AT").rstrip("?") + ":")
        if lines and (left := replies.tries_left(lines)) is not None:
            return left
    return None
