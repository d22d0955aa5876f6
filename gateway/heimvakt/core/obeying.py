"""Which orders are obeyed: each once, only by who may, and to unlock only for a reason.

Pure. An order is remembered until it has expired, also one that was refused: what was no reason to
open a door must not become one while the order lies in somebody's hands.

    taken --a device is to do it--> under way --it says how it went--> done, failed, timed out
                                    |-- 14 s, or a restart ------------> timed out: not known
          --done here, in the same step--> done
          --> refused
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from .alarms import Move, Priority
from .commands import Command, Verb
from .events import (
    AlarmAcknowledged,
    AlarmClosed,
    CommandCompleted,
    CommandReceived,
    CommandResult,
    Feedback,
    Mode,
    OrderRefused,
    SendTestOrdered,
)
from .mode_state import change
from .order_checks import dose_of, never, not_now, not_so
from .order_memory import answer, end, forget_old, keep, remember
from .orders import (
    COMMAND_WITHIN,
    DOES,
    DONE_LATER,
    FORGED,
    KEPT_MAX,
    REPEATS_MAX,
    RESULT_AFTER,
    SENTENCES,
    OrderVerb,
    Refusal,
    UsedOrder,
    kept_of,
)
from .work import Work

ORDER = "/order/"
"""The deadline of an order that is being carried out."""
NOT_KNOWN = "nobody knows whether it was done: look at the device"
RESTARTED = f"the gateway began anew meanwhile, and {NOT_KNOWN}"
GIVEN_UP = "the gateway began anew meanwhile: order it again where nothing is told of it"


def take(work: Work, event: CommandReceived) -> None:
    """Obey an order or refuse it."""
    forget_old(work, event.at)
    if event.refused:
        code, _, detail = event.refused.partition(": ")
        why = Refusal(code) if code in list(Refusal) else Refusal.MALFORMED
        _refuse(work, event, why, detail)
        return
    if (void := never(event)) is not None:
        _refuse(work, event, void)
        return
    known = work.state.orders.get(event.order_id)
    if known is not None:
        _repeat(work, event, known)
        return
    if kept_of(work.state.orders.values(), event.role, event.verb) >= KEPT_MAX:
        _refuse(work, event, Refusal.TOO_MANY)
        return
    refused = not_now(work.state, event) or not_so(work.home, work.state, event)
    if refused is None:
        _obey(work, event)
        return
    _refuse(work, event, refused)
    if refused is not Refusal.EXPIRED:
        keep(work, event, CommandResult.REFUSED, SENTENCES[refused])


def completed(work: Work, event: CommandCompleted) -> None:
    """A device has done what an order was about, or has not; also when that is known late."""
    order = work.state.orders.get(event.command_id)
    if order is None or order.result not in (None, CommandResult.TIMED_OUT):
        return
    if order.result is event.result:
        return  # told already
    work.forget_timer(ORDER + event.command_id)
    end(work, event.command_id, order, event.result, event.reason)


def overdue(work: Work, order_id: str) -> None:
    """Nothing was heard of how it went, and whoever ordered it waits no longer."""
    order = work.state.orders.get(order_id)
    if order is not None and order.result is None:
        end(work, order_id, order, CommandResult.TIMED_OUT, NOT_KNOWN)


def begun_anew(work: Work) -> None:
    """After a start: what was under way is given up, and never done again."""
    for order_id, order in tuple(work.state.orders.items()):
        if order.result is None:
            work.forget_timer(ORDER + order_id)
            why = GIVEN_UP if order.verb in DONE_LATER else RESTARTED
            end(work, order_id, order, CommandResult.TIMED_OUT, why)


# --- refusing -------------------------------------------------------------------------------------


def _repeat(work: Work, event: CommandReceived, known: UsedOrder) -> None:
    """Tell what became of it when it came first."""
    again = replace(known, repeats=known.repeats + 1)
    remember(work, event.order_id, again)
    first = "under way" if known.result is None else known.result.value
    _refuse(
        work,
        event,
        Refusal.USED_BEFORE,
        f"{first}: {known.reason}" if known.reason else first,
        first=first,
        suspicious=again.repeats > REPEATS_MAX,
    )


def _refuse(
    work: Work,
    event: CommandReceived,
    why: Refusal,
    detail: str = "",
    *,
    first: str = "",
    suspicious: bool = False,
) -> None:
    reason = f"{SENTENCES[why]}: {detail}" if detail else SENTENCES[why]
    answer(work, event, CommandResult.REFUSED, reason, code=why, first=first)
    work.derived.append(
        OrderRefused(
            stamp=event.stamp,
            order_id=event.order_id,
            code=why,
            verb=event.verb,
            by=event.by,
            receiver=event.receiver,
            suspicious=suspicious or why in FORGED,
        )
    )


# --- obeying --------------------------------------------------------------------------------------


def _obey(work: Work, event: CommandReceived) -> None:
    if event.verb in DOES:
        work.commands.append(_command(event))
        work.arm_timer(ORDER + event.order_id, event.at + RESULT_AFTER)
        keep(work, event, None)
        answer(work, event, "accepted")
        return
    if (within := DONE_LATER.get(event.verb)) is not None:
        work.arm_timer(ORDER + event.order_id, event.at + within)
        keep(work, event, None)
        answer(work, event, "accepted")
        return
    person = f"{event.receiver}: {event.by}"
    match event.verb:
        case OrderVerb.SET_MODE:
            change(work, Mode(event.argument), by=person, lasting=_lasting(event), ordered=True)
        case OrderVerb.ACKNOWLEDGE:
            _accept(work, event, person)
        case OrderVerb.CLOSE:
            _close(work, event, person)
        case OrderVerb.SEND_TEST:
            asked = event.argument or Priority.INFORMATION
            work.derived.append(
                SendTestOrdered(
                    stamp=event.stamp, order_id=event.order_id, priority=asked, by=person
                )
            )
        case _:
            assert event.verb == OrderVerb.OUTSTANDING, event.verb
    keep(work, event, CommandResult.DONE)
    answer(work, event, CommandResult.DONE)


def _command(event: CommandReceived) -> Command:
    _, _, travel = event.argument.partition(" ")
    return Command(
        command_id=event.order_id,
        verb=Verb(event.verb),
        device_id=event.device_id or "",
        on=event.argument != "off",
        lasting=_lasting(event),
        dose=dose_of(event.argument) if event.verb == OrderVerb.RELEASE_DOSE else None,
        travel=travel == "travel",
        within=COMMAND_WITHIN,
    )


def _accept(work: Work, event: CommandReceived, person: str) -> None:
    alarm = work.state.alarms[event.alarm_id or ""]
    work.move(alarm, Move.ACCEPT, person, said_by=event.receiver)
    said = AlarmAcknowledged(
        stamp=event.stamp, alarm_id=alarm.alarm_id, receiver=event.receiver, by=event.by
    )
    work.derived.append(said)


def _close(work: Work, event: CommandReceived, person: str) -> None:
    outcome = Feedback(event.argument or Feedback.UNKNOWN)
    alarm = replace(work.state.alarms[event.alarm_id or ""], outcome=outcome)
    work.move(alarm, Move.CLOSE, person, said_by=event.receiver)
    said = AlarmClosed(
        stamp=event.stamp,
        alarm_id=alarm.alarm_id,
        receiver=event.receiver,
        by=event.by,
        outcome=outcome,
    )
    work.derived.append(said)


def _lasting(event: CommandReceived) -> timedelta | None:
    return None if event.lasting_s is None else timedelta(seconds=event.lasting_s)
