"""Any rule of a home's own over anything that happens: its hours, its limit, its restarts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.alarms import AlarmState
from heimvakt.core.calendar import Window
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    ContactBack,
    ContactLost,
    DoorClosed,
    DoorOpened,
    Event,
    Mode,
    ModeChosen,
    MotionCleared,
    MotionDetected,
    TemperatureMeasured,
)
from heimvakt.core.fields import Hours, parse_duration
from heimvakt.core.snapshot import restore
from tests.support.homes import OSLO, Desk, home

DEVICES = {
    name: Device(device_id=name, role=role, driver="zigbee", address=name)
    for name, role in (
        ("bed", Role.BED),
        ("hall", Role.MOTION),
        ("door", Role.DOOR),
        ("fridge", Role.DOOR),
        ("bell", Role.BUTTON),
        ("air", Role.TEMPERATURE),
    )
}
LASTING: Mapping[str, Any] = {
    "opened": ["door", "fridge"],
    "closed": ["door"],
    "entered": ["bed"],
    "left": ["bed"],
    "motion": ["hall"],
}
MOMENTS: Mapping[str, Any] = {"pressed": ["bell"]}
LENGTHS = st.sampled_from(["1m", "10m", "1h", "5h"])


@st.composite
def happenings(draw: st.DrawFn, *, moments: bool) -> dict[str, Any]:
    """Something that may happen in this home."""
    known = {**LASTING, **(MOMENTS if moments else {})}
    verbs = draw(st.sets(st.sampled_from(sorted(known)), min_size=1, max_size=2))
    cold = {"below": 5, "sensors": ["air"]} if draw(st.integers(0, 4)) == 0 else {}
    return {verb: known[verb] for verb in sorted(verbs)} | cold


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """The settings of a rule without mistakes."""
    for_ = draw(st.none() | LENGTHS)
    when = draw(happenings(moments=for_ is None))
    made: dict[str, Any] = {"when": when, "text": {"en": "x"}}
    if for_ is not None:
        when["for"] = for_
    if draw(st.booleans()):
        made["after"] = draw(happenings(moments=True)) | {"within": draw(LENGTHS)}
    if draw(st.booleans()):
        within = draw(st.none() | LENGTHS) if for_ is None else None
        unless = draw(happenings(moments=within is not None))
        # What lasts and stands in both would be no alarm ever.
        unless = {key: said for key, said in unless.items() if key in MOMENTS or key not in when}
        if unless:
            made["unless"] = unless | ({} if within is None else {"within": within})
    if draw(st.booleans()):
        made["between"] = draw(st.sampled_from(["22:00-07:00", "08:00-16:30", "23:59-00:01"]))
    if draw(st.booleans()):
        made["at_most"] = {"alarms": draw(st.integers(1, 3)), "within": draw(LENGTHS)}
    made["priority"] = draw(st.sampled_from(["high", "medium", "low"]))
    return made


SAID = st.sampled_from(
    [
        DoorOpened(device_id="door"),
        DoorClosed(device_id="door"),
        DoorOpened(device_id="fridge"),
        DoorClosed(device_id="fridge"),
        BedEntered(device_id="bed"),
        BedLeft(device_id="bed"),
        MotionDetected(device_id="hall"),
        MotionCleared(device_id="hall"),
        ButtonPressed(device_id="bell"),
        ContactLost(device_id="bed"),
        ContactBack(device_id="bed"),
        TemperatureMeasured(device_id="air", celsius=4.0),
        TemperatureMeasured(device_id="air", celsius=6.0),
    ]
)
TIMES = st.sampled_from([1, 30, 90, 600, 3_600, 6 * 3_600]).map(lambda s: timedelta(seconds=s))
CHOSEN = st.builds(ModeChosen, mode=st.sampled_from(Mode), by=st.just("x"), lasting_s=st.none())
LIFE = st.lists(SAID | SAID | TIMES | TIMES | CHOSEN, max_size=60)


def desk(rule: Mapping[str, Any], at: datetime | None = None) -> Desk:
    made = home(DEVICES, {"mine": ("custom", rule)})
    return Desk(made) if at is None else Desk(made, at)


def live(d: Desk, step: Event | timedelta) -> None:
    if isinstance(step, timedelta):
        d.wait_until(d.at + step)
    else:
        d.tell(step)


@settings(max_examples=150)
@given(rules(), LIFE)
def test_it_keeps_to_its_hours_and_to_its_limit(
    rule: dict[str, Any], life: list[Event | timedelta]
) -> None:
    d = desk(rule)
    for step in life:
        live(d, step)
    alarms = [alarm for alarm in d.table.values() if alarm.rule_id == "mine"]
    waits = rule.get("unless", {}).get("within")
    if "between" in rule:
        window = Hours.parse(rule["between"]).window(OSLO)
        # What is waited about has happened in its hours; all else is told in them.
        counts = [alarm.began_at if waits else alarm.history[0].at for alarm in alarms]
        assert all(window.contains(at) for at in counts)
    at_most = rule.get("at_most", {"alarms": 1, "within": "15m"})
    number, within = at_most["alarms"], parse_duration(at_most["within"])
    times = sorted(alarm.history[0].at for alarm in alarms)
    for first, over in zip(times, times[number:], strict=False):
        assert over - first >= within


@settings(max_examples=60)
@given(rules(), LIFE)
def test_taken_up_from_what_was_stored_after_each_step_it_goes_on_the_same(
    rule: dict[str, Any], life: list[Event | timedelta]
) -> None:
    one, other = desk(rule), desk(rule)
    for step in life:
        live(one, step)
        live(other, step)
        kept = [other.table[alarm_id] for alarm_id in other.state.alarms]
        other.state, unread = restore(other.home, other.rows, kept, len(other.journal))
        assert not unread
    assert one.state.rules == other.state.rules
    assert one.state.timers == other.state.timers
    assert one.table == other.table


@settings(max_examples=60)
@given(rules(), LIFE, st.integers(0, 60), st.sampled_from([1, 20, 600]))
def test_no_start_at_any_moment_fails_or_tells_too_often(
    rule: dict[str, Any], life: list[Event | timedelta], at: int, minutes: int
) -> None:
    d = desk(rule)
    for number, step in enumerate(life):
        if number == at:
            d.restart(minutes=minutes)
        live(d, step)
        assert not d.outcome.failed
    waits = d.state.timers.keys() - {"/pending", "/unaccepted", "/unanswered"}
    own = {name for name in waits if name.startswith("mine/")}
    going_on = {f"mine/{key}" for key, wait in d.state.rules["mine"].waits.items()}  # type: ignore[attr-defined]
    assert own <= going_on  # no deadline is left behind


# --- against a model that looks at the clock on the wall each minute ------------------------------

BEGIN = datetime(2026, 10, 23, 12, 0, tzinfo=ZoneInfo("UTC"))
"""Two nights before the one that is an hour longer."""
MINUTES = 4 * 24 * 60


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, MINUTES - 1), max_size=24, unique=True).map(sorted),
    st.sampled_from(["10m", "1h", "9h"]),
    st.sampled_from([None, "22:00-07:00", "08:00-16:00", "02:15-02:45"]),
)
def test_what_goes_on_is_told_in_the_first_minute_in_which_it_should(
    turns: list[int], for_: str, between: str | None
) -> None:
    rule: dict[str, Any] = {"when": {"opened": ["door"], "for": for_}, "text": {"en": "x"}}
    rule["at_most"] = {"alarms": 20, "within": "1m"}
    if between is not None:
        rule["between"] = between
    d = desk(rule, BEGIN)
    for number, minute in enumerate(turns):
        event = (DoorOpened, DoorClosed)[number % 2](device_id="door")
        d.wait_until(BEGIN + timedelta(minutes=minute, seconds=-1))
        d.tell(event, at=BEGIN + timedelta(minutes=minute))
    d.wait_until(BEGIN + timedelta(minutes=MINUTES))
    told = [alarm.raised_at for alarm in d.table.values() if alarm.rule_id == "mine"]
    window = Hours.parse(between).window(OSLO) if between else None
    assert told == _model(turns, parse_duration(for_), window)


def _model(turns: list[int], for_: timedelta, window: Window | None) -> list[datetime]:
    told = []
    for opened, closed in zip(turns[::2], [*turns[1::2], MINUTES + 1], strict=False):
        first = opened + int(for_.total_seconds() // 60)
        # A deadline is older than what happens in the moment in which it is due.
        for minute in range(first, min(closed, MINUTES) + 1):
            at = BEGIN + timedelta(minutes=minute)
            if window is None or window.contains(at):
                told.append(at)
                break
    return told


def test_what_is_kept_back_by_a_mode_is_not_lost() -> None:
    d = desk({"when": {"opened": ["door"]}, "rests_in": ["visit"], "text": {"en": "x"}})
    d.tell(ModeChosen(mode=Mode.VISIT, by="x", lasting_s=None))
    d.tell(DoorOpened(device_id="door"))
    assert d.alarm("custom").state is AlarmState.SUPPRESSED
    d.wait(hours=5)  # it ends by itself
    assert d.alarm("custom").state is AlarmState.RAISED
