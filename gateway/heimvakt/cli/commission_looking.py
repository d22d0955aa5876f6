"""The steps of a hand-over in which the service looks by itself: self-test and test alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from heimvakt.commissioning import progress as pr
from heimvakt.commissioning.record import Seen, Step, is_left
from heimvakt.commissioning.words import STEPS
from heimvakt.core.checks import Needs, Outcome, Result
from heimvakt.core.words import Words

from .commission_notes import Notes, went_well
from .commission_talk import Choice
from .selftest import by_service
from .selftest_screen import Screen


def self_test(notes: Notes) -> None:
    """All that can be looked at, as `heimvakt selftest` does; bolts only if somebody agrees."""
    if _said_before(notes, Step.SELF_TEST):
        return
    locks = ", ".join(i for i, row in notes.devices().items() if row["role"] == "lock")
    with_bolt = bool(locks) and notes.talk.yes(
        Words(
            nb=f"  flytte riegelen i {locks}, frem og tilbake? Døren må stå åpen",
            en=f"  move the bolt of {locks}, there and back? The door has to stand open",
        )
    )
    _checks(notes, Step.SELF_TEST, (), [Needs.HAND] + [Needs.BOLT] * with_bolt)


def test_alarm(notes: Notes) -> None:
    """An alarm over each path alone, until the centre has answered."""
    if not _said_before(notes, Step.TEST_ALARM):
        _checks(notes, Step.TEST_ALARM, ("test",), [])


def _said_before(notes: Notes, step: Step) -> bool:
    seen = notes.of(step)
    if not seen or any(is_left(one) and not one.reason for one in seen):
        return False
    for one in seen:
        if one.outcome is not Outcome.SKIPPED or one.reason:
            notes.say_before(one)
    return True


def _checks(notes: Notes, step: Step, only: Sequence[str], allowed: list[Needs]) -> None:
    """Let the service look, until nothing is wrong for which nobody has given a reason."""
    while True:
        results: list[Result] = []
        well = went_well(partial(_looked, notes, only, allowed, results))
        at, of = notes.now(), notes.configuration()
        seen = [_seen(step, result, notes.language, at=at, of=of) for result in results]
        if not well:
            seen = [_not_done(step, notes.language, at=at, of=of)]
        notes.progress = pr.without(notes.progress, step)
        notes.note(*(_explained(notes, one) for one in seen))
        if not seen:
            notes.talk.say(_NO_PATH)
        left = [one for one in notes.of(step) if is_left(one) and not one.reason]
        if not left:
            return
        if notes.talk.how() is Choice.LEAVE:
            notes.leave(*left)
            return


def _looked(notes: Notes, only: Sequence[str], allowed: list[Needs], results: list[Result]) -> None:
    with Screen(quiet=False) as screen:
        test, _ = by_service(notes.socket, list(only), allowed, screen)
    results += [one for one in test.results if not only or one.check_id.startswith("path/")]


def _not_done(step: Step, language: str, *, at: datetime, of: str) -> Seen:
    what = STEPS[step].in_language(language)
    return Seen(step=step, what=step.value, label=what, outcome=Outcome.FAIL, at=at, of=of)


def _explained(notes: Notes, seen: Seen) -> Seen:
    """What a device does not do that is not paired has its reason already."""
    kind, _, rest = seen.what.partition("/")
    missing = pr.seen_of(notes.progress, Step.PAIR, rest.partition("/")[0])
    if kind != "device" or missing is None or not is_left(seen):
        return seen
    return replace(seen, reason=missing.reason)


def _seen(step: Step, result: Result, language: str, *, at: datetime, of: str) -> Seen:
    part, title, found = (
        words.in_language(language) for words in (result.part, result.title, result.text)
    )
    return Seen(
        step=step,
        what=result.check_id,
        label=part if step is Step.TEST_ALARM else f"{part}, {title}",
        outcome=result.outcome,
        at=at,
        found=found,
        seconds=result.measured if result.unit == "s" else None,
        of=of,
    )


_NO_PATH = Words(
    nb="  ingen mottaker som svarer over en vei", en="  no receiver that answers over a path"
)
