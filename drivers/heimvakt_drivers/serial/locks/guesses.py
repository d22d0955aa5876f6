"""Codes that somebody tries at a reader, until none is taken any more for a while.

PURE. Cards are no matter of this: whoever holds a known one gets in as ever. While codes are not
taken a right one is not either, or whoever tries them all would still find it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limit:
    """So many wrong codes in so long, and for how long none is taken then."""

    wrong: int
    within_s: float
    ignored_s: float


LIMITS = (Limit(20, 86_400.0, 3_600.0), Limit(5, 600.0, 900.0))
"""The gravest first. A hand that slips does so two or three times. Whoever is patient gets some 40
codes in a first day and 25 in each that follows: half of all with four digits take him 200 days,
and each day is told."""

KEPT = max(limit.wrong for limit in LIMITS)


@dataclass(frozen=True, slots=True)
class Guesses:
    """At one reader."""

    wrong_at: tuple[float, ...] = ()
    ignored_until: float = 0.0


def ignores(guesses: Guesses, now: float) -> bool:
    """Whether a code is not even looked at."""
    return now < guesses.ignored_until


def wrong(guesses: Guesses, now: float) -> tuple[Guesses, Limit | None]:
    """One that nobody knows; with the limit, if that was one too many."""
    after = replace(guesses, wrong_at=(*guesses.wrong_at, now)[-KEPT:])
    for limit in LIMITS:
        if sum(now - at < limit.within_s for at in after.wrong_at) >= limit.wrong:
            return replace(after, ignored_until=now + limit.ignored_s), limit
    return after, None
