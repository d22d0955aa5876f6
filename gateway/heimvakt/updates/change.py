"""The life of a change, as it is written down: its stages, and which may follow which. Pure.

Every act of the updater comes after the stage that names it is on the disk, and can be done twice.
So a power cut at any point ends in a stage, and the stage says what is to be done next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from heimvakt.core.events import ChangeOf, ChangeOutcome

ENDED_MAX = 20
UNTOLD_MAX = 20
"""Outcomes that wait for the gateway; above it the oldest refusal goes."""
REASON_MAX = 500
"""Characters, as the gateway takes them."""


class Stage(StrEnum):
    """How far a change has come."""

    PREPARING = "preparing"
    """It is whose it says; what it needs is being looked at."""
    WAITING = "waiting"
    """For a moment in which nobody is in danger."""
    APPLYING = "applying"
    TRYING = "trying"
    RETURNING = "returning"


S, O = Stage, ChangeOutcome  # noqa: E741 - the table below is to be read at a glance
MOVES: Mapping[Stage, frozenset[Stage | ChangeOutcome]] = {
    S.PREPARING: frozenset({S.WAITING, O.REFUSED}),
    S.WAITING: frozenset({S.PREPARING, S.APPLYING, O.REFUSED}),
    S.APPLYING: frozenset({S.TRYING, O.REFUSED}),
    S.TRYING: frozenset({S.TRYING, S.RETURNING, O.KEPT}),
    S.RETURNING: frozenset({O.RETURNED}),
}


class NoMove(Exception):
    """The table does not have it: a mistake in the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A bundle that was taken, or what is to be taken back by hand."""

    change_id: str
    what: ChangeOf
    version: str
    serial: int = 0
    key: str = ""
    order_id: str = ""
    by: str = ""
    token: str = ""
    """The signed manifest: it is verified again when the file of the home has changed meanwhile."""
    even_down: bool = False
    """Somebody on site has said that a service that does not answer is no reason to wait."""
    stage: Stage = Stage.PREPARING
    at: datetime
    """When this stage began, for people."""
    home: str = ""
    """SHA-256 of the file of the home when this was prepared."""
    before: str = ""
    """What was there: the digest of a file, the version of a program."""
    after: str = ""
    slot: str = ""
    """Where the program is."""
    active_before: str = ""
    """The slot that was in use; empty: the program of the package."""
    receivers: tuple[str, ...] = ()
    """Those that had a heartbeat confirmed before."""
    within_s: float = 0.0
    boot_id: str = ""
    since_s: float = 0.0
    """When the waiting, or the trial, began: in seconds of that boot."""
    boots: int = 0
    """Other ones that it has seen."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a change."""

    change_id: str
    what: ChangeOf
    outcome: ChangeOutcome
    at: datetime
    version: str
    before: str = ""
    after: str = ""
    reason: str = ""
    key: str = ""
    order_id: str = ""
    by: str = ""

    def to_request(self) -> dict[str, Any]:
        """As the gateway is told."""
        return {
            "do": "update-told",
            "change_id": self.change_id,
            "what": self.what.value,
            "outcome": self.outcome.value,
            "before": self.before,
            "after": self.after,
            "reason": self.reason[:REASON_MAX],
            "key": self.key,
            "order_id": self.order_id,
            "by": self.by,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the updater knows from one start to the next."""

    format: int = 1
    serials: Mapping[ChangeOf, int] = field(default_factory=dict)
    """The highest that was ever taken of each kind."""
    change: Change | None = None
    kept: Mapping[ChangeOf, Change] = field(default_factory=dict)
    """The last that stayed, which can be taken back by hand."""
    ended: tuple[Ended, ...] = ()
    """The oldest first."""
    untold: tuple[Ended, ...] = ()

    @property
    def busy(self) -> bool:
        """Whether something is left to do."""
        return self.change is not None or bool(self.untold)


NOTHING_YET = State()


def move(change: Change, to: Stage, at: datetime, **known: Any) -> Change:
    """The next stage, with what is known now.

    Raises:
        NoMove: the table does not have it.
    """
    if to not in MOVES[change.stage]:
        raise NoMove(f"{change.stage} to {to}")
    return replace(change, stage=to, at=at, **known)


def end(state: State, outcome: ChangeOutcome, at: datetime, reason: str = "") -> State:
    """The change is over.

    Raises:
        NoMove: the table does not have it.
    """
    change = state.change
    if change is None or outcome not in MOVES[change.stage]:
        raise NoMove(f"{change.stage if change else None} to {outcome}")
    kept = dict(state.kept)
    if outcome is ChangeOutcome.KEPT:
        kept[change.what] = change
    elif outcome is ChangeOutcome.RETURNED and _is_gone(kept.get(change.what), change):
        kept.pop(change.what, None)
    return tell(replace(state, change=None, kept=kept), outcome_of(change, outcome, at, reason))


def _is_gone(kept: Change | None, returned: Change) -> bool:
    """Whether what was kept cannot be taken back any more: of files the last one alone has the one
    before kept beside it; of programs it is gone when it is itself what was returned."""
    if kept is None:
        return False
    return kept.what is ChangeOf.CONFIGURATION or kept.slot == returned.slot


def outcome_of(change: Change, outcome: ChangeOutcome, at: datetime, reason: str = "") -> Ended:
    """What is told of a change."""
    return Ended(
        change_id=change.change_id,
        what=change.what,
        outcome=outcome,
        at=at,
        version=change.version,
        before=change.before,
        after=change.after,
        reason=reason or change.reason,
        key=change.key,
        order_id=change.order_id,
        by=change.by,
    )


def tell(state: State, ended: Ended) -> State:
    """An outcome that the gateway has to be told; that something was only applied is no end."""
    untold = [*state.untold, ended]
    if len(untold) > UNTOLD_MAX:
        refusals = [one for one in untold if one.outcome is ChangeOutcome.REFUSED]
        untold.remove(refusals[0] if refusals else untold[0])
    known = [*state.ended, *([] if ended.outcome is ChangeOutcome.APPLIED else [ended])]
    return replace(state, ended=tuple(known[-ENDED_MAX:]), untold=tuple(untold))


def told(state: State) -> State:
    """The gateway has taken the first of what it has to be told."""
    return replace(state, untold=state.untold[1:])


def is_known(state: State, change_id: str) -> bool:
    """Whether it was taken or refused already: a power cut came before its wish was cleared."""
    on = state.change is not None and state.change.change_id == change_id
    return on or any(one.change_id == change_id for one in state.ended)
