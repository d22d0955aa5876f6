"""Limits are learned from a resident's own weeks, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ClockQuality,
    ContactBack,
    ContactLost,
    DoorClosed,
    DoorOpened,
    Event,
    Mode,
    ModeChosen,
    MotionDetected,
    RadioBack,
    RadioLost,
)
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.usual import WEEKS_MIN, Usual
from heimvakt.rules import KINDS
from tests.support.clock_desk import ClockDesk
from tests.support.homes import DEVICES, OSLO, Desk, home, moved

WEEKS = WEEKS_MIN + 1
LATE = timedelta(days=400)
AT_HOME = {name: moved(DEVICES[name], silent_after=LATE) for name in ("hall", "bed", "front-door")}
HALL, LEFT, BACK = (
    MotionDetected(device_id="hall"),
    BedLeft(device_id="bed"),
    BedEntered(device_id="bed"),
)
QUIET, EXIT, WANDERING = "inactivity", "bed-exit", "night-wandering"
WIRED: Mapping[str, Mapping[str, Any]] = {
    QUIET: {},
    EXIT: {"bed": "bed"},
    WANDERING: {"out_of": "bed", "signs": ("hall", "front-door")},
}
Interrupt = Callable[[ClockDesk, datetime], None]


def desk(rule: str, **settings: Any) -> ClockDesk:
    at = wall(0, "7:00")
    return ClockDesk(_home(rule, **{"learn": True, **settings}), shows=at, true=at)


def _home(rule: str, devices: Any = None, **settings: Any) -> Any:
    return home(devices or AT_HOME, {rule: (rule, {**WIRED[rule], **settings})})


def wall(day: int, clock: str) -> datetime:
    """A time in Oslo, so many days after Monday 2 November 2026."""
    hour, minute = map(int, clock.split(":"))
    local = datetime(2026, 11, 2, hour, minute) + timedelta(days=day)  # noqa: DTZ001
    return local.replace(tzinfo=OSLO).astimezone(UTC)


def usual(d: Desk, rule: str) -> Usual:
    learned = d.state.rules[rule].usual  # type: ignore[attr-defined]
    assert isinstance(learned, Usual)
    return learned


def noted(d: Desk, rule: str, hour: int) -> int:
    """The longest in minutes that was ever noted at this hour of a working day."""
    learned = usual(d, rule)
    return max((week[hour] for week in (*learned.weeks, learned.longest) if week), default=0)


def seen(d: Desk, at: datetime) -> None:
    """Two sensors tell of somebody."""
    d.tell(LEFT, at=at)
    d.tell(HALL)


def lives(d: ClockDesk, day: int, nap: str = "15:00", meanwhile: Interrupt | None = None) -> None:
    """Seen at every hour, but not while there is a nap from 13:00 on."""
    for hour in range(8, 22):
        at = wall(day, f"{hour}:00")
        if wall(day, "13:00") < at < wall(day, nap):
            continue
        if meanwhile is not None and at == wall(day, nap):
            meanwhile(d, wall(day, "13:00"))
        seen(d, at)


def morning(d: ClockDesk, day: int) -> None:
    """Seen until noon."""
    for hour in range(8, 13):
        seen(d, wall(day, f"{hour}:00"))


def weeks(d: ClockDesk, count: int = WEEKS, **day: Any) -> int:
    """Live for so many weeks; the number of the Monday after them."""
    for number in range(7 * count):
        lives(d, number, **day)
    lives(d, 7 * count)
    return 7 * count


# --- how long quiet is usual ----------------------------------------------------------------------


def test_a_quiet_is_held_against_what_is_usual_at_its_hour_and_says_so() -> None:
    d = desk(QUIET)
    monday = weeks(d)
    morning(d, monday + 1)
    seen(d, wall(monday + 1, "13:20"))
    d.wait_until(wall(monday + 1, "17:19"))
    assert d.kinds() == []
    d.wait_until(wall(monday + 1, "17:20"))
    alarm = d.alarm(QUIET)
    assert alarm.text.en == (
        "No sign of life for 4 h, the last at hall. Usual at this hour: 2 h; now 4 h since 13:20."
    )
    assert alarm.text.nb.endswith("Vanlig på denne tiden: 2 t; nå 4 t siden 13:20.")
    assert {("usual", "2 h"), ("learned_limit", "4 h"), ("after", "5 h")} <= set(alarm.thresholds)


def test_at_an_hour_with_little_quiet_the_floor_counts() -> None:
    d = desk(QUIET, at_least="2h30m")
    monday = weeks(d)
    seen(d, wall(monday + 1, "9:00"))
    d.wait_until(wall(monday + 1, "11:30"))
    assert d.alarm(QUIET).raised_at == wall(monday + 1, "11:30")  # usual is 1 h


def test_the_fixed_limit_counts_until_enough_weeks_are_known() -> None:
    d = desk(QUIET)
    monday = weeks(d, WEEKS_MIN - 1)
    seen(d, wall(monday + 1, "9:00"))
    d.wait_until(wall(monday + 1, "14:00"))
    alarm = d.alarm(QUIET)
    assert alarm.raised_at == wall(monday + 1, "14:00")
    assert "Usual" not in alarm.text.en


def test_without_being_asked_nothing_is_learned() -> None:
    d = desk(QUIET, learn=False)
    weeks(d, 1)
    assert usual(d, QUIET) == Usual()
    assert not [row for row in d.rows if row.startswith("usual:")]


def test_a_ceiling_lets_it_become_later_and_no_later_than_that() -> None:
    d = desk(QUIET, after="3h", at_most="4h")
    monday = weeks(d, nap="16:00")
    morning(d, monday + 1)
    seen(d, wall(monday + 1, "13:00"))
    told = len(d.kinds())
    d.wait_until(wall(monday + 1, "16:59"))  # usual are 3 h, and twice that is too long
    assert len(d.kinds()) == told
    d.wait_until(wall(monday + 1, "17:00"))
    assert len(d.kinds()) == told + 1


def test_one_odd_week_changes_nothing_and_a_second_one_a_little() -> None:
    d = desk(QUIET)
    monday = weeks(d)
    for day in range(monday + 1, monday + 7):
        lives(d, day, nap="16:00")
    lives(d, monday + 7)
    assert usual(d, QUIET).at(13) == timedelta(hours=2)
    for day in range(monday + 8, monday + 14):
        lives(d, day, nap="16:00")
    lives(d, monday + 14)
    assert usual(d, QUIET).at(13) == timedelta(hours=2, minutes=30)


def test_however_long_somebody_lay_it_counts_as_the_limit_and_no_more() -> None:
    d = desk(QUIET)
    lives(d, 0, nap="20:00")
    assert d.kinds() == [QUIET]
    assert noted(d, QUIET, 13) == 300


def _mode(mode: Mode) -> Interrupt:
    def meanwhile(d: ClockDesk, begin: datetime) -> None:
        d.tell(ModeChosen(mode=mode, by="box"), at=begin + timedelta(minutes=10))

    return meanwhile


def _told(*events: Event) -> Interrupt:
    def meanwhile(d: ClockDesk, begin: datetime) -> None:
        for number, event in enumerate(events, start=1):
            d.tell(event, at=begin + number * timedelta(minutes=10))

    return meanwhile


def _unknown(d: ClockDesk, begin: datetime) -> None:
    d.wait_until(begin + timedelta(minutes=10))
    d.becomes(ClockQuality.UNKNOWN)


def _stepped(d: ClockDesk, begin: datetime) -> None:
    d.wait_until(begin + timedelta(minutes=10))
    d.set(d.at + timedelta(minutes=5))


def _off(d: ClockDesk, begin: datetime) -> None:
    d.wait_until(begin + timedelta(minutes=10))
    d.restart(minutes=20)


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(_mode(Mode.AWAY), id="away"),
        pytest.param(_mode(Mode.PRIVACY), id="privacy"),
        pytest.param(_mode(Mode.SERVICE), id="service"),
        pytest.param(_off, id="the gateway off"),
        pytest.param(
            _told(RadioLost(driver="zigbee", reason="out"), RadioBack(driver="zigbee")),
            id="the radio lost",
        ),
        pytest.param(
            _told(ContactLost(device_id="hall", reason="x"), ContactBack(device_id="hall")),
            id="a sensor without contact",
        ),
        pytest.param(_unknown, id="the clock unknown"),
        pytest.param(_stepped, id="the clock set"),
        pytest.param(_told(DoorClosed(device_id="front-door")), id="out by the front door"),
    ],
)
def test_nothing_is_learned_of_a_time_when_nobody_knows_how_quiet_it_was(
    meanwhile: Interrupt,
) -> None:
    d = desk(QUIET)
    lives(d, 0, meanwhile=meanwhile)
    # What came before the front door is learned, and is ten minutes: too short to be noted.
    assert noted(d, QUIET, 13) == 0
    assert noted(d, QUIET, 10) == 60


def test_a_silent_sensor_spoils_the_quiet_in_which_it_fell_silent() -> None:
    devices = {**AT_HOME, "bed": moved(DEVICES["bed"], silent_after=timedelta(minutes=90))}
    at = wall(0, "7:00")
    d = ClockDesk(_home(QUIET, devices, learn=True), shows=at, true=at)
    lives(d, 0)
    assert noted(d, QUIET, 13) == 0
    assert noted(d, QUIET, 10) == 60


def test_a_visit_is_not_learned_from_but_the_quiet_before_it_is() -> None:
    d = desk(QUIET)
    morning(d, 0)
    d.tell(ModeChosen(mode=Mode.VISIT, by="box"), at=wall(0, "12:40"))
    seen(d, wall(0, "12:45"))
    seen(d, wall(0, "14:50"))
    d.tell(ModeChosen(mode=Mode.HOME, by="box"), at=wall(0, "15:00"))
    seen(d, wall(0, "15:40"))
    assert noted(d, QUIET, 12) == 40
    assert [noted(d, QUIET, hour) for hour in (13, 14, 15)] == [0, 0, 0]


def test_a_clock_that_was_a_year_ahead_does_not_end_the_learning() -> None:
    at = wall(0, "7:00")
    ahead = timedelta(weeks=52)
    d = ClockDesk(_home(QUIET, learn=True), shows=at + ahead, true=at)
    lives(d, ahead.days)
    d.set(wall(1, "7:00"))
    lives(d, 1)
    learned = usual(d, QUIET)
    assert (learned.week, learned.longest[13]) == (date(2026, 11, 2), 120)


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


def test_with_other_sensors_or_hours_it_begins_anew_and_without_it_is_forgotten() -> None:
    d = desk(QUIET)
    weeks(d)
    assert "usual:inactivity" in d.rows
    d.change(_home(QUIET, learn=True, between="07:00-21:00"))
    assert usual(d, QUIET).known == ()
    assert usual(d, QUIET).under
    d.change(_home(QUIET))
    assert usual(d, QUIET) == Usual()
    assert "usual:inactivity" not in d.rows


# --- how long an absence at night is usual --------------------------------------------------------


def nights(d: ClockDesk, count: int, lasting: float, *meanwhile: Event, at: str = "2:00") -> int:
    """Out of bed for so many minutes in each of so many nights; the number of the next."""
    for number in range(1, count + 1):
        d.tell(LEFT, at=wall(number, at))
        for event in meanwhile:
            d.tell(event, at=d.at + timedelta(minutes=1))
        d.tell(BACK, at=wall(number, at) + timedelta(minutes=lasting))
    return count + 1


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
def test_an_absence_is_held_against_what_is_usual_at_its_hour(rule: str) -> None:
    d = desk(rule)
    day = nights(d, 7 * WEEKS, 8)
    d.tell(LEFT, at=wall(day, "2:10"))
    d.wait_until(wall(day, "2:25"))
    assert d.kinds() == []
    d.wait_until(wall(day, "2:26"))
    alarm = d.alarm(rule)
    assert alarm.text.en == (
        "Out of bed at night and not back within 16 min. "
        "Usual at this hour: 8 min; now 16 min since 02:10."
    )
    assert {("usual", "8 min"), ("learned_limit", "16 min")} <= set(alarm.thresholds)


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
def test_longer_absences_widen_it_up_to_the_ceiling_and_not_at_once(rule: str) -> None:
    d = desk(rule, at_most="1h30m")
    limits = set()
    for number in range(1, 7 * 10):
        d.tell(LEFT, at=wall(number, "2:00"))
        limits.add(d.state.timers[f"{rule}/back"] - d.at)
        d.tell(BACK, at=d.at + timedelta(hours=3))
    minutes = sorted(limit / timedelta(minutes=1) for limit in limits)
    # At first what is fixed counts, and four weeks at once say that it is too short.
    assert minutes == [20, 40, 50, 64, 80, 90]


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
def test_a_mat_that_lets_go_for_moments_teaches_nothing(rule: str) -> None:
    d = desk(rule)
    nights(d, 3, 1)
    assert noted(d, rule, 2) == 0


def test_who_is_up_for_the_day_was_out_until_the_night_ended() -> None:
    d = desk(EXIT)
    d.tell(LEFT, at=wall(1, "5:45"))
    d.tell(BACK, at=wall(1, "22:30"))
    assert noted(d, EXIT, 5) == 15
    assert d.kinds() == []


def test_a_visit_that_begins_while_he_is_missed_is_not_learned_from() -> None:
    d = desk(WANDERING)
    d.tell(LEFT, at=wall(0, "23:30"))
    d.wait(minutes=30)
    d.tell(ModeChosen(mode=Mode.VISIT, by="carer-7"))
    for event in (DoorOpened(device_id="front-door"), BACK, LEFT):
        d.wait(minutes=10)
        d.tell(event)
    d.wait(minutes=10)
    d.tell(BACK)
    assert d.state.mode.mode is Mode.VISIT
    assert noted(d, WANDERING, 0) == 0


def test_an_absence_with_a_second_sign_is_none_as_usual() -> None:
    d = desk(WANDERING)
    nights(d, 3, 8, HALL, MotionDetected(device_id="hall"))
    assert d.kinds()
    assert noted(d, WANDERING, 2) == 0


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
@pytest.mark.parametrize("meanwhile", [_mode(Mode.VISIT), _mode(Mode.AWAY), _off, _unknown])
def test_an_absence_that_was_none_as_usual_is_not_learned(rule: str, meanwhile: Interrupt) -> None:
    d = desk(rule)
    d.tell(LEFT, at=wall(1, "2:00"))
    meanwhile(d, wall(1, "2:00") - timedelta(minutes=8))
    d.tell(BACK, at=d.at + timedelta(minutes=30))
    assert noted(d, rule, 2) == 0


# --- what is stored -------------------------------------------------------------------------------


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
@given(st.lists(st.tuples(st.integers(5, 400), st.booleans()), min_size=1, max_size=40))
def test_it_is_the_same_after_a_restart_at_any_moment(gaps: list[tuple[int, bool]]) -> None:
    d = desk(QUIET, at_most="8h")
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


# --- what a home may write ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "written", "match"),
    [
        (QUIET, {"at_most": "8h"}, "nothing is"),
        (QUIET, {"learn": True, "at_least": "6h"}, "`at_least` is longer than 5h"),
        (QUIET, {"learn": True, "at_most": "4h"}, "`at_most` is shorter than 5h"),
        (QUIET, {"learn": True, "between": "08:00-15:00", "at_most": "8h"}, "could never be"),
        (
            EXIT,
            {"learn": True, "back_within": "1h", "at_most": "30m"},
            "`at_most` is shorter than 1h",
        ),
        (WANDERING, {"at_least": "5m"}, "nothing is"),
    ],
)
def test_bounds_that_contradict_one_another_are_refused(
    rule: str, written: dict[str, Any], match: str
) -> None:
    with pytest.raises(ValidationError, match=match):
        KINDS[rule].settings.model_validate({**WIRED[rule], **written})
