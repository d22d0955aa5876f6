"""What an installer is asked in a hand-over, and what is taken for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import typer

from heimvakt.cli.commission_notes import went_well
from heimvakt.cli.commission_talk import Choice, Stopped, Talk
from heimvakt.cli.commission_trials import Trial, judged
from heimvakt.cli.exits import Exit
from heimvakt.core.checks import Outcome
from heimvakt.core.words import Words

Types = Callable[..., None]


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Types:
    """Somebody at the keyboard; after the last line nobody is there."""

    def typed(*lines: str) -> None:
        left: Iterator[str] = iter(lines)

        def line(_: str) -> str:
            try:
                return next(left)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("builtins.input", line)

    return typed


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("leave", ["s", "u", " S "])
def test_enter_is_once_more_and_both_languages_leave_it_out(
    types: Types, language: str, leave: str
) -> None:
    types("", "what", leave)
    talk = Talk(language)
    assert talk.how() is Choice.AGAIN
    assert talk.how() is Choice.LEAVE, "what is no answer is asked again"


@pytest.mark.parametrize("lines", [("q",), ("a",), ()])
def test_who_breaks_off_or_is_gone_is_not_taken_for_somebody_who_agrees(
    types: Types, lines: tuple[str, ...]
) -> None:
    types(*lines)
    with pytest.raises(Stopped):
        Talk("en").how()


def test_a_reason_is_one_that_the_next_can_read(
    types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    types("ok", "her number is 01010112345", "x" * 201, "the wall is of steel")
    assert Talk("en").reason() == "the wall is of steel"
    said = capsys.readouterr().out
    assert said.count("whoever comes next reads it") == 2
    assert "national identity number" in said


def test_who_hands_over_is_a_number_and_no_name(types: Types) -> None:
    types("Kari Nordmann", "", "01010112345", "montor-12")
    assert Talk("nb").number(None) == "montor-12"
    assert Talk("nb").number("montor-13") == "montor-13"
    types("montor-14")
    assert Talk("nb").number("Ola Nordmann") == "montor-14"


def test_no_is_what_nobody_has_agreed_to(types: Types) -> None:
    types("", "j", "Yes", "n", "perhaps")
    question = Words(nb="flytte riegelen?", en="move the bolt?")
    assert [Talk("nb").yes(question) for _ in range(5)] == [False, True, True, False, False]


def test_what_another_command_says_is_wrong_ends_only_what_was_tried() -> None:
    def ends(code: int) -> Callable[[], object]:
        def work() -> object:
            raise typer.Exit(code)

        return work

    assert went_well(lambda: None)
    assert not went_well(ends(Exit.FOUND))
    with pytest.raises(typer.Exit):
        went_well(ends(Exit.NO_SERVICE))


AT = "2026-11-22T12:00:{:02}+00:00"
DELIVERED = [
    {"state": state, "at": AT.format(second)}
    for state, second in (("pending", 0), ("raised", 10), ("delivered", 11))
]
ALARM = {"number": 9, "test": True, "accepted_by": None, "history": DELIVERED}
ACCEPTED = {
    **ALARM,
    "accepted_by": "operator-1",
    "history": [*DELIVERED, {"state": "accepted", "at": AT.format(13)}],
}
HEARD = Trial("button-pressed")
ANSWERED = Trial("button-pressed", "centre", 11.0)


@pytest.mark.parametrize(
    ("trial", "alarm", "outcome", "said"),
    [
        (Trial(), None, Outcome.FAIL, "not pressed"),
        (HEARD, None, Outcome.FAIL, "no alarm"),
        (HEARD, ALARM, Outcome.FAIL, "not received"),
        (ANSWERED, {**ALARM, "test": False}, Outcome.FAIL, "as REAL"),
        (ANSWERED, ALARM, Outcome.FAIL, "not accepted"),
        (
            *(ANSWERED, ACCEPTED, Outcome.PASS),
            "received by centre after 1.0 s; accepted by operator-1 after 3.0 s",
        ),
    ],
)
def test_a_button_works_only_if_a_person_has_accepted_its_alarm_as_a_test(
    trial: Trial, alarm: dict[str, Any] | None, outcome: Outcome, said: str
) -> None:
    found = judged(trial, alarm)
    assert found[0] is outcome
    assert said in found[1].en
