"""What is remembered of orders, and told to those who gave them: each order for as long as it could
be given again.

Pure; works on one step of the engine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from .events import ClockQuality, CommandReceived, CommandResult
from .orders import LEEWAY, SHORT_LIVED, OrderAnswer, UsedOrder
from .work import Work


def keep(
    work: Work, event: CommandReceived, result: CommandResult | None, reason: str = ""
) -> None:
    """It was taken just now; without a result it is being carried out."""
    assert event.expires_at is not None
    remember(
        work,
        event.order_id,
        UsedOrder(
            expires_at=event.expires_at,
            result=result,
            reason=reason,
            receiver=event.receiver,
            role=event.role,
            verb=event.verb,
            device_id=event.device_id,
        ),
    )


def end(work: Work, order_id: str, order: UsedOrder, result: CommandResult, reason: str) -> None:
    """It has ended like this, and whoever gave it is told."""
    remember(work, order_id, replace(order, result=result, reason=reason))
    work.answers.append(
        OrderAnswer(
            order_id=order_id,
            receiver=order.receiver,
            result=result,
            reason=reason,
            verb=order.verb,
            device_id=order.device_id,
        )
    )


def remember(work: Work, order_id: str, order: UsedOrder) -> None:
    """It is like this now."""
    work.state = replace(work.state, orders={**work.state.orders, order_id: order})


def forget_old(work: Work, now: datetime) -> None:
    """Those that have expired. A clock that is set back does not make good again what opens a door:
    nothing of the kind is taken that expired before the last of them."""
    if work.event.stamp.clock is ClockQuality.UNKNOWN:
        return
    old = {
        i: order
        for i, order in work.state.orders.items()
        if order.expires_at + LEEWAY <= now and order.result is not None
    }
    if not old:
        return
    over = [order.expires_at for order in old.values() if order.verb in SHORT_LIVED]
    before = work.state.orders_over
    work.state = replace(
        work.state,
        orders={i: order for i, order in work.state.orders.items() if i not in old},
        orders_over=max([*over, *([before] if before else [])], default=None),
    )


def answer(
    work: Work,
    event: CommandReceived,
    result: str,
    reason: str = "",
    *,
    code: str = "",
    first: str = "",
) -> None:
    """Tell whoever gave it, at once."""
    work.answers.append(
        OrderAnswer(
            order_id=event.order_id,
            receiver=event.receiver,
            result=result,
            reason=reason,
            code=code,
            first=first,
            verb=event.verb,
            device_id=event.device_id,
            alarm_id=event.alarm_id,
        )
    )
