"""A resident who lives through weeks as a test says, and what the rules have learned of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from heimvakt.core.events import BedEntered, BedLeft, Event, MotionDetected
from heimvakt.core.usual import WEEKS_MIN, Usual
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
    return ClockDesk(learning_home(rule, **{"learn": True, **settings}), shows=at, true=at)


def learning_home(rule: str, devices: Any = None, **settings: Any) -> Any:
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


def nights(d: ClockDesk, count: int, lasting: float, *meanwhile: Event, at: str = "2:00") -> int:
    """Out of bed for so many minutes in each of so many nights; the number of the next."""
    for number in range(1, count + 1):
        d.tell(LEFT, at=wall(number, at))
        for event in meanwhile:
            d.tell(event, at=d.at + timedelta(minutes=1))
        d.tell(BACK, at=wall(number, at) + timedelta(minutes=lasting))
    return count + 1
