"""From the plan of the home to the plan that the dispenser is sent: moments, no rules.

Pure. The dispenser knows no local time: a change of daylight saving is worked out here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from heimvakt.core.doses import DosePlan, doses

from .kept import Kept
from .payload import entries

ENTRIES_MAX = 28
"""As many as a dispenser has sections; they fit into one frame."""

AHEAD = timedelta(days=28)
"""How far the plan may look: without us the dispenser goes on for as long as it has doses."""

BEHIND = timedelta(days=1)
"""The longest window that may still be open."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the dispenser is to do in the coming days."""

    doses: tuple[tuple[int, int], ...]
    """Minute of the dose, minutes until it is locked away; in order."""

    @property
    def octets(self) -> bytes:
        """As they are sent."""
        return entries(self.doses)

    @property
    def number(self) -> int:
        """By which both sides know it."""
        return crc32(self.octets)


def to_minute(moment: datetime) -> int:
    """A dose as the wire knows it."""
    return int(moment.timestamp()) // 60


def to_moment(minute: int) -> datetime:
    """A dose as the gateway knows it.

    Raises:
        ValueError: there is no such year.
    """
    try:
        return datetime.fromtimestamp(minute * 60, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"minute {minute} is in no year that we know") from error


def plan_for(plans: tuple[DosePlan, ...], zone: ZoneInfo, now: datetime, kept: Kept) -> Plan:
    """All that is not over and may be given, as far as one frame goes."""
    found = []
    for dose in doses(plans, zone, now - BEHIND, now + AHEAD):
        minute = to_minute(dose.at)
        if dose.closes_at > now and kept.allows(minute):
            found.append((minute, max(1, -((dose.at - dose.closes_at) // timedelta(minutes=1)))))
        if len(found) == ENTRIES_MAX:
            break
    return Plan(tuple(found))
