"""Whose an answer is, and what counts as yes."""

from __future__ import annotations

import pytest

from heimvakt.uplinks.sms_answers import is_from, is_of, is_yes

NUMBER = "+4790000000"


@pytest.mark.parametrize("said", ["OK", "ok", " Ok. ", "JA", "ja!", "Yes", "YES\r\n", "\tok"])
def test_yes(said: str) -> None:
    assert is_yes(said)


@pytest.mark.parametrize("said", ["", "nei", "ok?", "ikke ok", "ok takk", "jaja", "0k", "STOP"])
def test_anything_else_is_no_yes(said: str) -> None:
    assert not is_yes(said)


@pytest.mark.parametrize("sender", [NUMBER, "4790000000", "004790000000"])
def test_that_very_number(sender: str) -> None:
    assert is_from(sender, NUMBER)


@pytest.mark.parametrize("sender", ["+4790000001", "90000000", "", "Telenor", "+47900000000", "0"])
def test_other_numbers(sender: str) -> None:
    assert not is_from(sender, NUMBER)


def test_a_report_may_name_less_than_the_number() -> None:
    assert all(is_of(one, NUMBER) for one in (None, NUMBER, "90000000", "004790000000"))
    assert not any(is_of(one, NUMBER) for one in ("+4790000001", "0000", ""))
