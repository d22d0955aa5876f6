"""What is said of doses, to people who have to look after them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device
from heimvakt.core.dose_entry import Entry, Fate
from heimvakt.core.words import Words

from .wording import whereabouts


def not_taken(dispenser: Device, entry: Entry, zone: ZoneInfo, now: datetime) -> Words:
    """The dispenser itself says that nobody took it."""
    who, when = whereabouts(dispenser), _when(entry.dose.at, zone, now)
    if entry.fate is Fate.RETRACTED:
        return Words(
            nb=f"Medisinen {when.nb} er ikke tatt: dispenseren {who} har låst den inne.",
            en=f"The medicine due {when.en} was not taken: the dispenser {who} has locked it away.",
        )
    return Words(
        nb=f"Medisinen {when.nb} er ikke tatt, og tiden er ute, melder dispenseren {who}.",
        en=f"The medicine due {when.en} was not taken and its time is over, "
        f"says the dispenser {who}.",
    )


def not_known(dispenser: Device, entries: Sequence[Entry], zone: ZoneInfo, now: datetime) -> Words:
    """There was no word of them: that is all that is known, and is never said to be more."""
    who = whereabouts(dispenser)
    first, last = (_when(entries[at].dose.at, zone, now) for at in (0, -1))
    if len(entries) == 1:
        return Words(
            nb=f"Det er ikke kjent om medisinen {first.nb} er tatt: "
            f"dispenseren {who} har ikke meldt fra om den. Ring eller se innom.",
            en=f"It is not known whether the medicine due {first.en} was taken: "
            f"the dispenser {who} has not said. Call, or go and see.",
        )
    return Words(
        nb=f"Det er ikke kjent om {len(entries)} doser er tatt, den første {first.nb} og den siste "
        f"{last.nb}: dispenseren {who} har ikke meldt fra om dem. Ring eller se innom.",
        en=f"It is not known whether {len(entries)} doses were taken, the first due {first.en} and "
        f"the last {last.en}: the dispenser {who} has not said. Call, or go and see.",
    )


def _when(at: datetime, zone: ZoneInfo, now: datetime) -> Words:
    """A moment of a day, with the day where it is not today."""
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return Words(nb=f"kl. {local:%H:%M}", en=f"at {local:%H:%M}")
    return Words(
        nb=f"{local.day}.{local.month}. kl. {local:%H:%M}", en=f"on {local:%Y-%m-%d at %H:%M}"
    )
