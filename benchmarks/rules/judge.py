"""Alarms of a run held against the truth: hits, misses, false alarms, time to detection.

The definitions, in words and with their reasons: docs/judging.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.generate.lived import Happened as H

SLACK = timedelta(minutes=15)
"""An alarm may come a little after its cause has ended, since rules wait before they tell."""
ELSEWHERE = "not-in-bed"
"""A truth of `planned-check`: at the moment that it looks."""
AWAY = "away"
"""Away for days, as the home knows: nothing has to be told, and it explains what is not seen."""
DEEP_NIGHT = time(4, 30)
"""Who wanders from before this on is not getting up."""

_NOW = timedelta()
_20_MIN, _45_MIN = timedelta(minutes=20), timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one kind of alarm."""

    about: Mapping[str, timedelta]
    """What it is there for; what ended sooner than this need not be found, as the rule waits."""
    also: frozenset[str] = frozenset()
    """What explains such an alarm, though it need not find it."""


ASKED: Mapping[str, Asked] = {
    "button": Asked({H.CALLED: _NOW}),
    "fall": Asked({H.FALL: _NOW, H.FALL_IN_BATHROOM: _NOW, H.FALL_AT_NIGHT: _NOW}),
    "night-wandering": Asked(
        {H.WANDERING: _NOW, H.LEFT_AT_NIGHT: _NOW, H.FALL_AT_NIGHT: timedelta(minutes=25)}
    ),
    "bed-exit": Asked({H.WANDERING: _20_MIN, H.LEFT_AT_NIGHT: _20_MIN, H.FALL_AT_NIGHT: _20_MIN}),
    "night-door": Asked({H.LEFT_AT_NIGHT: _NOW}),
    "left-home": Asked({H.LEFT_AT_NIGHT: timedelta(minutes=5)}),
    "not-up": Asked({H.NOT_UP: _NOW}, frozenset({H.AWAY_UNTOLD, H.FALL_AT_NIGHT})),
    "inactivity": Asked(
        {H.FALL: timedelta(hours=5), H.FALL_IN_BATHROOM: timedelta(hours=5)},
        frozenset({H.LONG_IN_BATHROOM, H.NOT_UP, H.AWAY_UNTOLD}),
    ),
    "bathroom-stay": Asked({H.LONG_IN_BATHROOM: _45_MIN, H.FALL_IN_BATHROOM: _45_MIN}),
    "door-open": Asked({H.DOOR_LEFT_OPEN: timedelta(minutes=15)}, frozenset({H.LEFT_AT_NIGHT})),
    "missed-dose": Asked({H.DOSE_MISSED: _NOW}),
    "visit-missed": Asked({H.VISIT_MISSED: _NOW}, frozenset({AWAY})),
    "planned-check": Asked({ELSEWHERE: _NOW}, frozenset({AWAY})),
    "device-silent": Asked({H.DEVICE_DEAD: timedelta(hours=25)}),
    "device-battery": Asked({H.BATTERY_LOW: timedelta(days=9)}),
    "device-stuck": Asked({}, frozenset({H.DEVICE_DEAD, H.DOOR_LEFT_OPEN})),
    "mains": Asked({H.MAINS_LOST: timedelta(minutes=20)}),
    "clock": Asked({H.CLOCK_WRONG: timedelta(minutes=11)}),
}
"""Every kind of alarm that a generated life has the truth for."""

HIGH: Mapping[str, timedelta] = {
    H.CALLED: _NOW,
    H.LEFT_AT_NIGHT: _NOW,
    H.WANDERING: _NOW,
    H.LONG_IN_BATHROOM: timedelta(minutes=90),
    H.FALL_IN_BATHROOM: timedelta(minutes=90),
}
"""What must become a high alarm, of some rule or other, if it lasts for so long."""
GIVES_HIGH = ("button", "night-wandering", "left-home", "night-door", "bathroom-stay")
"""Where one of these could see it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that should be told, UTC."""

    what: str
    begin: datetime
    end: datetime
    device_id: str | None = None
    unseen_by: frozenset[str] = frozenset()
    """Rules that were blind meanwhile, and the home was told; or all, when the box was off."""


