"""What a whole step of a hand-over has found, in one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from heimvakt.core.checks import Outcome

from .record import Seen, Step
from .words import number


def found_by(step: Step, seen: Sequence[Seen], language: str) -> str:
    """The line of a step that has seen something."""
    many = {outcome: sum(one.outcome is outcome for one in seen) for outcome in Outcome}
    good, of, nb = many[Outcome.PASS] + many[Outcome.WARN], len(seen), language == "nb"
    slowest = max((one.seconds for one in seen if one.seconds is not None), default=None)
    took = "–" if slowest is None else f"{number(slowest, language)} s"
    match step:
        case Step.CHECK:
            return "; ".join(one.found for one in seen)
        case Step.PAIR:
            return f"{good} av {of} innmeldt" if nb else f"{good} of {of} paired"
        case Step.WALK:
            if nb:
                return f"{good} av {of} virker, sentralens svar på høyst {took}"
            return f"{good} of {of} work, the centre's answer in {took} at most"
        case Step.SELF_TEST:
            passed, warned = many[Outcome.PASS], many[Outcome.WARN]
            failed, skipped = many[Outcome.FAIL], many[Outcome.SKIPPED]
            if nb:
                return (
                    f"{passed} bestått, {warned} advarsler, {failed} feil, {skipped} ikke aktuelle"
                )
            return f"{passed} passed, {warned} warnings, {failed} failed, {skipped} not applicable"
        case Step.TEST_ALARM:
            if nb:
                return f"{good} av {of} besvart av sentralen, på høyst {took}"
            return f"{good} of {of} answered by the centre, in {took} at most"
        case Step.BUTTON:
            if nb:
                return f"{good} av {of} trykket og akseptert av en person"
            return f"{good} of {of} pressed, and accepted by a person"
