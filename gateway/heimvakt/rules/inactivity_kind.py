"""Inactivity in a home: its wiring, its binding, and its entry in the catalogue."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from heimvakt.core.alarms import Priority
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .inactivity import Bound, Settings, step
from .inactivity_state import State
from .kind import Context, RuleKind, Wire
from .learning import learned_under
from .presence import HEEDED, SIGNS, signs_of, wires
from .quiet import Quiets, counted_from


def wiring(settings: Settings) -> list[Wire]:
    """The signs, where the home names them."""
    return wires("signs", settings.signs)


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    signs = signs_of(context, settings.signs)
    under = learned_under(str(settings.between), *sorted(signs)) if settings.learn else ""
    bound = Bound(
        settings=settings,
        unknown_clock=context.unknown_clock,
        signs=signs,
        quiets=Quiets(
            window=settings.between.window(context.zone),
            devices=signs,
            bounds=settings.bounds(),
            under=under,
        ),
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=2,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(signs),
        told_of=frozenset(signs),
        told_of_kinds=HEEDED,
        tells=partial(_tells, bound) if settings.learn else None,
    )


def _tells(bound: Bound, state: State, at: datetime) -> Words:
    begin = counted_from(bound.quiets.window, state.since)[1] if state.since else None
    return bound.quiets.tells(state.usual, begin, at)


KIND = RuleKind(
    kind="inactivity",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=SIGNS,
    raises=frozenset({"inactivity"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
