"""What rules that learn what is usual have in common: when not to learn, the limits, the words.

Learned is only from what a resident did at home while everything that could tell of him was heard
and the time was known. What it was like while the home was set to anything else (away, a visit,
privacy, service), the gateway off, a sensor silent, a radio lost, or the clock wrong, is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from pydantic_core import PydanticCustomError

from heimvakt.core.calendar import Window
from heimvakt.core.devices import Device
from heimvakt.core.events import (
    ClockQuality,
    ClockStepped,
    ConfigurationChanged,
    ContactLost,
    DeviceSilent,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    RadioLost,
)
from heimvakt.core.fields import format_duration
from heimvakt.core.times import stepped
from heimvakt.core.usual import NOTHING_USUAL, WEEKS_MIN, Bounds, Usual, place_of, without_week
from heimvakt.core.words import Words, spell_duration

MAY_SPOIL = (
    GatewayStarted,
    ClockStepped,
    ConfigurationChanged,
    ModeChanged,
    DeviceSilent,
    ContactLost,
    RadioLost,
)
"""What happens without anybody's doing, and makes a difference to what can be learned."""
MINUTE = timedelta(minutes=1)
NOTHING_SAID = Words(nb="", en="")


class Lesson(StrEnum):
    """Whether what lasts now can be learned from."""

    NO = "no"
    YES = "yes"
    MODE = "mode"
    """No, and neither what begins after it: the home is set to something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What the state of a rule has that learns."""

    lesson: Lesson = Lesson.NO
    usual: Usual = NOTHING_USUAL


