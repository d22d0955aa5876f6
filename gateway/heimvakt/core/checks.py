"""One list of checks for whoever stands before the box: what a check is, and what one has found.

Pure values, and the port of a driver that offers some. What a figure means is decided here by its
limit, or by those who measured where it takes words; nothing here measures.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from .words import Words

WITHIN_S = 10.0
"""How long a check may take that says nothing else."""


class Outcome(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    """It works, and will not for long, or not well."""
    FAIL = "fail"
    SKIPPED = "skipped"
    """Nobody knows, and the text says why."""

    @property
    def is_named(self) -> bool:
        """Whether somebody has to do something about it."""
        return self in (Outcome.WARN, Outcome.FAIL)


class Needs(StrEnum):
    """What a check needs that is not done unless somebody asks for it."""

    BOLT = "bolt"
    """It moves the bolt of a door."""
    HAND = "hand"
    """A person in front of the box must do, see or hear something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From where on a figure is a warning, and from where on it is a failure."""

    warn: float | None = None
    fail: float | None = None
    at_least: bool = False
    """The figure is to be no less than these; else no more."""

    def judge(self, figure: float) -> Outcome:
        """What this figure means."""
        if self._is_beyond(figure, self.fail):
            return Outcome.FAIL
        return Outcome.WARN if self._is_beyond(figure, self.warn) else Outcome.PASS

    def met(self, figure: float) -> float | None:
        """The one that a person is told with this figure: that of failures where it is beyond it,
        else the one that is met first."""
        failed = self.judge(figure) is Outcome.FAIL
        return self.fail if failed or self.warn is None else self.warn

    def _is_beyond(self, figure: float, limit: float | None) -> bool:
        if limit is None:
            return False
        return figure < limit if self.at_least else figure > limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one check has found, judged."""

    outcome: Outcome
    text: Words
    """What was found, or why nothing could be."""
    measured: float | None = None
    """In the unit of the check."""
    advice: Words | None = None
    """What somebody in front of the box can do about it; where something is wrong."""


class Hand(Protocol):
    """A person in front of the box, if there is one."""

    async def ask(self, question: Words) -> bool | None:
        """Whether that is so; None: nobody answers."""


Measure = Callable[[Hand], Awaitable[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that can be looked at by itself."""

    check_id: str
    """`device/hall-motion/link`: what kind of thing, which one, and what of it."""
    part: Words
    """What is looked at, as a person calls it: those of one part stand together."""
    title: Words
    """What is measured of it."""
    measure: Measure
    """Looks; changes nothing that lasts. May be cancelled at any moment. Whatever it raises is a
    failure of the check."""
    unit: str = ""
    limit: Limit | None = None
    within_s: float = WITHIN_S
    """After this nobody waits for it any more."""
    needs: Needs | None = None
    after: tuple[str, ...] = ()
    """Without these it cannot be: if one of them has failed or was skipped, so is this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check that was done, with all that a person or a program asks of it."""

    check_id: str
    part: Words
    title: Words
    outcome: Outcome
    text: Words
    measured: float | None = None
    unit: str = ""
    limit: Limit | None = None
    advice: Words | None = None
    took_s: float = 0.0


@runtime_checkable
class HasChecks(Protocol):
    """What a driver may offer beside `core.ports.Driver`."""

    def checks(self) -> Sequence[Check]:
        """What it can look at of its own; also while it hears nothing. Ids begin with
        `driver/` and its name. Returns at once."""


def passed(text: Words, measured: float | None = None) -> Found:
    """All is well."""
    return Found(outcome=Outcome.PASS, text=text, measured=measured)


def skipped(why: Words) -> Found:
    """It could not be looked at."""
    return Found(outcome=Outcome.SKIPPED, text=why)


def failed(text: Words, advice: Words, measured: float | None = None) -> Found:
    """It does not work."""
    return Found(outcome=Outcome.FAIL, text=text, advice=advice, measured=measured)


def warned(text: Words, advice: Words, measured: float | None = None) -> Found:
    """It works, and somebody should see to it."""
    return Found(outcome=Outcome.WARN, text=text, advice=advice, measured=measured)


def judged(limit: Limit, figure: float, text: Words, advice: Words) -> Found:
    """What a figure means by its limit; the advice is for when it is beyond."""
    outcome = limit.judge(figure)
    advised = advice if outcome.is_named else None
    return Found(outcome=outcome, text=text, measured=figure, advice=advised)


def is_meant(check_id: str, named: Sequence[str]) -> bool:
    """Whether a check is one of those that somebody names: by its id, or by words of it that stand
    together (`hall-motion`, `store/free`); all are, where nothing is named."""
    return not named or any(f"/{name.strip('/')}/" in f"/{check_id}/" for name in named)


def why_not(check: Check, results: Mapping[str, Result], allowed: frozenset[Needs]) -> Words | None:
    """Why a check is not to be done; None if it is."""
    if check.needs is not None and check.needs not in allowed:
        return NOT_ASKED[check.needs]
    for other in check.after:
        before = results.get(other)
        if before is not None and before.outcome in (Outcome.FAIL, Outcome.SKIPPED):
            title = f"{before.part.nb}, {before.title.nb}", f"{before.part.en}, {before.title.en}"
            return Words(nb=f"går ikke uten: {title[0]}", en=f"cannot be without: {title[1]}")
    return None


NOT_ASKED: Mapping[Needs, Words] = {
    Needs.BOLT: Words(
        nb="riegelen beveges bare når noen ber om det: --with-bolt",
        en="the bolt is moved only when somebody asks for it: --with-bolt",
    ),
    Needs.HAND: Words(
        nb="trenger en person foran boksen: --with-hand",
        en="needs a person in front of the box: --with-hand",
    ),
}
