"""When a lock is tried, told as lost and told as back, by values alone."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.serial.osdp.link import (
    AGAIN_S,
    AGAIN_S_MAX,
    SILENT_S,
    TRY_S,
    Do,
    Link,
    Phase,
    Seen,
    look,
)

TICK = 0.1


@dataclass
class Desk:
    """Plays a lock, and notes what was to be done."""

    link: Link = field(default_factory=lambda: Link(since=0.0, good_at=0.0))
    now: float = 0.0
    answers: bool = True
    running: bool = False
    heard_at: float = 0.0
    done: list[tuple[float, Do]] = field(default_factory=list)

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self.now = round(self.now + TICK, 1)
            secure = self.running and self.answers
            if secure:
                self.heard_at = self.now
            seen = Seen(
                now=self.now,
                stopped=not self.running,
                secure=secure,
                heard_at=self.heard_at,
                state_read=True,
            )
            self.link, todo = look(self.link, seen)
            for what in todo:
                self.done.append((self.now, what))
                self.running = {Do.START: True, Do.STOP: False}.get(what, self.running)

    def told(self) -> list[Do]:
        return [what for _, what in self.done if what in (Do.TELL_LOST, Do.TELL_UP)]


def test_a_lock_that_answers_is_read_and_told() -> None:
    desk = Desk()
    desk.pass_time(1.0)
    assert [what for _, what in desk.done] == [Do.START, Do.READ, Do.TELL_UP]


def test_a_lock_that_never_answered_is_told_once() -> None:
    desk = Desk(answers=False)
    desk.pass_time(120.0)
    assert desk.told() == [Do.TELL_LOST]
    assert next(at for at, what in desk.done if what is Do.TELL_LOST) <= SILENT_S + TICK


def test_tries_come_further_and_further_apart_and_never_end() -> None:
    desk = Desk(answers=False)
    desk.pass_time(400.0)
    starts = [at for at, what in desk.done if what is Do.START]
    gaps = [b - a for a, b in itertools.pairwise(starts)]
    assert gaps[0] <= TRY_S + AGAIN_S + 3 * TICK
    assert max(gaps) <= TRY_S + AGAIN_S_MAX + 3 * TICK
    assert all(a <= b + TICK / 2 for a, b in itertools.pairwise(gaps))
    assert desk.now - starts[-1] <= TRY_S + AGAIN_S_MAX


def test_lost_and_back_are_told_in_turn_and_a_short_break_is_not() -> None:
    desk = Desk()
    desk.pass_time(1.0)
    desk.answers = False
    desk.pass_time(1.0)
    desk.answers = True
    desk.pass_time(10.0)
    assert desk.told() == [Do.TELL_UP]
    desk.answers = False
    desk.pass_time(20.0)
    desk.answers = True
    desk.pass_time(AGAIN_S_MAX + TRY_S)
    assert desk.told() == [Do.TELL_UP, Do.TELL_LOST, Do.TELL_UP]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=12))
def test_whatever_a_lock_does_it_is_told_in_turn_and_as_it_is(
    lives: list[tuple[bool, int]],
) -> None:
    desk = Desk()
    for answers, tenths in lives:
        desk.answers = answers
        desk.pass_time(tenths / 10)
    told = desk.told()
    assert all(a is not b for a, b in itertools.pairwise(told))
    desk.answers = True
    desk.pass_time(AGAIN_S_MAX + TRY_S + 1)
    assert desk.link.phase is Phase.UP
    assert desk.told()[-1] is Do.TELL_UP