@dataclass(slots=True)
class Judged:
    """One kind of alarm over many homes."""

    truths: int = 0
    hits: int = 0
    alarms: int = 0
    false: int = 0
    false_high: int = 0
    after_s: list[float] = field(default_factory=list)
    """From the begin of a truth to the first alarm about it."""

    def add(self, other: Judged) -> None:
        """Count another home too."""
        self.truths += other.truths
        self.hits += other.hits
        self.alarms += other.alarms
        self.false += other.false
        self.false_high += other.false_high
        self.after_s += other.after_s


def judge(alarms: Iterable[Alarm], truths: Sequence[Truth]) -> dict[str, Judged]:
    """How each kind of alarm did in one home."""
    raised = [alarm for alarm in alarms if alarm.priority is not Priority.INFORMATION]
    return {
        kind: _judge(kind, [alarm for alarm in raised if alarm.kind == kind], truths)
        for kind in ASKED
    }


def false_alarms(alarms: Iterable[Alarm], truths: Sequence[Truth]) -> list[Alarm]:
    """Those that nothing explains."""
    return [
        alarm
        for alarm in alarms
        if alarm.kind in ASKED
        and alarm.priority is not Priority.INFORMATION
        and not _is_explained(ASKED[alarm.kind], alarm, truths)
    ]


def missed(kind: str, alarms: Iterable[Alarm], truths: Iterable[Truth]) -> list[Truth]:
    """What no alarm of this kind was about, and should have been."""
    raised = [alarm for alarm in alarms if alarm.kind == kind]
    return [
        truth
        for truth in truths
        if _is_asked(kind, truth) and not any(_is_of(truth, alarm) for alarm in raised)
    ]


def high_asked(truths: Iterable[Truth], zone: ZoneInfo) -> list[Truth]:
    """What must become a high alarm."""
    return [
        truth
        for truth in truths
        if truth.what in HIGH
        and any(_is_asked(kind, truth) for kind in GIVES_HIGH)
        and truth.end - truth.begin >= HIGH[truth.what]
        and (truth.what != H.WANDERING or _deep(truth.begin.astimezone(zone).time()))
    ]


def high_missed(alarms: Iterable[Alarm], truths: Sequence[Truth], zone: ZoneInfo) -> list[Truth]:
    """What did not, of no rule."""
    high = [alarm for alarm in alarms if alarm.priority is Priority.HIGH and alarm.kind in ASKED]
    return [
        truth
        for truth in high_asked(truths, zone)
        if not any(truth.what in _explains(ASKED[a.kind]) and _is_of(truth, a) for a in high)
    ]


def _deep(local: time) -> bool:
    return local < DEEP_NIGHT or local > time(12)


def _judge(kind: str, raised: Sequence[Alarm], truths: Sequence[Truth]) -> Judged:
    asked = ASKED[kind]
    mine = [truth for truth in truths if _is_asked(kind, truth)]
    found = Judged(truths=len(mine), alarms=len(raised))
    for truth in mine:
        about = [_raised_at(alarm) for alarm in raised if _is_of(truth, alarm)]
        if about:
            found.hits += 1
            found.after_s.append((min(about) - truth.begin).total_seconds())
    for alarm in raised:
        if not _is_explained(asked, alarm, truths):
            found.false += 1
            found.false_high += alarm.priority is Priority.HIGH
    return found


def _is_asked(kind: str, truth: Truth) -> bool:
    """Whether an alarm of this kind must come of it."""
    if kind in truth.unseen_by or truth.what not in ASKED[kind].about:
        return False
    return truth.end - truth.begin >= ASKED[kind].about[truth.what]


def _explains(asked: Asked) -> frozenset[str]:
    return asked.also | asked.about.keys()


def _is_explained(asked: Asked, alarm: Alarm, truths: Iterable[Truth]) -> bool:
    explains = _explains(asked)
    return any(truth.what in explains and _is_of(truth, alarm) for truth in truths)


def _is_of(truth: Truth, alarm: Alarm) -> bool:
    same = truth.device_id is None or truth.device_id == alarm.device_id
    return same and truth.begin <= _raised_at(alarm) <= truth.end + SLACK


def _raised_at(alarm: Alarm) -> datetime:
    """In true time, where the clock was wrong and its error is known by now."""
    return alarm.raised_at + timedelta(seconds=alarm.clock_offset_s or 0.0)
