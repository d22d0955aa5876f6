"""What tests of orders about a door have in common: a lock, an alarm, and what is said of them."""

from __future__ import annotations

from typing import Any

from heimvakt.core.commands import Verb
from heimvakt.core.events import ButtonPressed, CommandCompleted, CommandReceived, CommandResult
from heimvakt.core.orders import OrderVerb
from tests.support.homes import GATEWAY
from tests.support.orders import OrderDesk, order

PRESS = ButtonPressed(device_id="button")
LOCK: dict[str, Any] = {"device_id": "front-lock"}
ALARM = f"{GATEWAY}-1"
REFUSED = "refused"


def with_an_alarm() -> OrderDesk:
    """Whoever lives there has pressed the button, and nobody has answered."""
    made = OrderDesk()
    made.tell(PRESS)
    assert made.alarm("button").alarm_id == ALARM
    return made


def unlock(desk: OrderDesk, **said: object) -> CommandReceived:
    """To open the front door for that alarm."""
    return order(OrderVerb.UNLOCK, desk.at, **{**LOCK, "alarm_id": ALARM, **said})


def done(
    order_id: str, result: CommandResult = CommandResult.DONE, reason: str = ""
) -> CommandCompleted:
    """What the lock says of it."""
    return CommandCompleted(
        command_id=order_id, verb=Verb.UNLOCK, device_id="front-lock", result=result, reason=reason
    )
