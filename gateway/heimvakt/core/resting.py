"""What rests while the home is set to a mode, what is not taken then, and what is a test.

Pure. A mode suppresses what it lists and nothing else; a button is never suppressed (promise 21).
What is suppressed is kept, and raised when the mode is over and it still is so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .alarms import AlarmState, Move
from .changed import replace
from .events import (
    AlarmClosed,
    BedEntered,
    BedLeft,
    ButtonPressed,
    CarbonMonoxideDetected,
    ChairEntered,
    ChairLeft,
    DeviceSeen,
    Event,
    Feedback,
    HeatDetected,
    LeakDetected,
    Mode,
    MotionCleared,
    MotionDetected,
    SmokeDetected,
    TemperatureMeasured,
)
from .mode_plans import BY_ITS_RULE, MAY_REST

if TYPE_CHECKING:
    from .alarms import Alarm, Evidence
    from .devices import Home
    from .mode_state import ModeState
    from .work import Work

SUPPRESSED_MAX = 200
"""Alarms that are kept back at once. Above it they are raised: too often is better than never."""
CALL_FOR_HELP = frozenset({"button", "fall", "smoke", "heat", "carbon-monoxide", "leak"})
"""Kinds of alarms that are a test only of the very device that is being tested: a technician who
forgot to end his work must not leave a home behind whose fire is one."""
ALWAYS_REAL = frozenset({"visit", "mode", "missed-dose", "order-refused", "audit-log"})
"""That he is there, and what he cannot cause."""
_HIS_DOING = MAY_REST | CALL_FOR_HELP | {"test", "test-failed"}
"""Kinds of alarms that tell of a moment. All others are so until they are mended."""
_CALLS = frozenset(
    event.kind
    for event in (
        ButtonPressed,
        SmokeDetected,
        HeatDetected,
        CarbonMonoxideDetected,
        LeakDetected,
    )
)
_PRIVATE = (MotionDetected, MotionCleared, BedEntered, BedLeft, ChairEntered, ChairLeft)
"""What is not taken while privacy lasts: of it only that the sensor lives."""


def suppresses(home: Home, mode: ModeState, rule_id: str, kind: str) -> bool:
    """Whether an alarm of this kind, of this rule, is kept back now."""
    if kind not in MAY_REST | BY_ITS_RULE:
        return False
    plan, rule = home.modes.get(mode.mode), home.rules.get(rule_id)
    listed = plan is not None and kind in plan.suppresses
    return listed or (rule is not None and mode.mode in rule.unless)


def release(work: Work) -> None:
    """Raise what was kept back and is so no longer; what the rules have ended by then is not there
    any more, so this comes after them."""
    for alarm in tuple(work.state.alarms.values()):
        if alarm.state is AlarmState.SUPPRESSED and not suppresses(
            work.home, work.state.mode, alarm.rule_id, alarm.kind
        ):
            work.move(alarm, Move.RELEASE)


def end_trials(work: Work, before: ModeState) -> None:
    """When a technician's work is over, what he has tried is over too: a fire, a fall or a press
    that comes after it must be an alarm of its own, and not one more sign of a test."""
    if before.mode is not Mode.SERVICE or work.mode.mode is Mode.SERVICE:
        return
    for alarm in tuple(work.state.alarms.values()):
        if alarm.test and alarm.kind in CALL_FOR_HELP and alarm.state.is_open:
            tried = replace(alarm, outcome=Feedback.TEST)
            work.move(tried, Move.CANCEL if alarm.state.is_untold else Move.CLOSE, Mode.SERVICE)
            work.derived.append(
                AlarmClosed(
                    stamp=work.event.stamp,
                    alarm_id=alarm.alarm_id,
                    receiver="",
                    by=Mode.SERVICE,
                    outcome=Feedback.TEST,
                )
            )


def end_tests(work: Work) -> None:
    """When a technician's work is over, what is still wrong with a device is no test any more; that
    he moved about, and what he tried, stays one."""
    if work.state.mode.mode is Mode.SERVICE:
        return
    for alarm in tuple(work.state.alarms.values()):
        if alarm.test and alarm.state.is_open and not _is_his_doing(alarm):
            work.tell_no_test(alarm)


def _is_his_doing(alarm: Alarm) -> bool:
    if alarm.kind in BY_ITS_RULE:
        return _about(alarm.evidence) != TemperatureMeasured.kind
    return alarm.kind in _HIS_DOING


def is_test(
    mode: ModeState, kind: str, device_id: str | None, evidence: tuple[Evidence, ...] = ()
) -> bool:
    """Whether an alarm that is raised now is a technician's, and nobody need come."""
    if mode.mode is not Mode.SERVICE or kind in ALWAYS_REAL:
        return False
    calls = kind in CALL_FOR_HELP or (kind in BY_ITS_RULE and _about(evidence) in _CALLS)
    return not calls or (device_id is not None and device_id == mode.walked)


def _about(evidence: tuple[Evidence, ...]) -> str | None:
    """What an alarm is about that a home has made up: what happened last."""
    return evidence[-1].kind if evidence else None


def as_taken(mode: ModeState, event: Event) -> Event:
    """The event as it is written down, and as all see it: while privacy lasts nothing is taken of a
    movement but that its sensor lives."""
    if mode.mode is Mode.PRIVACY and isinstance(event, _PRIVATE):
        return DeviceSeen(stamp=event.stamp, device_id=event.device_id)
    return event
