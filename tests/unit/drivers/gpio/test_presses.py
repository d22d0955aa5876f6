"""A press counts at once or when it was long, once; one that never ends is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.gpio.presses import STUCK_S, Button, Told, due, passed, pressed, released


def test_a_press_counts_at_once() -> None:
    button, told = pressed(Button(), 10.0)
    assert told == [Told.PRESSED]
    assert due(button) == 10.0 + STUCK_S
    assert released(button, 11.0) == (Button(), [])


def test_a_long_press_counts_when_it_was_held_and_not_when_it_was_let_go_before() -> None:
    button, told = pressed(Button(2.0), 10.0)
    assert told == []
    assert due(button) == 12.0
    assert released(button, 11.0) == (Button(2.0), [])
    button, told = passed(button, 12.0)
    assert told == [Told.PRESSED]
    assert released(button, 13.0)[1] == []


def test_a_long_press_that_is_looked_at_late_still_counts() -> None:
    button, _ = pressed(Button(2.0), 10.0)
    assert released(button, 13.0)[1] == [Told.PRESSED]


def test_a_button_that_stays_down_is_told_once_and_again_when_it_is_free() -> None:
    button, _ = pressed(Button(), 10.0)
    button, told = passed(button, 10.0 + STUCK_S)
    assert told == [Told.STUCK]
    assert due(button) is None
    button, told = passed(button, 10.0 + 2 * STUCK_S)
    assert told == []
    assert released(button, 5_000.0) == (Button(), [Told.FREED])


def test_a_press_that_was_told_before_the_start_is_no_new_one() -> None:
    button, told = pressed(Button(), 10.0, known=True)
    assert told == [Told.STUCK], "nothing that is pressed now would be heard"
    assert released(button, 11.0)[1] == [Told.FREED]


@given(
    st.lists(st.tuples(st.integers(1, 900), st.booleans()), max_size=40),
    st.sampled_from([0.0, 1.0, 10.0]),
)
def test_each_press_is_told_once_and_each_end_of_being_stuck(
    steps: list[tuple[int, bool]], hold_s: float
) -> None:
    button, at, is_down, down_s = Button(hold_s), 0.0, False, 0.0
    told: list[Told] = []
    expected: list[Told] = []
    for pause_s, move in steps:
        at += pause_s
        if is_down:
            before, down_s = down_s, down_s + pause_s
            if before < hold_s <= down_s:
                expected.append(Told.PRESSED)
            if before < STUCK_S <= down_s:
                expected.append(Told.STUCK)
        if not move:
            button, more = passed(button, at)
        elif is_down:
            button, more = released(button, at)
            expected += [Told.FREED] if down_s >= STUCK_S else []
        else:
            button, more = pressed(button, at)
            expected += [] if hold_s else [Told.PRESSED]
        if move:
            is_down, down_s = not is_down, 0.0
        told += more
    assert told == expected
