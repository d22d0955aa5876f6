"""Why an order is refused: what it is, when it comes, and what this home and this moment allow.

Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .alarms import Alarm, AlarmState, Priority
from .events import (
    ClockQuality,
    CommandReceived,
    Feedback,
    LockLocked,
    LockUnlocked,
    Mode,
)
from .mode_plans import BY_ITS_RULE
from .orders import (
    BRINGS,
    DOES,
    LEEWAY,
    LIFE_MAX,
    NOT_YET,
    SHORT_LIFE_MAX,
    SHORT_LIVED,
    OrderKeys,
    OrderVerb,
    Refusal,
    rights_of,
)
from .times import raised_at

if TYPE_CHECKING:
    from .devices import Home
    from .mode_state import ModeState
    from .state import State

URGENT_ENOUGH = (Priority.HIGH, Priority.MEDIUM)
OPENS_NO_DOOR = frozenset(
    {"test", "test-failed", "order-refused", "audit-log", "gateway", "blind-rule", "store", "clock"}
    | {"path", "mains", "radio", "interference", "contact-lost", "tamper", "configuration"}
    | {"device-silent", "device-stuck", "device-unsteady", "device-battery", "wrong-codes"}
    | {"lock-fault", "update", "gateway-battery"}
)
"""Kinds of alarms for which nobody must be let in at once: they are about the gateway and its
sensors, not about who lives there, and some of them anybody can cause from afar."""


def never(event: CommandReceived) -> Refusal | None:
    """Why it is refused whenever it comes."""
    if event.issued_at is None or event.expires_at is None:
        return Refusal.MALFORMED
    life = event.expires_at - event.issued_at
    longest = SHORT_LIFE_MAX if event.verb in SHORT_LIVED else LIFE_MAX
    return None if timedelta() < life <= longest else Refusal.TOO_LONG


def not_now(state: State, event: CommandReceived) -> Refusal | None:
    """Why it cannot be obeyed at this moment, by the clock."""
    assert event.issued_at is not None
    assert event.expires_at is not None
    if event.stamp.clock is ClockQuality.UNKNOWN:
        return Refusal.CLOCK_UNKNOWN
    over = state.orders_over if event.verb in SHORT_LIVED else None
    if event.expires_at <= event.at or (over is not None and event.expires_at <= over):
        return Refusal.EXPIRED
    return Refusal.TOO_EARLY if event.issued_at - LEEWAY > event.at else None


def not_so(home: Home, state: State, event: CommandReceived) -> Refusal | None:
    """Why this key cannot order this here."""
    may = home.orders.may.get(event.role, frozenset())
    if not may & rights_of(event.verb, event.argument, state.mode.mode):
        return Refusal.NOT_ALLOWED
    if event.verb in NOT_YET:
        return Refusal.NOT_HERE
    if (role := DOES.get(event.verb)) is not None:
        device = home.devices.get(event.device_id or "")
        if device is None:
            return Refusal.NO_SUCH_DEVICE
        if role and device.role != role:
            return Refusal.WRONG_DEVICE
    if event.verb in BRINGS:
        return _no_bundle(home.orders, state, event)
    match event.verb:
        case OrderVerb.UNLOCK:
            return _no_reason(home.orders, state, event)
        case OrderVerb.ACKNOWLEDGE | OrderVerb.CLOSE:
            if _open(state, event.alarm_id) is None:
                return Refusal.NO_SUCH_ALARM
            return None if _makes_sense(event) else Refusal.WRONG_ARGUMENT
        case _:
            return None if _makes_sense(event) else Refusal.WRONG_ARGUMENT


def _no_bundle(orders: OrderKeys, state: State, event: CommandReceived) -> Refusal | None:
    """Why nothing is fetched for it."""
    if event.bundle is None:
        return Refusal.WRONG_ARGUMENT
    if not orders.bundle_bytes_max:
        return Refusal.NO_UPDATES
    if event.bundle.size > orders.bundle_bytes_max:
        return Refusal.TOO_LARGE
    busy = any(one.verb in BRINGS and one.result is None for one in state.orders.values())
    return Refusal.BUSY if busy else None


def _makes_sense(event: CommandReceived) -> bool:
    match event.verb:
        case OrderVerb.RELEASE_DOSE:
            return dose_of(event.argument) is not None
        case OrderVerb.SET_MODE:
            return event.argument in list(Mode)
        case OrderVerb.SEND_TEST:
            return event.argument in ("", *Priority)
        case OrderVerb.CLOSE:
            return event.argument in ("", *Feedback)
        case _:
            return True


def _no_reason(orders: OrderKeys, state: State, event: CommandReceived) -> Refusal | None:
    """A door is opened for an open alarm of this gateway that it names, or while a visit is on."""
    if event.alarm_id is None:
        return _no_visit(state.mode, event)
    alarm = _open(state, event.alarm_id)
    if alarm is None:
        return Refusal.NO_SUCH_ALARM
    is_none = alarm.kind in OPENS_NO_DOOR or alarm.test or _is_of_a_lock(alarm)
    if alarm.priority not in URGENT_ENOUGH or is_none:
        return Refusal.NOT_URGENT
    return Refusal.LONG_AGO if _is_forgotten(orders, alarm, event.at) else None


def _no_visit(mode: ModeState, event: CommandReceived) -> Refusal | None:
    if event.argument != "visit":
        return Refusal.NO_REASON
    if mode.mode is not Mode.VISIT:
        return Refusal.NO_VISIT
    shown = mode.opens_until is not None and event.at <= mode.opens_until
    return None if shown else Refusal.ORDERED_VISIT


def _is_of_a_lock(alarm: Alarm) -> bool:
    """Whether a home has made it up for what a lock does: who orders that must not have ordered a
    reason to open the door with it."""
    return alarm.kind in BY_ITS_RULE and bool(alarm.evidence) and alarm.evidence[-1].kind in _LOCKS


def _is_forgotten(orders: OrderKeys, alarm: Alarm, now: datetime) -> bool:
    """Whether nothing has become of it for so long that it is no reason any more."""
    if alarm.clock is ClockQuality.UNKNOWN and alarm.clock_offset_s is None:
        return False  # nobody knows how old it is, and that must keep no helper out
    last = max([raised_at(alarm), *(step.at for step in alarm.history)])
    return now - last > orders.unlock_within


def _open(state: State, alarm_id: str | None) -> Alarm | None:
    """An alarm that receivers were told of and that nobody has closed."""
    alarm = state.alarms.get(alarm_id or "")
    return alarm if alarm is not None and alarm.state in _OPEN else None


_LOCKS = (LockLocked.kind, LockUnlocked.kind)
_OPEN = (AlarmState.RAISED, AlarmState.DELIVERED, AlarmState.ACCEPTED)


def dose_of(argument: str) -> datetime | None:
    """The moment that a dose is planned for; None if this names none."""
    try:
        moment = datetime.fromisoformat(argument.partition(" ")[0])
    except ValueError:
        return None
    return moment if moment.tzinfo else None
