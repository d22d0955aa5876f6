"""How long somebody is usually out of bed at night, by the hour in which the bed was left: learned.

What ends the night ends an absence too: how long somebody stays up in the morning is no matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from heimvakt.core.calendar import Night
from heimvakt.core.devices import Device
from heimvakt.core.events import ClockQuality, Event
from heimvakt.core.fields import duration
from heimvakt.core.usual import Bounds, Usual, note

from .kind import RuleSettings
from .learning import Learning, Lesson, Taught, bounds_of, learned_under

FLOOR = timedelta(minutes=10)
"""Of what is learned, where the home says nothing: a walk to the bathroom."""
WORTH_NOTING = timedelta(minutes=2)
"""A mat that lets go for a moment is no absence."""


class ReturnSettings(RuleSettings):
    """What the sections of rules have in common that wait for somebody to come back to bed."""

    back_within: Annotated[
        timedelta,
        duration(at_least="2m", at_most="4h"),
        Field(description="Longer out of bed than this is an alarm, whatever else is seen."),
    ] = timedelta(minutes=20)
    learn: Annotated[
        bool, Field(description="Learn from the weeks of this home how long that usually takes.")
    ] = False
    at_least: Annotated[
        timedelta | None,
        duration(at_least="2m", at_most="4h"),
        Field(
            description="What is learned is never a shorter limit; left out: 10m, or `back_within`."
        ),
    ] = None
    at_most: Annotated[
        timedelta | None,
        duration(at_least="2m", at_most="4h"),
        Field(
            description="What is learned is never a longer limit. Left out: `back_within`, so that "
            "it is learned only to be sooner."
        ),
    ] = None

    @model_validator(mode="after")
    def _bounded(self) -> ReturnSettings:
        self.bounds()
        return self

    def bounds(self) -> Bounds:
        """Of what is learned."""
        return bounds_of(
            learn=self.learn,
            fixed=self.back_within,
            floor=FLOOR,
            at_least=self.at_least,
            at_most=self.at_most,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Absences(Learning):
    """How long somebody is out of bed."""

    def learned(self, state: Taught, left_at: datetime | None, event: Event) -> Usual:
        """What is usual with an absence that was over at `event`; None: there was none."""
        known, window = state.usual, self.window
        if left_at is None or state.lesson is not Lesson.YES or not window.contains(left_at):
            return known
        night_ends = window.moment(window.day_of(left_at), window.length)
        lasted = min(event.at, night_ends) - left_at
        if lasted < WORTH_NOTING or event.stamp.clock is ClockQuality.UNKNOWN:
            return known
        lasted = min(lasted, self.limit(known, left_at))
        return note(known, left_at.astimezone(window.zone), lasted)


def absences(settings: ReturnSettings, bed: Device, night: Night) -> Absences:
    """In a home with this bed."""
    under = learned_under(str(night.window), bed.device_id) if settings.learn else ""
    return Absences(
        window=night.window, devices={bed.device_id: bed}, bounds=settings.bounds(), under=under
    )
