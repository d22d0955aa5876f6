"""What was learned outlives restarts, days away and a wrong clock, and goes with its rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.events import Event, Mode, ModeChosen
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.usual import Usual
from tests.support.clock_desk import ClockDesk
from tests.support.homes import home
from tests.support.learned import (
    AT_HOME,
    QUIET,
    WEEKS,
    desk,
    learning_home,
    lives,
    seen,
    usual,
    wall,
    weeks,
)


def test_what_is_learned_has_a_row_of_its_own_that_is_seldom_written() -> None:
    d = desk(QUIET)
    written: list[str] = []
    tell = d.tell

    def counted(event: Event, *, at: datetime | None = None) -> Any:
        if at is not None:
            d.wait_until(at)
        before = d.state
        outcome = tell(event)
        written.extend(changes(before, outcome.state))
        return outcome

    d.tell = counted  # type: ignore[method-assign]
    weeks(d)
    # Once in a week for each hour of either kind of day, and once for each day.
    assert 0 < written.count(f"usual:{QUIET}") <= WEEKS * (2 * 13 + 7)
    assert written.count(f"rule:{QUIET}") > 2 * 7 * WEEKS * 10
    assert "usual" not in d.rows[f"rule:{QUIET}"]


@settings(max_examples=20, deadline=None)
@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(5, 400), st.booleans()), min_size=1, max_size=40),
)
def test_it_is_the_same_after_a_restart_at_any_moment(
    has_lived: bool, gaps: list[tuple[int, bool]]
) -> None:
    d = desk(QUIET, at_most="8h")
    if has_lived:
        weeks(d)
        assert any(usual(d, QUIET).weeks), "something is usual by now"
    for minutes, restarts in gaps:
        seen(d, d.at + timedelta(minutes=minutes))
        if restarts:
            known = usual(d, QUIET)
            d.restart()
            assert usual(d, QUIET) == known
        kept = [d.table[alarm_id] for alarm_id in d.state.alarms]
        restored, unread = restore(d.home, d.rows, kept, len(d.journal))
        assert (restored, unread) == (d.state, [])


def test_what_a_rule_has_learned_goes_with_it_and_outlives_a_state_that_cannot_be_read() -> None:
    d = desk(QUIET)
    lives(d, 0)
    known = usual(d, QUIET)
    rows = {**d.rows, f"rule:{QUIET}": {"is": "Dreaming"}}
    restored, unread = restore(d.home, rows, (), len(d.journal))
    assert [line.partition(": ")[0] for line in unread] == [f"rule:{QUIET}"]
    assert restored.rules[QUIET].usual == known  # type: ignore[attr-defined]
    d.restart(home(AT_HOME, {}))
    assert not [row for row in d.rows if row.startswith(("rule:", "usual:"))]


def test_with_other_sensors_or_hours_it_begins_anew_and_without_it_is_forgotten() -> None:
    d = desk(QUIET)
    weeks(d)
    assert "usual:inactivity" in d.rows
    d.change(learning_home(QUIET, learn=True, between="07:00-21:00"))
    assert usual(d, QUIET).known == ()
    assert usual(d, QUIET).under
    d.change(learning_home(QUIET))
    assert usual(d, QUIET) == Usual()
    assert "usual:inactivity" not in d.rows


def test_days_away_leave_what_was_learned_as_it_was() -> None:
    d = desk(QUIET)
    monday = weeks(d)
    before = usual(d, QUIET)
    d.tell(ModeChosen(mode=Mode.AWAY, by="box", lasting_s=20 * 86_400.0), at=wall(monday, "21:30"))
    seen(d, wall(monday + 21, "9:00"))
    for day in range(monday + 22, monday + 30):
        lives(d, day)
    after = usual(d, QUIET)
    assert after.known == before.known
    assert len(after.weeks) == len(before.weeks) + 1  # the one after it; he left on a Monday


def test_a_clock_that_was_a_year_ahead_does_not_end_the_learning() -> None:
    at = wall(0, "7:00")
    ahead = timedelta(weeks=52)
    d = ClockDesk(learning_home(QUIET, learn=True), shows=at + ahead, true=at)
    lives(d, ahead.days)
    d.set(wall(1, "7:00"))
    lives(d, 1)
    learned = usual(d, QUIET)
    assert (learned.week, learned.longest[13]) == (date(2026, 11, 2), 120)
