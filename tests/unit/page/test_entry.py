"""Who gets in: a code once, for minutes, not by guessing, and not for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.page.entry import (
    CODE_S,
    SESSION_S,
    SESSIONS_MAX,
    TRIES_MAX,
    TRIES_S,
    WRONG_MAX,
    Entry,
    NotIn,
    TooMany,
)


def refused(entry: Entry, typed: str, now: float) -> type[NotIn]:
    with pytest.raises(NotIn) as error:
        entry.enter(typed, now)
    return error.type


def test_a_code_opens_a_session_once() -> None:
    entry = Entry()
    code = entry.new_code(0)
    ticket = entry.enter(code, 1)
    assert entry.session(ticket, 2) is not None
    assert refused(entry, code, 3) is NotIn


@pytest.mark.parametrize("lower", [True, False])
def test_a_code_is_known_however_a_person_writes_it(lower: bool) -> None:
    entry = Entry()
    code = entry.new_code(0)
    typed = code.lower().replace("-", " ") if lower else code.replace("-", "")
    assert entry.enter(f" {typed} ", 1)


def test_a_code_is_over_after_its_minutes() -> None:
    entry = Entry()
    code = entry.new_code(0)
    assert refused(entry, code, CODE_S) is NotIn
    code = entry.new_code(CODE_S)
    assert entry.enter(code, 2 * CODE_S - 0.1)


def test_a_new_code_takes_the_place_of_the_one_before() -> None:
    entry = Entry()
    old, new = entry.new_code(0), entry.new_code(1)
    assert refused(entry, old, 2) is NotIn
    assert entry.enter(new, 3)


def test_nothing_opens_before_a_code_was_asked_for() -> None:
    assert refused(Entry(), "", 0) is NotIn


def test_who_guesses_loses_the_code_and_then_waits() -> None:
    entry = Entry()
    code = entry.new_code(0)
    for number in range(WRONG_MAX):
        assert refused(entry, "AAAA-AAAA", number) is NotIn
    assert refused(entry, code, WRONG_MAX) is NotIn, "it is a code no longer"
    code = entry.new_code(WRONG_MAX)
    for number in range(TRIES_MAX - WRONG_MAX - 1):
        assert refused(entry, "AAAA-AAAA", 10 + number) is NotIn
    with pytest.raises(TooMany) as error:
        entry.enter(code, 20)
    assert 0 < error.value.wait_s <= TRIES_S
    assert entry.enter(code, 20 + error.value.wait_s), "and after the wait the same code opens"


def test_a_session_is_over_after_its_time_or_when_somebody_leaves() -> None:
    entry = Entry()
    first = entry.enter(entry.new_code(0), 0)
    assert entry.session(first, SESSION_S - 0.1) is not None
    assert entry.session(first, SESSION_S) is None
    second = entry.enter(entry.new_code(SESSION_S), SESSION_S)
    session = entry.session(second, SESSION_S)
    assert session is not None
    entry.leave(second)
    assert entry.session(second, SESSION_S) is None
    assert session.until == 0, "what still streams for it ends"


def test_there_are_few_sessions_and_the_oldest_goes() -> None:
    entry = Entry()
    tickets = [entry.enter(entry.new_code(100.0 * n), 100.0 * n) for n in range(SESSIONS_MAX + 1)]
    now = 100.0 * SESSIONS_MAX
    assert [entry.session(ticket, now) is not None for ticket in tickets] == [
        False,
        *[True] * SESSIONS_MAX,
    ]


@given(st.text(max_size=40), st.text(max_size=60))
def test_nothing_that_is_not_the_code_opens(typed: str, ticket: str) -> None:
    entry = Entry()
    code = entry.new_code(0)
    if "".join(c for c in typed.upper() if c.isalnum()) != code.replace("-", ""):
        assert refused(entry, typed, 1) is NotIn
    assert entry.session(ticket, 1) is None
