"""What is known of one dispenser and its doses, and how what happens changes that.

Beside the ledger of its doses: whether it answers, and whether somebody is being reminded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from heimvakt.core.alarms import Evidence
from heimvakt.core.dose_entry import Fate
from heimvakt.core.dose_ledger import (
    Ledger,
    entered,
    given_up,
    noted,
    set_back,
    to_be_taken,
    waits_until,
)
from heimvakt.core.doses import DosePlan
from heimvakt.core.events import (
    ClockQuality,
    ContactLost,
    DeviceEvent,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    Event,
    LoggedEvent,
    RadioLost,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One dispenser."""

    ledger: Ledger = field(default_factory=Ledger)
    lost: Evidence | None = None
    """It answers no more, and what said so."""
    heard: bool = False
    """It has said something since the last start."""
    reminding: bool = False
    wakes_at: datetime | None = None
    """The deadline that is armed."""


def heard(watch: Watch, zone: ZoneInfo, event: DeviceEvent) -> Watch:
    """After something that the dispenser says, or that it says nothing any more."""
    if isinstance(event, ContactLost):
        known = watch.lost is not None and watch.lost.kind == ContactLost.kind
        return watch if known else replace(watch, lost=Evidence.of(event))
    if watch.lost or not watch.heard:
        watch = replace(watch, lost=None, heard=True)
    ledger = _noted(watch.ledger, zone, event)
    return watch if ledger is watch.ledger else replace(watch, ledger=ledger)


def _noted(ledger: Ledger, zone: ZoneInfo, event: DeviceEvent) -> Ledger:
    match event:
        case DoseOffered(dose=at):
            return noted(ledger, zone, at, Fate.OFFERED, offered=Evidence.of(event))
        case DoseTaken(dose=at, how=how):
            return noted(ledger, zone, at, Fate.TAKEN, how=how)
        case DoseMissed(dose=at):
            return noted(ledger, zone, at, Fate.MISSED)
        case DoseRetracted(dose=at) if not _is_early(event, at):
            return noted(ledger, zone, at, Fate.RETRACTED)
        case _:
            return ledger


def _is_early(event: DoseRetracted, at: datetime) -> bool:
    """One that was held out early, and not taken then, is offered again in its time. A clock that
    shows anything whatever cannot tell that, and what nobody can take any more is told."""
    return event.stamp.clock is not ClockQuality.UNKNOWN and happened_at(event) < at


def line_lost(watch: Watch, event: RadioLost) -> Watch:
    """After the driver lost what it reaches the dispenser over."""
    return replace(watch, lost=watch.lost or Evidence.of(event))


def line_back(watch: Watch) -> Watch:
    """After the driver has it again."""
    gone = watch.lost is not None and watch.lost.kind == RadioLost.kind
    return replace(watch, lost=None) if gone else watch


def clock_set(watch: Watch, event: Event) -> Watch:
    """After the clock was set, or is known at last: the dispenser has some time to answer."""
    ledger = replace(_set_back(watch.ledger, event), asked=event.at)
    return replace(watch, ledger=ledger, wakes_at=None)


def started(watch: Watch, event: Event) -> Watch:
    """After a start: what happened meanwhile the dispenser is asked first. Starts one after the
    other, without a word from it between them, give it no more time."""
    in_vain = not watch.heard and watch.ledger.asked is not None
    ledger = _set_back(watch.ledger, event)
    if not in_vain:
        ledger = replace(ledger, asked=event.at)
    return replace(watch, ledger=ledger, heard=False, wakes_at=None)


def _set_back(ledger: Ledger, event: Event) -> Ledger:
    """A clock that shows what nobody believes sets nothing back."""
    known = event.stamp.clock is not ClockQuality.UNKNOWN
    return set_back(ledger, event.at) if known else ledger


def up_to_date(
    watch: Watch, plans: tuple[DosePlan, ...], zone: ZoneInfo, grace: timedelta, event: Event
) -> Watch:
    """With all that follows from the time; nothing does while nobody knows it."""
    if event.stamp.clock is ClockQuality.UNKNOWN:
        return replace(watch, reminding=False)
    now = event.at
    ledger = given_up(entered(watch.ledger, plans, zone, now), now, grace)
    return replace(
        watch,
        ledger=ledger,
        reminding=watch.lost is None and to_be_taken(ledger, now) is not None,
        wakes_at=waits_until(ledger, zone, now, grace),
    )


def happened_at(event: Event) -> datetime:
    """What is told late has a time of its own."""
    ago_s = event.ago_s if isinstance(event, LoggedEvent) else 0.0
    return event.at - timedelta(seconds=ago_s)


def settled(was: Watch, now: Watch, at: datetime) -> set[datetime]:
    """Which of the alarms that nobody knows are true of none of their doses any more: something was
    told of each, or the clock was set back and its time is not over. What was let go stays so."""
    before, after = was.ledger.entries, now.ledger.entries
    doubted = {
        entry.told_with
        for moment, entry in before.items()
        if entry.fate is Fate.UNKNOWN
        and entry.told_with
        and (moment in after or entry.dose.closes_at > at)
    }
    return doubted - {entry.told_with for entry in after.values() if entry.fate is Fate.UNKNOWN}
