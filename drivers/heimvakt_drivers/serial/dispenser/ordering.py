"""From a command of the gateway to an order for a dispenser, and from its answer to plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from heimvakt.core import commands
from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.events import ClockQuality
from heimvakt.core.ports import DriverContext

from .orders import Order, number_of
from .payload import Answer, Reason, Result, Tag, Verb, tlv
from .schedule import to_minute
from .talk import Talk

OUTCOME_S = 9.0
"""How long a result is waited for; who gave the command gives up after 10 s. What becomes of it
after that the dispenser tells by itself."""

VALID = timedelta(seconds=15)
"""So long after the command the dispenser may still begin with it."""

PLANNED_MAX = timedelta(days=31)
"""Nobody takes medicine along for longer."""

WHY = {
    Reason.CLOCK: "it does not know what time it is",
    Reason.JAMMED: "it is jammed",
    Reason.LID_OPEN: "its lid is open",
    Reason.TILTED: "it is not upright",
    Reason.EMPTY: "it is empty",
    Reason.BUSY: "another dose is held out",
    Reason.NOT_NEXT: "another dose comes before this one",
    Reason.SETTLED: "this dose was given or locked away already",
    Reason.OVER: "this dose is not in its plan",
    Reason.EXPIRED: "the order came too late",
    Reason.VERB: "it cannot do that",
    Reason.POWER: "its battery is empty",
}


async def carry_out(
    command: Command, talk: Talk, context: DriverContext, wake: Callable[[], None]
) -> None:
    """Return when the dispenser has done it.

    Raises:
        CommandFailed: it did not, or nobody knows.
    """
    order = _order(command, context)
    if talk.agenda.status is None:
        raise CommandFailed("there is no contact with the dispenser")
    if not talk.agenda.orders.give(order):
        raise CommandFailed("too many orders wait for the dispenser")
    wake()
    try:
        async with asyncio.timeout(OUTCOME_S):
            answer = await talk.outcome(order)
    except TimeoutError:
        why = "no answer came" if order.sent else "there is no contact with the dispenser"
        raise CommandFailed(why, certain=not order.sent) from None
    finally:
        talk.agenda.orders.withdraw(order)
    _judge(answer)


def _order(command: Command, context: DriverContext) -> Order:
    dose = command.dose
    number, expires = number_of(command.command_id), int((context.now() + VALID).timestamp())
    match command.verb:
        case commands.Verb.IDENTIFY:
            return Order(number, Verb.BEEP, expires)
        case commands.Verb.SILENCE:
            return Order(number, Verb.SILENCE, expires)
        case commands.Verb.RELEASE_DOSE if dose is None:
            raise CommandFailed("the order does not say which dose")
        case commands.Verb.RELEASE_DOSE if context.clock() is ClockQuality.UNKNOWN:
            raise CommandFailed("the gateway does not know what time it is")
        case commands.Verb.RELEASE_DOSE if dose and abs(dose - context.now()) > PLANNED_MAX:
            raise CommandFailed("no dose is planned for that moment")
        case commands.Verb.RELEASE_DOSE:
            assert dose is not None
            minute = to_minute(dose)
            tlvs = tlv(Tag.DOSE, minute, 4) + tlv(Tag.TRAVEL, command.travel)
            return Order(number, Verb.RELEASE, expires, minute, tlvs)
        case _:
            raise CommandFailed(f"a dispenser cannot {command.verb}")


def _judge(answer: Answer | None) -> None:
    if answer is None or answer.result == Result.UNKNOWN:
        raise CommandFailed("the dispenser has lost its memory meanwhile", certain=False)
    if answer.result != Result.DONE:
        known = answer.result in (Result.REFUSED, Result.FAILED)
        why = WHY.get(Reason(answer.reason)) if answer.reason in set(Reason) else None
        raise CommandFailed(why or "the dispenser does not say why", certain=known)
