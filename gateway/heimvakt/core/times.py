"""What the engine knows of the clock of this boot, and what it makes of it when the clock is set.

Pure. A gateway that starts without a network may begin in 1970 and go on for hours; alarms that it
raises have the time that its clock shows. When the clock is set in the same boot, what they should
have shown is known: their times stay as they were, and an offset is told beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .alarms import Alarm, Evidence
from .events import ClockQuality, ClockQualityChanged, ClockStepped, Event, GatewayStarted

SETS_MAX = 8
"""Of the times that the clock was set before it was synchronised; what was before more than these
keeps the time that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSet:
    """The wall clock was set while the network did not keep it."""

    seq: int
    """Of the event that told it."""
    alarms_raised: int
    """The number of the last alarm before it."""
    by_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BootClock:
    """What is known of the clock of one boot."""

    boot_id: str
    at: datetime
    """Where the wall clock stood when `monotonic` had passed, and still would if nobody set it."""
    monotonic: float
    quality: ClockQuality
    unsure_seq: int
    """From this event on it was not synchronised; all that follows it is of the same stretch."""
    unsure_alarms: int
    """The number of the last alarm before that stretch."""
    sets: tuple[ClockSet, ...] = ()
    """In that stretch, the newest last."""

    def goes_on_in(self, boot_id: str) -> bool:
        """Whether the line of this clock says something in that boot."""
        return self.boot_id == boot_id


def stepped(event: Event) -> timedelta | None:
    """By how much the wall clock was set, as the event itself tells it."""
    match event:
        case ClockStepped(before=before, after=after):
            return after - before
        case GatewayStarted(at=at, last_alive=last) if last is not None and at < last:
            return at - last
        case _:
            return None


def moved_by(before: BootClock | None, event: Event) -> timedelta | None:
    """By how much every deadline moves with this event.

    A gateway that does not know the time, or did not when it went off, cannot tell how long it was
    off: deadlines are as far away as they were then. None comes early, or all of them at once.
    """
    if (by := stepped(event)) is not None:
        return by
    if not isinstance(event, GatewayStarted) or event.last_alive is None or before is None:
        return None
    if before.goes_on_in(event.stamp.boot_id):
        return None
    sure = ClockQuality.UNKNOWN not in (before.quality, event.stamp.clock)
    return None if sure else event.at - event.last_alive


def follow_clock(before: BootClock | None, event: Event, alarms_raised: int) -> BootClock | None:
    """What is known of the clock after `event`."""
    if not isinstance(event, GatewayStarted | ClockStepped | ClockQualityChanged):
        return before
    stamp = event.stamp
    if before is None or not before.goes_on_in(stamp.boot_id):
        return BootClock(
            boot_id=stamp.boot_id,
            at=stamp.at,
            monotonic=stamp.monotonic,
            quality=stamp.clock,
            unsure_seq=stamp.seq,
            unsure_alarms=alarms_raised,
        )
    after = replace(before, at=stamp.at, monotonic=stamp.monotonic, quality=stamp.clock)
    if before.quality is ClockQuality.SYNCHRONISED:
        if stamp.clock is ClockQuality.SYNCHRONISED:
            return after  # a correction: the times before it were not unknown
        return replace(after, unsure_seq=stamp.seq, unsure_alarms=alarms_raised, sets=())
    if not isinstance(event, ClockStepped):
        return after
    by_s = (event.after - event.before).total_seconds()
    sets = (*before.sets, ClockSet(seq=stamp.seq, alarms_raised=alarms_raised, by_s=by_s))
    if len(sets) <= SETS_MAX:
        return replace(after, sets=sets)
    oldest, *rest = sets
    return replace(
        after, sets=tuple(rest), unsure_seq=oldest.seq, unsure_alarms=oldest.alarms_raised
    )


def offset_of(clock: BootClock | None, alarm: Alarm) -> float | None:
    """The seconds to be added to the times of an alarm, once they are known; None if they are not,
    or if its times were never in doubt."""
    if (
        clock is None
        or clock.quality is not ClockQuality.SYNCHRONISED
        or alarm.clock is not ClockQuality.UNKNOWN
        or alarm.clock_offset_s is not None
        or alarm.number <= clock.unsure_alarms
    ):
        return None
    return sum(one.by_s for one in clock.sets if one.alarms_raised >= alarm.number)


def offset_of_begin(clock: BootClock | None, begin: Evidence | None) -> float | None:
    """The same for an alarm that is raised when the clock is set, and began before that."""
    if (
        clock is None
        or begin is None
        or clock.quality is not ClockQuality.SYNCHRONISED
        or begin.clock is not ClockQuality.UNKNOWN
        or begin.seq < clock.unsure_seq
    ):
        return None
    return sum(one.by_s for one in clock.sets if one.seq > begin.seq)


def raised_at(alarm: Alarm) -> datetime:
    """When an alarm was raised, as truly as is known."""
    if alarm.clock_offset_s is None or alarm.clock is not ClockQuality.UNKNOWN:
        return alarm.raised_at
    return alarm.raised_at + timedelta(seconds=alarm.clock_offset_s)
