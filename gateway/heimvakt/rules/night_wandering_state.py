"""What is known of a bed at night: somebody in it, or out of it, and what was seen and told since.

Values that the rule of night wandering stores, and what follows from them without its settings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from heimvakt.core.alarms import Evidence
from heimvakt.core.devices import Device
from heimvakt.core.events import DoorOpened, Event, MotionDetected

from .hearing import ALL_HEARD, Hearing
from .learning import Lesson, Taught

EVIDENCE_MAX = 10
SIGNS_MAX = 10
"""As many as `movements` may ask for."""
FRAME_AGAIN = timedelta(seconds=2)
"""A radio repeats an unconfirmed frame within this: the same movement is no second sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched(Taught):
    """What is known of the mat itself."""

    hearing: Hearing = ALL_HEARD
    unheard: Evidence | None = None
    """It cannot be heard, and this told so."""


@dataclass(frozen=True, slots=True)
class InBed(Watched):
    """Or not known: nothing is watched."""


@dataclass(frozen=True, slots=True)
class Out(Watched):
    """Out of bed since `left`."""

    left: Evidence
    signs: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised(Watched):
    """Told for this time out of bed."""

    left_at: datetime
    unsure: Out | None = None
    """Told as medium: what is seen yet may make it more urgent."""


State = InBed | Out | Raised
WatchedT = TypeVar("WatchedT", bound=Watched)


def heard(state: WatchedT, bed: Device, event: Event) -> WatchedT:
    """With what `event` tells of whether the mat can be heard."""
    hearing = state.hearing.after(event, {bed.device_id: bed})
    if hearing is state.hearing:
        return state
    unheard = None if hearing.hears(bed) else state.unheard or Evidence.of(event)
    return replace(state, hearing=hearing, unheard=unheard)


def out_since(state: Out | Raised) -> datetime:
    """When the bed was left."""
    return state.left.at if isinstance(state, Out) else state.left_at


def still_out(state: Out | Raised) -> Out:
    """What was seen until now of who is out, also where it has been told as medium."""
    if isinstance(state, Out):
        return state
    assert state.unsure is not None
    # What can be learned, and was, is as it is now, and not as when he was first missed.
    return replace(state.unsure, lesson=state.lesson, usual=state.usual, unheard=state.unheard)


def is_repeated(out: Out, event: DoorOpened | MotionDetected) -> bool:
    """Whether it is a frame of a movement that was taken already."""
    return isinstance(event, MotionDetected) and any(
        sign.device_id == event.device_id and abs(event.at - sign.at) < FRAME_AGAIN
        for sign in out.signs
    )


def seen(out: Out, event: DoorOpened | MotionDetected) -> Out:
    """With one sign more; the newest are kept."""
    return replace(out, signs=(*out.signs, Evidence.of(event))[-SIGNS_MAX:])


def evidence(out: Out) -> tuple[Evidence, ...]:
    """What an alarm rests on: the bed, a mat that cannot be heard, and the newest signs."""
    known = [out.left, *([out.unheard] if out.unheard is not None else [])]
    return (*known, *out.signs[-(EVIDENCE_MAX - len(known)) :])


def told(out: Out, left_at: datetime, *, sure: bool) -> Raised:
    """After an alarm; one that was not `sure` may be told once more."""
    # With a second sign something else went on than an absence as usual.
    lesson = Lesson.NO if out.signs and out.lesson is Lesson.YES else out.lesson
    return Raised(left_at, None if sure else out, lesson=lesson, usual=out.usual)
