"""A lock that is stuck, or answers no more, is an alarm: nobody may get in who has to help.

That its housing is open is told by `tamper`, that it is left open by `lock_left_open`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from heimvakt.core.devices import Role
from heimvakt.core.events import ContactLost, LockJammed, LockLocked, LockUnlocked
from heimvakt.core.fields import duration
from heimvakt.core.words import Words

from .trouble import STEADY, Cause, Sort, says, speaks
from .trouble_kind import LastingSettings, kind


class FaultSettings(LastingSettings):
    """`[rules.lock-fault]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="30s", at_most="1h"),
        Field(
            description="A lock that answers again sooner is not told; one that is stuck is told "
            "at once."
        ),
    ] = timedelta(minutes=2)


JAMMED = Sort(
    name="jammed",
    begins=says(LockJammed),
    ends=says(LockLocked, LockUnlocked),
    words=Words(
        nb="Låsen {who} sitter fast mellom åpen og låst. Noen må se til den.",
        en="The lock {who} is stuck between open and locked. Somebody must see to it.",
    ),
    at_once=True,
)
LOST = Sort(
    name="lost",
    begins=says(ContactLost),
    ends=speaks,
    words=Words(
        nb="Låsen {who} har ikke svart på {limit}. Den kan ikke åpnes herfra.",
        en="The lock {who} has not answered for {limit}. It cannot be opened from here.",
    ),
    steady_after=STEADY,
    cause=Cause.LINE,
)

KINDS = (kind("lock-fault", Role.LOCK, FaultSettings, JAMMED, LOST),)
