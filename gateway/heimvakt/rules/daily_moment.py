"""When the daily test is: a moment of its hours that the gateway's id chooses, so that thousands of
homes do not speak together; or never."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from heimvakt.core.calendar import Window
from heimvakt.core.fields import HOURS_PATTERN, Hours

NEVER = "never"


def _hours_or_never(value: Any) -> Any:
    return None if value == NEVER else value


HoursOrNever = Annotated[
    Hours | None,
    BeforeValidator(_hours_or_never),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": HOURS_PATTERN}, {"const": NEVER}],
            "examples": ["10:00-11:00", NEVER],
        }
    ),
]


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of each day."""

    window: Window | None
    into: timedelta
    """How far into the window."""

    @classmethod
    def of(cls, gateway_id: str, window: Window | None) -> Moment:
        """That of a gateway."""
        return cls(window, moment_of(gateway_id, window) if window else timedelta())

    def after(self, now: datetime, done: Collection[date]) -> tuple[date, datetime] | None:
        """The day and the moment of the next one, apart from the days that had theirs."""
        return self.window.next_once(self.into, now, done=done) if self.window else None


def moment_of(gateway_id: str, window: Window) -> timedelta:
    """How far into the window the test of this gateway is, to the second."""
    number = int.from_bytes(hashlib.sha256(gateway_id.encode()).digest()[:8])
    return timedelta(seconds=number % int(window.length.total_seconds()))
