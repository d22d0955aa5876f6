"""Night wandering in a home: its wiring, its binding, and its entry in the catalogue."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from heimvakt.core.alarms import Priority
from heimvakt.core.devices import Role
from heimvakt.core.events import BedEntered, BedLeft, DoorOpened, MotionDetected
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .absence import absences
from .hearing import HEARS
from .kind import Context, RuleKind, Wire
from .night_wandering import Bound, Settings, step
from .night_wandering_state import InBed, Out, Raised, State, out_since


def wiring(settings: Settings) -> list[Wire]:
    """The bed, and the signs."""
    signs = frozenset({Role.MOTION, Role.DOOR})
    return [
        Wire(field=("out_of",), device_id=settings.out_of, roles=frozenset({Role.BED})),
        *(
            Wire(field=("signs", index), device_id=sign, roles=signs)
            for index, sign in enumerate(settings.signs)
        ),
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    night = context.night(settings.between)
    bed = context.devices[settings.out_of]
    bound = Bound(
        settings=settings,
        bed=bed,
        night=night,
        morning=night.last(settings.getting_up),
        dawn=night.last(2 * settings.getting_up),
        absences=absences(settings, bed, night),
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=5,
        initial=InBed(),
        states=(InBed, Out, Raised),
        step=partial(step, bound),
        needs=frozenset({settings.out_of, *settings.signs}),
        told_of=frozenset({settings.out_of, *settings.signs}),
        told_of_kinds=frozenset({BedEntered, BedLeft, DoorOpened, MotionDetected, *HEARS}),
        tells=partial(_tells, bound) if settings.learn else None,
    )


def _tells(bound: Bound, state: State, at: datetime) -> Words:
    left_at = None if isinstance(state, InBed) else out_since(state)
    return bound.absences.tells(state.usual, left_at, at)


KIND = RuleKind(
    kind="night-wandering",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset({"night-wandering"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
