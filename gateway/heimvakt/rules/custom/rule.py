"""An alarm that a home makes up for itself, for what the catalogue lacks: see `settings`.

It is a rule like the others: its deadlines survive a restart, it is blind without its sensors, and
it can be replayed and explained. What it may raise is an alarm of its own kind; no such rule takes
the place of one of the catalogue, or keeps one back.
"""

from __future__ import annotations

from functools import partial

from heimvakt.core.alarms import Priority
from heimvakt.core.events import Mode
from heimvakt.core.rule import Rule
from heimvakt.rules.kind import Context, RuleKind, Wire

from .settings import Settings
from .state import Bound, State
from .steps import step


def wiring(settings: Settings) -> list[Wire]:
    """All that it names."""
    parts = {"when": settings.when, "after": settings.after, "unless": settings.unless}
    return [wire for name, part in parts.items() if part is not None for wire in part.wires(name)]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    named = frozenset(wire.device_id for wire in wiring(settings))
    presses = context.mode_presses
    bound = Bound(
        settings=settings,
        hours=context.night(settings.between) if settings.between else None,
        when=settings.when.signs(presses),
        after=settings.after.signs(presses) if settings.after else {},
        unless=settings.unless.signs(presses) if settings.unless else {},
        devices={i: device for i, device in context.devices.items() if i in named},
    )
    rests = {Mode(mode) for mode in settings.rests_in}
    if not bound.calls and any(sign.private for sign in bound.unless.values()):
        rests.add(Mode.PRIVACY)  # what makes it no alarm is not taken meanwhile
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(unknown=bound.excuses),
        states=(State,),
        step=partial(step, bound),
        needs=named,
        told_of=named,
        unless=frozenset(rests),
    )


KIND = RuleKind(
    kind="custom",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset({"custom"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM, Priority.LOW}),
)
