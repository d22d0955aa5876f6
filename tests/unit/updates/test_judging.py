"""When a change may be put in place, and whether it stays: by values alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from heimvakt.core.events import ChangeOf, ChangeOutcome
from heimvakt.updates.change import (
    ENDED_MAX,
    MOVES,
    NOTHING_YET,
    UNTOLD_MAX,
    Change,
    Ended,
    NoMove,
    Stage,
    State,
    end,
    move,
    tell,
)
from heimvakt.updates.judging import (
    BOOTS_MAX,
    RESTARTS_MAX,
    Facts,
    Look,
    Verdict,
    holds_back,
    is_in_use,
    judge,
    reached_before,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "updates.md"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE, WITHIN_S = 60.0, 900.0


def change(**changed: Any) -> Change:
    said: dict[str, Any] = {
        "change_id": "one",
        "what": ChangeOf.CONFIGURATION,
        "version": "winter",
        "at": AT,
        "stage": Stage.TRYING,
        "receivers": ("centre",),
        "within_s": WITHIN_S,
    }
    return Change(**{**said, **changed})


def facts(uptime_s: float = 100.0, **changed: Any) -> Facts:
    ago: dict[str, float | None] = changed.pop("ago", {"centre": 5.0})
    return Facts(uptime_s=uptime_s, digest="new", confirmed_ago_s=ago, **changed)


def verdict(one: Change | None = None, **look: Any) -> Verdict:
    said: dict[str, Any] = {"facts": facts(), "elapsed_s": MINUTE, "used_for_s": 50.0}
    return judge(one or change(), Look(**{**said, **look}))[0]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (None, "does not answer"),
        (facts(open_alarms=("no-1-7",)), "no-1-7"),
        (facts(uptime_s=10.0, ago={"centre": None}), "has not yet reached"),
        (facts(uptime_s=10.0, ago={"centre": 3.0}), ""),
        (facts(uptime_s=300.0, ago={"centre": None}), ""),
    ],
)
def test_nothing_is_put_in_place_in_an_unquiet_moment(found: Facts | None, why: str) -> None:
    held = holds_back(change(), found)
    assert (why in held) if why else held == ""


def test_on_site_a_silent_service_is_overlooked_and_an_alarm_is_not() -> None:
    one = change(even_down=True)
    assert holds_back(one, None) == ""
    assert holds_back(one, facts(open_alarms=("no-1-7",)))


def test_who_was_reached_within_a_day_has_to_be_reached_again() -> None:
    ago = {"centre": 30.0, "old": 90_000.0, "never": None, "second": 80_000.0}
    assert reached_before(facts(ago=ago)) == ("centre", "second")
    assert reached_before(None) == ()


@pytest.mark.parametrize(
    ("ago", "receivers", "expected"),
    [
        ({"centre": 5.0}, ("centre",), Verdict.KEEP),
        ({"centre": 55.0}, ("centre",), Verdict.WAIT),  # it was confirmed before the change
        ({"centre": None}, ("centre",), Verdict.WAIT),
        ({"centre": 5.0, "second": None}, ("centre", "second"), Verdict.WAIT),
        ({"centre": 5.0, "second": None}, ("centre",), Verdict.KEEP),
        ({"second": 5.0}, ("centre",), Verdict.KEEP),  # the other is not in the new file
        ({"second": None}, ("centre",), Verdict.WAIT),
        ({"centre": 5.0}, (), Verdict.KEEP),
        ({}, (), Verdict.WAIT),
        ({}, ("centre",), Verdict.WAIT),
    ],
)
def test_it_stays_when_all_that_were_reached_are_reached_again(
    ago: dict[str, float | None], receivers: tuple[str, ...], expected: Verdict
) -> None:
    one = change(receivers=receivers)
    assert verdict(one, facts=facts(ago=ago)) is expected
    late = verdict(one, facts=facts(ago=ago), elapsed_s=WITHIN_S)
    assert late is (Verdict.KEEP if expected is Verdict.KEEP else Verdict.RETURN)


@pytest.mark.parametrize(
    "look",
    [
        {"facts": None, "used_for_s": None},
        {"used_for_s": None},
        {"facts": facts(ago={"centre": None})},
    ],
)
def test_what_is_not_proved_in_its_time_goes(look: dict[str, Any]) -> None:
    assert verdict(**look) is Verdict.WAIT
    assert verdict(**look, elapsed_s=WITHIN_S - 1) is Verdict.WAIT
    assert verdict(**look, elapsed_s=WITHIN_S) is Verdict.RETURN


def test_what_is_surely_bad_goes_sooner() -> None:
    assert verdict(gave_up=True) is Verdict.RETURN
    assert verdict(restarts=RESTARTS_MAX - 1, facts=None) is Verdict.WAIT
    assert verdict(restarts=RESTARTS_MAX, facts=None) is Verdict.RETURN
    assert verdict(change(boots=BOOTS_MAX), facts=None) is Verdict.WAIT
    assert verdict(change(boots=BOOTS_MAX + 1)) is Verdict.RETURN
    refused: dict[str, Any] = {"facts": facts(refused="line 3"), "used_for_s": None}
    assert verdict(**refused) is Verdict.WAIT, "the life before may still be answering"
    assert verdict(**refused, elapsed_s=WITHIN_S / 4) is Verdict.RETURN


def test_a_change_is_in_use_when_the_gateway_says_so() -> None:
    file, program = change(), change(what=ChangeOf.PROGRAM, after="1.4.0")
    assert is_in_use(file, facts(), "new", 10.0)
    assert not is_in_use(file, facts(), "changed by hand", 10.0)
    assert not is_in_use(file, facts(refused="line 3"), "new", 10.0)
    assert not is_in_use(file, None, "new", 10.0)
    assert is_in_use(program, facts(uptime_s=5.0, version="1.4.0"), "new", 10.0)
    assert not is_in_use(program, facts(uptime_s=50.0, version="1.4.0"), "new", 10.0)
    assert not is_in_use(program, facts(uptime_s=5.0, version="1.3.0"), "new", 10.0)


def test_the_document_shows_the_table() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    drawn = set(re.findall(r"^  (\w+) --> (\w+)$", text, re.MULTILINE))
    table = {(str(a), str(b)) for a, ways in MOVES.items() for b in ways if a != b}
    assert drawn == table


@pytest.mark.parametrize("stage", Stage)
def test_what_is_not_in_the_table_is_no_move(stage: Stage) -> None:
    on = change(stage=stage)
    for to in set(Stage) - MOVES[stage]:
        with pytest.raises(NoMove):
            move(on, to, AT)
    for outcome in set(ChangeOutcome) - MOVES[stage]:
        with pytest.raises(NoMove):
            end(State(change=on), outcome, AT)
    with pytest.raises(NoMove):
        end(NOTHING_YET, ChangeOutcome.KEPT, AT)


def test_what_is_remembered_has_its_limits_and_refusals_go_first() -> None:
    state = NOTHING_YET
    outcomes = [ChangeOutcome.RETURNED, *[ChangeOutcome.REFUSED] * 50]
    for number, outcome in enumerate(outcomes):
        ended = Ended(
            change_id=str(number), what=ChangeOf.PROGRAM, outcome=outcome, at=AT, version="1.4.0"
        )
        state = tell(state, ended)
    assert (len(state.untold), len(state.ended)) == (UNTOLD_MAX, ENDED_MAX)
    assert state.untold[0].outcome is ChangeOutcome.RETURNED
    assert state.untold[-1].change_id == "50"
