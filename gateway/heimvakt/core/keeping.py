"""How many alarms the engine keeps in mind, and which it lets go first.

Only memory is bounded here: what waits in the outbox is sent all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from .alarms import THINNED, Alarm, AlarmState, Move, has_ended, may_expire
from .work import Work

KEPT_MAX = 500
"""Above it the oldest that somebody has dealt with expire."""
UNRECEIVED_MAX = 2_000
"""Of low priority and information, and received by nobody; above it the oldest expire."""
ENDED_MAX = 100
"""Cancelled or reset; kept for a person who accepts or closes them yet."""
GONE_AT_ONCE_MAX = 50
"""Of each; one alarm that is raised must not wait for the rows of thousands that go."""


def bound(work: Work) -> None:
    """After an alarm was raised: keep their number within its limits, as far as policy lets any go.

    What is high or medium and was received by nobody, and what is high and was accepted by nobody,
    is kept whatever the number.
    """
    alarms = work.state.alarms.values()
    if len(alarms) <= ENDED_MAX:
        return
    ended = [alarm for alarm in alarms if has_ended(alarm)]
    surplus = len(alarms) - len(ended) - KEPT_MAX
    for alarm in _oldest(ended, len(ended) - ENDED_MAX):
        work.forget(alarm)
    if surplus <= 0:
        return
    dealt_with = [alarm for alarm in alarms if alarm.delivered_at and may_expire(alarm)]
    accepted = [alarm for alarm in dealt_with if alarm.state is AlarmState.ACCEPTED]
    delivered = [alarm for alarm in dealt_with if alarm.state is not AlarmState.ACCEPTED]
    unreceived = [alarm for alarm in alarms if alarm.is_unreceived and alarm.priority in THINNED]
    gone = _oldest(accepted, surplus)
    gone += _oldest(delivered, surplus - len(gone))
    gone += _oldest(unreceived, len(unreceived) - UNRECEIVED_MAX)
    for alarm in gone:
        if may_expire(alarm):
            work.move(alarm, Move.EXPIRE)
        else:
            work.forget(alarm)  # it has ended already


def _oldest(alarms: Sequence[Alarm], count: int) -> list[Alarm]:
    oldest = sorted(alarms, key=lambda alarm: alarm.number)
    return oldest[: max(0, min(count, GONE_AT_ONCE_MAX))]
