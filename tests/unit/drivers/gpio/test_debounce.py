"""A bouncing contact says each press once, whatever edges come, come late, or are lost."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.gpio.debounce import Change, Debounce, begin, due, edge, look, reread
from heimvakt_drivers.gpio.wiring import FAULT_STILL_S, STILL_S, Contact, still_s

Told = list[Change[bool]]


def still(_: bool) -> float:
    return STILL_S


class Line:
    """A contact that is looked at as the shell does it: at edges, when due, and each second."""

    def __init__(self, value: bool = False, at: float = 0.0) -> None:
        self.state: Debounce[bool] = begin(value, at)
        self.told: Told = []

    def take(self, after: tuple[Debounce[bool], Change[bool] | None]) -> None:
        self.state, change = after
        if change is not None:
            self.told.append(change)

    def edge(self, at: float, value: bool) -> None:
        self.take(edge(self.state, still, at, value))

    def look(self, at: float) -> None:
        self.take(look(self.state, still, at))

    def read(self, at: float, value: bool) -> None:
        self.take(reread(self.state, still, at, value))

    @property
    def values(self) -> list[bool]:
        return [change.value for change in self.told]


bounces = st.lists(st.floats(0.0001, STILL_S * 0.9), max_size=12)
"""Pauses between the edges of one movement: an even number of edges more than the one."""


@given(st.lists(bounces, min_size=1, max_size=10), st.booleans())
def test_each_movement_is_told_once_and_in_turn(moves: list[list[float]], prompt: bool) -> None:
    line, at, value = Line(), 1.0, False
    line.look(at)
    for pauses in moves:
        value = not value
        now = value
        line.edge(at, now)
        for pause_s in pauses[: len(pauses) // 2 * 2]:
            at += pause_s
            now = not now
            line.edge(at, now)
        if prompt:  # else the loop was busy, and all of it is looked at later
            line.look(at + STILL_S)
        at += STILL_S + 0.01
    line.look(at)
    assert line.values == [False, *(n % 2 == 0 for n in range(len(moves)))]


@given(st.lists(st.tuples(st.floats(0.0, 0.2), st.booleans()), max_size=60))
def test_whatever_edges_come_the_changes_alternate_and_stood_long_enough(
    edges: list[tuple[float, bool]],
) -> None:
    line = Line()
    times = list(accumulate((pause for pause, _ in edges), initial=0.0))[1:]
    for at, (_, value) in zip(times, edges, strict=True):
        line.edge(at, value)
    line.look(1_000.0)
    assert line.values == [(line.values[0] + n) % 2 == 1 for n in range(len(line.values))]
    for change in line.told:
        moved = [at for at in times if change.since < at < change.since + STILL_S - 1e-9]
        assert not moved, "it moved while it was to stand still"


@given(st.floats(0.001, STILL_S * 0.99))
def test_a_glitch_is_nothing(lasts_s: float) -> None:
    line = Line()
    line.look(1.0)
    line.edge(2.0, True)
    line.edge(2.0 + lasts_s, False)
    line.look(3.0)
    assert line.values == [False]


def test_a_press_that_came_and_went_while_the_loop_was_busy_is_a_press() -> None:
    line = Line()
    line.look(1.0)
    line.edge(2.0, True)  # both are looked at only now
    line.edge(2.1, False)
    line.look(5.0)
    assert line.values == [False, True, False]
    assert [change.since for change in line.told[1:]] == [2.0, 2.1]


@given(st.lists(st.booleans(), max_size=30), st.data())
def test_lost_edges_are_made_good_by_the_next_look_at_the_level(
    levels: list[bool], data: st.DataObject
) -> None:
    line, at, level = Line(), 0.0, False
    for level in levels:
        at += 1.0
        if data.draw(st.booleans(), label="the edge arrives"):
            line.edge(at, level)
        line.look(at + STILL_S)
    line.read(at + 1.0, level)
    line.look(at + 1.0 + STILL_S)
    assert line.values[-1] is level
    assert line.state.believed is level


def test_a_thousand_edges_a_second_tell_nothing_until_they_end() -> None:
    line, at = Line(), 1.0
    line.look(at)
    for number in range(3_001):
        at += 0.001
        line.edge(at, number % 2 == 0)
        line.look(at)
    assert line.values == [False]
    line.look(at + STILL_S + 0.001)
    assert line.values == [False, True]


def test_it_says_when_to_look_again() -> None:
    state = begin(False, 1.0)
    assert due(state, still) == 1.0 + STILL_S
    settled, _ = look(state, still, 2.0)
    assert due(settled, still) is None


def test_a_change_says_what_was_before() -> None:
    line = Line()
    line.look(1.0)
    line.edge(2.0, True)
    line.look(3.0)
    assert [change.before for change in line.told] == [None, False]


def test_a_fault_of_a_supervised_line_must_stand_longer_than_a_press() -> None:
    """Between its two contacts a button is neither for a moment."""
    state, change = look(begin(Contact.REST, 0.0), still_s, 1.0)
    assert change == Change(Contact.REST, None, 0.0)
    state, change = edge(state, still_s, 2.0, Contact.CUT)
    state, change = edge(state, still_s, 2.0 + FAULT_STILL_S * 0.9, Contact.ON)
    assert change is None
    _, change = look(state, still_s, 4.0)
    assert change == Change(Contact.ON, Contact.REST, 2.0 + FAULT_STILL_S * 0.9)
