"""What a dispenser says is wrong with it is an alarm, each thing of a kind of its own.

What became of the doses is another matter: `missed_dose`. How each begins, lasts and ends is the
same for all: `trouble`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Role
from heimvakt.core.events import (
    ContactLost,
    DispenserClosed,
    DispenserEmpty,
    DispenserFreed,
    DispenserJammed,
    DispenserLow,
    DispenserOnBattery,
    DispenserOnMains,
    DispenserOpened,
    DispenserRefilled,
    DispenserTilted,
    DispenserUpright,
)
from heimvakt.core.fields import duration
from heimvakt.core.words import Words

from .trouble import STEADY, Cause, Says, Sort, says, speaks
from .trouble_kind import LastingSettings, Settings, kind


class FaultSettings(Settings):
    """`[rules.dispenser-fault]`: armed in every home, also without this section."""


class LowSettings(Settings):
    """`[rules.dispenser-low]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.LOW


class EmptySettings(Settings):
    """`[rules.dispenser-empty]`: armed in every home, also without this section."""


class OpenSettings(LastingSettings):
    """`[rules.dispenser-open]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="1m", at_most="4h"),
        Field(description="Who fills it has so long. One that is forced open is told at once."),
    ] = timedelta(minutes=15)
    priority: Annotated[
        Priority, Field(description="Of the alarm; of one that is forced open always medium.")
    ] = Priority.LOW


class TiltedSettings(LastingSettings):
    """`[rules.dispenser-tilted]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="0s", at_most="1h"),
        Field(description="One that stands again sooner is not told."),
    ] = timedelta(minutes=1)


class LostSettings(LastingSettings):
    """`[rules.dispenser-lost]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="30s", at_most="1h"),
        Field(description="One that answers again sooner is not told."),
    ] = timedelta(minutes=2)


class PowerSettings(LastingSettings):
    """`[rules.dispenser-power]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="1m", at_most="24h"),
        Field(description="One that has mains again sooner is not told."),
    ] = timedelta(minutes=10)
    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.LOW


def _is_opened(*, forced: bool) -> Says:
    return lambda event: isinstance(event, DispenserOpened) and event.forced is forced


JAMMED = Sort(
    name="jammed",
    begins=says(DispenserJammed),
    ends=says(DispenserFreed),
    words=Words(
        nb="Dispenseren {who} sitter fast og gir ikke ut medisin. Noen må se til den.",
        en="The dispenser {who} is jammed and gives out no medicine. Somebody must see to it.",
    ),
)
LOW = Sort(
    name="low",
    begins=says(DispenserLow),
    ends=says(DispenserRefilled),
    words=Words(
        nb="Doser igjen i dispenseren {who}: {event.left}. Fyll den.",
        en="Doses left in the dispenser {who}: {event.left}. Refill it.",
    ),
)
EMPTY = Sort(
    name="empty",
    begins=says(DispenserEmpty),
    ends=says(DispenserRefilled),
    words=Words(
        nb="Dispenseren {who} er tom. Fyll den.",
        en="The dispenser {who} is empty. Refill it.",
    ),
)
OPEN = Sort(
    name="open",
    begins=_is_opened(forced=False),
    ends=says(DispenserClosed, DispenserOpened),
    words=Words(
        nb="Dispenseren {who} har stått åpen i {limit}. Lukk den.",
        en="The dispenser {who} has been open for {limit}. Close it.",
    ),
)
FORCED = Sort(
    name="forced",
    begins=_is_opened(forced=True),
    ends=says(DispenserClosed),
    words=Words(
        nb="Dispenseren {who} er brutt opp. Noen må se til den, og til medisinen.",
        en="The dispenser {who} was forced open. Somebody must see to it, and to the medicine.",
    ),
    at_once=True,
    only_a_person_ends_it=True,
)
TILTED = Sort(
    name="tilted",
    begins=says(DispenserTilted),
    ends=says(DispenserUpright),
    words=Words(
        nb="Dispenseren {who} står ikke som den skal, og kan ikke gi ut medisin. Rett den opp.",
        en="The dispenser {who} does not stand upright and cannot give out medicine. "
        "Set it upright.",
    ),
)
LOST = Sort(
    name="lost",
    begins=says(ContactLost),
    ends=speaks,
    words=Words(
        nb="Dispenseren {who} har ikke svart på {limit}. Det er ikke kjent om medisin blir tatt.",
        en="The dispenser {who} has not answered for {limit}. "
        "It is not known whether medicine is taken.",
    ),
    steady_after=STEADY,
    cause=Cause.LINE,
)
POWER = Sort(
    name="power",
    begins=says(DispenserOnBattery),
    ends=says(DispenserOnMains),
    words=Words(
        nb="Dispenseren {who} har gått på batteri i {limit}. Se etter støpselet.",
        en="The dispenser {who} has run on its battery for {limit}. See to its plug.",
    ),
    cause=Cause.MAINS,
)

KINDS = (
    kind("dispenser-fault", Role.DISPENSER, FaultSettings, JAMMED),
    kind("dispenser-low", Role.DISPENSER, LowSettings, LOW),
    kind("dispenser-empty", Role.DISPENSER, EmptySettings, EMPTY),
    kind("dispenser-open", Role.DISPENSER, OpenSettings, OPEN, FORCED),
    kind("dispenser-tilted", Role.DISPENSER, TiltedSettings, TILTED),
    kind("dispenser-lost", Role.DISPENSER, LostSettings, LOST),
    kind("dispenser-power", Role.DISPENSER, PowerSettings, POWER),
)
