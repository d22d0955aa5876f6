"""What has become of each planned dose: every one is accounted for once, whatever is told and when.

Pure. Doses come into it from the plan when their time has come; what the dispenser says of them
comes in any order, again or never, and late after an outage. What is known of a dose only grows:

    planned < offered < unknown (no word of it in time) < retracted < missed < taken

So it makes no difference in which order two facts come, or how often. A dose of which there was no
word in time is unknown, never missed; what is told late settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from .alarms import Evidence
from .dose_entry import Balance, Entry, Fate, counted
from .doses import WINDOW_MAX, Dose, DosePlan, doses
from .events import TakenHow

TICK = timedelta(microseconds=1)
"""No two moments are closer."""
WEEK = timedelta(days=8)
"""A plan has each of its doses within this."""
CATCH_UP_MAX = timedelta(days=31)
"""Of what was planned longer ago while the gateway was off or its clock unknown nothing is told."""
SETTLED_KEPT = timedelta(days=7)
"""What is known of a dose may be told again within this, and is known for the same."""
ENTRIES_MAX = 400
"""Two weeks of a full dispenser of which nothing is heard, months of a usual one; above it the
oldest are let go as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The doses of one dispenser."""

    plans: tuple[DosePlan, ...] = ()
    until: datetime | None = None
    """All that was planned for before this is in it; None while the time was never known."""
    asked: datetime | None = None
    """When it was last begun to ask the dispenser for what happened while nobody listened."""
    entries: Mapping[datetime, Entry] = field(default_factory=dict)
    """By the moment that they are planned for."""
    gone: Balance = field(default_factory=Balance)
    """Those that are known no longer, one by one."""
    gone_until: datetime | None = None
    """The last of them."""


def entered(ledger: Ledger, plans: tuple[DosePlan, ...], zone: ZoneInfo, now: datetime) -> Ledger:
    """With all doses whose time has come; `plans` hold from now on, what was before until now."""
    if ledger.until is None:
        ledger = replace(ledger, plans=plans, until=now)
    begun = ledger.until or now
    new = tuple(doses(ledger.plans, zone, max(begun, now - CATCH_UP_MAX), now + TICK))
    if not new and plans == ledger.plans:
        return ledger
    entries = dict(ledger.entries)
    for dose in new:
        known = entries.get(dose.at, Entry(dose=dose))
        entries[dose.at] = replace(known, dose=dose, planned=True)
    until = max(begun, now + TICK)
    return _bounded(replace(ledger, plans=plans, until=until, entries=entries), now)


def noted(
    ledger: Ledger,
    zone: ZoneInfo,
    at: datetime,
    fate: Fate,
    *,
    how: TakenHow | None = None,
    offered: Evidence | None = None,
) -> Ledger:
    """With what the dispenser says of the dose that is planned for `at`."""
    entry = ledger.entries.get(at)
    if entry is None:
        if ledger.gone_until is not None and at <= ledger.gone_until:
            return ledger  # counted long ago
        planned = next(doses(ledger.plans, zone, at, at + TICK), None)
        entry = Entry(dose=planned or Dose(at, at + WINDOW_MAX), planned=planned is not None)
    if fate is entry.fate is Fate.TAKEN and how is not None and entry.how is not None:
        how = min(how, entry.how)  # told in two ways: the same one whatever comes first
    elif fate.rank <= entry.fate.rank:
        return ledger if at in ledger.entries else _with(ledger, entry)
    return _with(ledger, replace(entry, fate=fate, how=how, offered=offered))


def given_up(ledger: Ledger, now: datetime, grace: timedelta) -> Ledger:
    """With those as unknown of which the dispenser has said nothing in time."""
    late = [e for e in _open(ledger) if _deadline(ledger, e, grace) <= now]
    if not late:
        return ledger
    first = min(entry.dose.at for entry in late)
    unknown = {e.dose.at: replace(e, fate=Fate.UNKNOWN, told_with=first) for e in late}
    return _bounded(replace(ledger, entries={**ledger.entries, **unknown}), now)


def set_back(ledger: Ledger, now: datetime) -> Ledger:
    """After the clock was set: what was only taken to be past or over is yet to come."""
    if ledger.until is None or ledger.until <= now:
        return ledger
    guessed = [
        at
        for at, entry in ledger.entries.items()
        if entry.fate in (Fate.PLANNED, Fate.UNKNOWN) and entry.dose.closes_at > now
    ]
    return replace(
        ledger,
        until=min([now, *guessed]),
        entries={at: entry for at, entry in ledger.entries.items() if at not in guessed},
        # What is younger was let go because the clock was ahead, and may still be told of.
        gone_until=ledger.gone_until and min(ledger.gone_until, now - SETTLED_KEPT),
    )


def waits_until(ledger: Ledger, zone: ZoneInfo, now: datetime, grace: timedelta) -> datetime | None:
    """When something is next to be done about a dose; None if nothing is planned."""
    if ledger.until is None:
        return None
    coming = next(doses(ledger.plans, zone, ledger.until, now + WEEK), None)
    moments = chain(
        (coming.at,) if coming else (),
        *((e.dose.half_way, e.dose.closes_at, _deadline(ledger, e, grace)) for e in _open(ledger)),
    )
    return min((at for at in moments if at > now), default=None)


def to_be_taken(ledger: Ledger, now: datetime) -> Entry | None:
    """The dose that is still there though half of its time is over."""
    for entry in _open(ledger):
        if entry.planned and entry.dose.half_way <= now < entry.dose.closes_at:
            return entry
    return None


def balance(ledger: Ledger) -> Balance:
    """All of it, also those that are known no longer."""
    return counted(ledger.gone, ledger.entries.values())


def _open(ledger: Ledger) -> Iterable[Entry]:
    return (entry for entry in ledger.entries.values() if entry.fate.is_open)


def _deadline(ledger: Ledger, entry: Entry, grace: timedelta) -> datetime:
    """When the dispenser should have said what became of it."""
    closes_at = entry.dose.closes_at
    return (closes_at if ledger.asked is None else max(closes_at, ledger.asked)) + grace


def _with(ledger: Ledger, entry: Entry) -> Ledger:
    return _bounded(replace(ledger, entries={**ledger.entries, entry.dose.at: entry}), None)


def _bounded(ledger: Ledger, now: datetime | None) -> Ledger:
    """Without those of which nothing more will be told; without a time only what is too much."""
    in_order = sorted(ledger.entries)
    surplus = len(in_order) - ENTRIES_MAX
    gone = [
        ledger.entries[at]
        for number, at in enumerate(in_order)
        if number < surplus or (now is not None and _is_old(ledger.entries[at], now))
    ]
    if not gone:
        return ledger
    last = max(entry.dose.at for entry in gone)
    left = {entry.dose.at for entry in gone}
    return replace(
        ledger,
        entries={at: entry for at, entry in ledger.entries.items() if at not in left},
        gone=counted(ledger.gone, gone),
        gone_until=max(last, ledger.gone_until or last),
    )


def _is_old(entry: Entry, now: datetime) -> bool:
    kept = CATCH_UP_MAX if entry.fate is Fate.UNKNOWN else SETTLED_KEPT
    return not entry.fate.is_open and now - entry.dose.closes_at > kept
