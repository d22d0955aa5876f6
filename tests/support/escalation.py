"""An alarm with a chain of receivers: what they answer, and who was told when."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.chain import Target
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    StoreFault,
)
from heimvakt.core.routes import Routes
from tests.support.homes import EVENING, GATEWAY, Desk, home, routes

PRESS = ButtonPressed(device_id="button")
MEDIUM = StoreFault(reason="damage", set_aside="x", saved="all")
FIRST = f"{GATEWAY}-1"
MINUTE = timedelta(minutes=1)
CHAIN = routes(
    Target("centre"), Target("daughter", 5 * MINUTE), Target("neighbour", timedelta(minutes=3))
)


def delivered(receiver: str = "centre", alarm_id: str = FIRST) -> AlarmDelivered:
    return AlarmDelivered(alarm_id=alarm_id, receiver=receiver, revision=0)


def accepted(receiver: str = "centre", alarm_id: str = FIRST) -> AlarmAcknowledged:
    return AlarmAcknowledged(alarm_id=alarm_id, receiver=receiver, by="operator 12")


def closed(alarm_id: str = FIRST) -> AlarmClosed:
    return AlarmClosed(alarm_id=alarm_id, receiver="centre", by="operator 12")


def pressed(told: Routes = CHAIN) -> Desk:
    desk = Desk(home(told=told))
    desk.tell(PRESS)
    return desk


def sends(desk: Desk) -> list[tuple[float, tuple[str, ...]]]:
    """Minutes after the evening began, and who was told then."""
    return [
        (round((at - EVENING) / MINUTE, 3), dispatch.receivers) for at, dispatch in desk.dispatched
    ]


def own_timers(desk: Desk) -> list[str]:
    return [name for name in desk.state.timers if name.startswith("/")]
