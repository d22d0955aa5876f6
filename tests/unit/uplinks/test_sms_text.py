"""What a telephone shows of an alarm."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.events import ClockQuality
from heimvakt.core.words import Words
from heimvakt.net.sms.parts import split
from heimvakt.uplinks.sms_text import alarm_text
from tests.support.uplinks import GATEWAY, alarm


def text(of: Alarm, language: str = "nb", *, last: bool = False) -> str:
    zone = ZoneInfo("Europe/Oslo")
    return alarm_text(of, gateway_id=GATEWAY, language=language, zone=zone, last=last)


def test_what_where_when_which_home_and_how_to_answer() -> None:
    assert text(alarm()) == (
        "ALARM: Ute av sengen 02:10, ytterdør åpnet 02:14. Rom: hall. "
        "5.11. kl. 02:14. no-1505-004711. Svar OK hvis du tar den."
    )
    assert text(alarm(), "en") == (
        "ALARM: Out of bed 02:10, front door opened 02:14. Room: hall. "
        "02:14, 5 Nov. no-1505-004711. Answer OK if you take it."
    )
    assert len(split(text(alarm())).parts) == 1


def test_what_is_over_asks_for_no_answer() -> None:
    for state, head in ((AlarmState.CANCELLED, "AVLYST"), (AlarmState.RESET, "OVER")):
        said = text(alarm(state=state))
        assert said.startswith(f"{head}: ")
        assert "OK" not in said
    assert "OK" not in text(alarm(accepted_by="centre"))


def test_what_somebody_has_taken_is_told_as_that() -> None:
    """It may have waited an hour for its turn: nobody is to run for it."""
    assert text(alarm(accepted_by="centre")).endswith(" Noen har tatt den.")
    assert text(alarm(accepted_by="centre"), "en").endswith(" Somebody has taken it.")
    over = alarm(accepted_by="centre", state=AlarmState.RESET)
    assert "tatt den" not in text(over), "OVER says it"


def test_a_room_that_the_sentence_names_is_not_said_twice() -> None:
    words = Words(nb="Alarmknappen pendant (hall) er trykket.", en="Pressed.")
    assert "Rom:" not in text(alarm(text=words))
    assert " Room: hall." in text(alarm(text=words), "en")


def test_less_than_high_is_no_alarm_to_a_relative() -> None:
    assert text(alarm(priority=Priority.MEDIUM)).startswith("Varsel: ")
    assert text(alarm(priority=Priority.LOW), "en").startswith("Notice: ")


def test_an_unset_clock_and_the_limit_are_said() -> None:
    assert "Klokken kan være feil." in text(alarm(clock=ClockQuality.UNKNOWN))
    assert "grensen for denne timen" in text(alarm(), last=True)


@pytest.mark.parametrize("language", ["nb", "en"])
@given(sentence=st.text(max_size=400), room=st.text(max_size=40), last=st.booleans())
def test_never_more_than_two_messages_and_the_end_is_always_there(
    language: str, sentence: str, room: str, last: bool
) -> None:
    worst = alarm(
        text=Words(nb=sentence, en=sentence), room=room or None, clock=ClockQuality.UNKNOWN
    )
    said = text(worst, language, last=last)
    assert GATEWAY in said
    if room.isascii() and room.isalnum():
        assert len(split(said).parts) <= (3 if last else 2)


def test_typographers_marks_do_not_halve_the_room() -> None:
    said = text(alarm(text=Words(nb="“10–20 m” – det’s … " + "x" * 400, en="")))
    assert said.startswith('ALARM: "10-20 m" - det\'s ...')
    assert len(split(said).parts) == 2


def test_a_technicians_alarm_says_first_that_it_is_a_test() -> None:
    assert text(alarm(test=True)).startswith("PRØVE ALARM: ")
    assert text(alarm(test=True, priority=Priority.LOW), "en").startswith("TEST Notice: ")
