"""Digits that are typed at a reader."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.serial.locks.keypad import DIGITS_MAX, PAUSE_S, Typed, typed

ENTER, STAR = b"\r", b"\x7f"


def codes(*presses: tuple[float, bytes]) -> list[str]:
    state, found = Typed(), list[str]()
    for now, keys in presses:
        state, more = typed(state, keys, now)
        found += more
    return found


def test_digits_and_an_end_are_a_code() -> None:
    assert codes((1.0, b"47"), (2.0, b"11" + ENTER)) == ["4711"]
    assert codes((1.0, b"4711#")) == ["4711"]


def test_a_star_clears_and_an_end_alone_is_nothing() -> None:
    assert codes((1.0, b"99" + STAR + b"4711" + ENTER + ENTER)) == ["4711"]


def test_who_waits_too_long_begins_anew() -> None:
    assert codes((1.0, b"99"), (1.1 + PAUSE_S, b"4711" + ENTER)) == ["4711"]


def test_too_many_digits_are_no_code_and_nothing_grows() -> None:
    state, found = typed(Typed(), b"1" * 10_000, 1.0)
    assert found == []
    assert len(state.digits) == DIGITS_MAX + 1
    state, found = typed(state, ENTER + b"4711" + ENTER, 2.0)
    assert found == ["4711"]


@given(st.binary(max_size=60))
def test_whatever_is_pressed_a_code_is_digits(keys: bytes) -> None:
    for code in typed(Typed(), keys, 1.0)[1]:
        assert code.isdecimal()
        assert len(code) <= DIGITS_MAX
