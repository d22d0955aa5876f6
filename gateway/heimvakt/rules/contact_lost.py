"""A button or a contact on a wire that cannot be heard any more is told: its cable is cut, its pin
cannot be had, or it is stuck.

Locks and dispensers have rules of their own (`lock`, `dispenser`); of a device that is part of
another one (`1/door` of `1`) the other one is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ContactLost
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, home_rule
from .trouble import STEADY, Bound, Cause, Sort, State, says, speaks, step
from .trouble_kind import LastingSettings


class Settings(LastingSettings):
    """`[rules.contact-lost]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="30s", at_most="1h"),
        Field(description="A device that is heard again sooner is not told."),
    ] = timedelta(minutes=2)


OTHERS = frozenset({Role.LOCK, Role.DISPENSER})
LOST = Sort(
    name="lost",
    begins=says(ContactLost),
    ends=speaks,
    words=Words(
        nb="{who} har vært uten kontakt i {limit} og kan ikke høres. Se til kabelen, og om den "
        "henger seg opp.",
        en="There has been no contact with {who} for {limit}: it cannot be heard. Look at its "
        "cable, and whether it is stuck.",
    ),
    steady_after=STEADY,
    cause=Cause.LINE,
)


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for all that no other rule tells of."""
    bound = Bound(
        kind=KIND.kind,
        devices=_mine(context.devices),
        sorts={LOST.name: LOST},
        told_after=settings.told_after,
        priority=settings.priority,
    )
    rule = home_rule(rule_id, KIND, State(), partial(step, bound), told_of=frozenset(bound.devices))
    return replace(rule, told_of_check_ins=True)


def _mine(devices: Mapping[str, Device]) -> Mapping[str, Device]:
    wholes = {(device.driver, device.address) for device in devices.values()}
    return {
        device_id: device
        for device_id, device in devices.items()
        if device.role not in OTHERS and ("/" not in device.address or _whole(device) not in wholes)
    }


def _whole(device: Device) -> tuple[str, str]:
    return device.driver, device.address.partition("/")[0]


KIND = RuleKind(
    kind="contact-lost",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"contact-lost"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