TaughtT = TypeVar("TaughtT", bound=Taught)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """What a rule learns in a home, and within which bounds."""

    window: Window
    """The hours that the rule is about."""
    devices: Mapping[str, Device]
    """Those that must all be heard."""
    bounds: Bounds
    under: str
    """What makes it mean something (`learned_under`); empty: nothing is learned."""

    def usual(self, known: Usual, begin: datetime) -> timedelta | None:
        """How long what begins then usually lasts; None: not known."""
        return known.at(place_of(begin.astimezone(self.window.zone))) if known.known else None

    def limit(self, known: Usual, begin: datetime) -> timedelta:
        """How long what begins then may last."""
        return self.bounds.limit(self.usual(known, begin))

    def follow(self, state: TaughtT, event: Event) -> TaughtT:
        """What was learned, and what can be, after one of `MAY_SPOIL`."""
        usual, lesson = self._kept(state.usual, event), state.lesson
        if isinstance(event, ModeChanged) and self.under:
            lesson = Lesson.NO if event.after is Mode.HOME else Lesson.MODE
        elif lesson is Lesson.YES and self._is_about(event):
            lesson = Lesson.NO
        if usual is state.usual and lesson is state.lesson:
            return state
        return replace(state, usual=usual, lesson=lesson)

    def begun(self, lesson: Lesson, event: Event, *, known: bool = True) -> Lesson:
        """Whether what begins with `event` can be learned from; `known`: all is heard, he is in."""
        if not self.under or lesson is Lesson.MODE:
            return lesson
        sure = known and event.stamp.clock is not ClockQuality.UNKNOWN
        return Lesson.YES if sure else Lesson.NO

    def said(self, known: Usual, begin: datetime, lasted: timedelta) -> Words:
        """A sentence to be put behind another; nothing where nothing is known."""
        usual = self.usual(known, begin)
        if usual is None:
            return NOTHING_SAID
        said, now = spell_duration(usual.total_seconds()), spell_duration(lasted // MINUTE * 60)
        since = f"{begin.astimezone(self.window.zone):%H:%M}"
        return Words(
            nb=f" Vanlig på denne tiden: {said.nb}; nå {now.nb} siden {since}.",
            en=f" Usual at this hour: {said.en}; now {now.en} since {since}.",
        )

    def thresholds(self, known: Usual, begin: datetime) -> tuple[tuple[str, str], ...]:
        """What an alarm was held against beside the settings; nothing where nothing is known."""
        usual = self.usual(known, begin)
        if usual is None:
            return ()
        limits = {"usual": usual, "learned_limit": self.bounds.limit(usual)}
        return tuple((name, spell_duration(t.total_seconds()).en) for name, t in limits.items())

    def tells(self, known: Usual, begin: datetime | None, at: datetime) -> Words:
        """Where it stands with what began then, or would begin now, for whoever asks why."""
        began = at if begin is None else begin
        usual, since = self.usual(known, began), f"{began.astimezone(self.window.zone):%H:%M}"
        limit = spell_duration(self.bounds.limit(usual).total_seconds())
        now = NOTHING_SAID
        if began < at:
            lasted = spell_duration((at - began) // MINUTE * 60)
            now = Words(nb=f"; nå {lasted.nb}", en=f"; now {lasted.en}")
        if usual is None:
            weeks = len(known.weeks)
            said = Words(
                nb=f"hva som er vanlig på denne tiden ({since}) er ikke kjent ennå, {weeks} uker "
                f"er lært og minst {WEEKS_MIN} må fortelle om den; grensen er {limit.nb}",
                en=f"what is usual at this hour ({since}) is not known yet, {weeks} weeks are "
                f"learned and at least {WEEKS_MIN} must tell of it; the limit is {limit.en}",
            )
            return said + now
        spelt = spell_duration(usual.total_seconds())
        return (
            Words(
                nb=f"vanlig på denne tiden ({since}): {spelt.nb}; grensen er {limit.nb}",
                en=f"usual at this hour ({since}): {spelt.en}; the limit is {limit.en}",
            )
            + now
        )

    def _kept(self, usual: Usual, event: Event) -> Usual:
        """What remains when the gateway starts, or its clock or file is changed."""
        if isinstance(event, GatewayStarted | ConfigurationChanged) and usual.under != self.under:
            return Usual(under=self.under)
        if (by := stepped(event)) is not None and by < timedelta():
            return without_week(usual)
        return usual

    def _is_about(self, event: Event) -> bool:
        match event:
            case DeviceSilent(device_id=device_id) | ContactLost(device_id=device_id):
                return device_id in self.devices
            case RadioLost(driver=driver):
                return any(device.driver == driver for device in self.devices.values())
            case _:
                return True


def learned_under(*what: str) -> str:
    """A short name for what makes that which was learned mean something."""
    return sha256(" ".join(what).encode()).hexdigest()[:12]


def bounds_of(
    *,
    learn: bool,
    fixed: timedelta,
    floor: timedelta,
    at_least: timedelta | None,
    at_most: timedelta | None,
) -> Bounds:
    """What the settings of a rule allow; without a ceiling it learns to be sooner, never later.

    Args:
        learn: whether anything is to be learned.
        fixed: the limit while nothing is known.
        floor: of the rule, where the home says nothing.
        at_least: as the home has it.
        at_most: the same.

    Raises:
        PydanticCustomError: they contradict one another.
    """
    if not learn and (at_least is not None or at_most is not None):
        raise PydanticCustomError(
            "nothing_is_learned",
            "`at_least` and `at_most` are bounds of what is learned, and nothing is",
            {"hint": "add learn = true, or leave them out"},
        )
    least = min(floor, fixed) if at_least is None else at_least
    most = fixed if at_most is None else at_most
    for key, is_beyond, how, hint in (
        ("at_least", least > fixed, "longer", "or less"),
        ("at_most", most < fixed, "shorter", "or more"),
    ):
        if is_beyond:
            text = format_duration(fixed)
            raise PydanticCustomError(
                "not_beside_the_fixed",
                "`{key}` is {how} than {fixed}, the limit that counts until enough is known",
                {
                    "key": key,
                    "how": how,
                    "fixed": text,
                    "hint": f'write {key} = "{text}" {hint}, or leave it out',
                },
            )
    return Bounds(fixed=fixed, at_least=least, at_most=most)
