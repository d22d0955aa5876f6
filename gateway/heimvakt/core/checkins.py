"""How often a device speaks, learned from itself, and how long it may therefore say nothing.

Pure. Measured is the time between two signs of life, on the clock of the boot, and only where the
device could have been heard all that time. Two things are kept of it, whatever its maker does: what
is usual, and the longest silence of each of the last weeks that it came back from.

A device that was regular in all these weeks gets a limit of its own, far shorter than that of its
role. One that was not, or is new, keeps the limit of its role, or a longer one if it needs that. So
one long silence widens the limit at once, and it narrows when the weeks have passed in which there
was none. What that is worth: `make bench ARGS=silence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .devices import Device, Role

HOUR_S = 3_600.0
WEEK_S = 7 * 24 * HOUR_S
WEEKS_MAX = 12
"""So long a silence is remembered, with the week that is not over."""
WEEKS_MIN = 6
"""Watched for less, nothing is narrowed: some sensors have a long silence once in weeks."""
MISSED = 2.5
"""Of what is usual: a check-in may be lost on the air, and the next be late."""
REGULAR, REGULAR_S = 4.0, 2 * HOUR_S
"""No longest silence of a regular device is more than so many usual ones, or than this."""
LONGER = 2.0
"""Of the longest silence of a regular device."""
A_LITTLE_LONGER = 1.1
"""Of the longest of any: what has happened may happen again."""
SETTLES_IN_S = 12 * HOUR_S
"""What is usual moves by the factor e in so much time at most."""
STEP_MAX = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Between what a role may say nothing, however often it usually speaks."""

    at_first: timedelta
    """Until enough is learned, and of what is not regular."""
    floor: timedelta
    ceiling: timedelta


def _hours(at_first: int, floor: int, ceiling: int) -> Limits:
    return Limits(
        at_first=timedelta(hours=at_first),
        floor=timedelta(hours=floor),
        ceiling=timedelta(hours=ceiling),
    )


_CALL = _hours(6, 1, 6)
"""Somebody relies on it and nobody presses it to see whether it works: told on the same day."""
_DETECTOR = _hours(14, 1, 26)
_SENSOR = _hours(14, 2, 36)
"""Contacts that report every 50 min had gaps up to 13 h (field recordings); some sensors report
once or twice a day and no more."""

LIMITS: Mapping[Role, Limits] = {
    Role.BUTTON: _CALL,
    Role.FALL: _CALL,
    Role.SMOKE: _DETECTOR,
    Role.HEAT: _DETECTOR,
    Role.CARBON_MONOXIDE: _DETECTOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIns:
    """What a device has taught."""

    usual_s: float = HOUR_S
    """Half of its time passes in gaps that are longer: the median by time, so that a day full of
    movements does not make a sensor one that speaks every ten seconds."""
    longest_s: float = 0.0
    """Of the week that is not over."""
    weeks: tuple[float, ...] = ()
    """The longest of each week before it, the newest last. A week is one of listening."""
    watched_s: float = 0.0
    """Of the week that is not over."""

    @property
    def is_settled(self) -> bool:
        """Whether it has been listened to for long enough to say what is usual."""
        return len(self.weeks) >= WEEKS_MIN

    @property
    def longest_known_s(self) -> float:
        """The longest silence that it came back from, of all that is remembered."""
        return max(self.longest_s, *self.weeks) if self.weeks else self.longest_s


NOTHING_LEARNED = CheckIns()


def limits_of(role: Role) -> Limits:
    """Those of a role."""
    return LIMITS.get(role, _SENSOR)


def learn(before: CheckIns, role: Role, gap_s: float) -> CheckIns:
    """What is known after a gap in which the device could have been heard."""
    if gap_s > limits_of(role).ceiling.total_seconds():
        return before  # its battery was changed, or it was carried away: told in any case
    step = 1.0 + min(gap_s / SETTLES_IN_S, STEP_MAX)
    usual_s = before.usual_s * step if gap_s > before.usual_s else before.usual_s / step
    usual_s = round(usual_s, 1)  # it is stored with each event
    longest_s = before.longest_s
    if gap_s > longest_s:
        longest_s = round(gap_s, 1)
    watched_s = round(before.watched_s + gap_s, 1)
    if watched_s < WEEK_S:
        return CheckIns(
            usual_s=usual_s, longest_s=longest_s, weeks=before.weeks, watched_s=watched_s
        )
    weeks = (*before.weeks, longest_s)[-(WEEKS_MAX - 1) :]
    return CheckIns(usual_s=usual_s, weeks=weeks, watched_s=watched_s - WEEK_S)


def silence_limit(device: Device, learned: CheckIns) -> timedelta:
    """How long it may say nothing; what the home has chosen counts before what was learned."""
    if device.silent_after is not None:
        return device.silent_after
    limits = limits_of(device.role)
    usual_s, longest_s = learned.usual_s, learned.longest_known_s
    own_s = limits.at_first.total_seconds()
    if learned.is_settled and longest_s <= max(REGULAR * usual_s, REGULAR_S):
        own_s = min(LONGER * longest_s, own_s)
    asked_s = max(MISSED * usual_s, A_LITTLE_LONGER * longest_s, own_s)
    return min(max(timedelta(seconds=round(asked_s)), limits.floor), limits.ceiling)
