"""What the figures of the disk mean. Pure."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from heimvakt.core.checks import Found, Limit, Outcome, failed, judged, passed, skipped
from heimvakt.core.words import Words

MIB = 2**20
FREE = Limit(fail=32.0, at_least=True)
"""MiB: four times the reserve for alarms. What is a warning depends on what the journal may still
take."""
FLUSH = Limit(warn=50.0, fail=1_000.0)
"""Milliseconds. Cards that are well take 3 to 30; a button must be durable before anything says
that it was taken, and 2 s are all that a high alarm waits (promise 2)."""
WEAR = Limit(warn=80.0, fail=100.0)
"""Per cent of its life that the disk says it has lived (JEDEC eMMC, in steps of ten)."""

_ROOM = Words(
    nb="gjør plass: df -h, journalctl --vacuum-size=50M",
    en="make room: df -h, journalctl --vacuum-size=50M",
)
_CARD = Words(
    nb="bytt minnekortet: det holder ikke lenge til",
    en="replace the card: it will not last long any more",
)


@dataclass(frozen=True, slots=True)
class Wear:
    """What a disk says of its own life."""

    percent: float | None
    """None: it does not tell."""
    is_at_end: bool = False
    """Its spare blocks are used up."""


def free(free_bytes: int, wanted_bytes: int, *, full: bool) -> Found:
    """Whether there is room: `wanted_bytes` the journal may still take; `full`: it takes nothing
    but alarms already."""
    mib, wanted = free_bytes / MIB, wanted_bytes / MIB
    text = Words(nb=f"{_spelt(mib)} ledig", en=f"{_spelt(mib)} free")
    if full:
        full_text = Words(nb="FULL: bare alarmer tas imot", en="FULL: only alarms are taken")
        return failed(full_text, _ROOM, mib)
    return judged(Limit(warn=wanted, fail=FREE.fail, at_least=True), mib, text, _ROOM)


def writable(error: OSError | None) -> Found:
    """Whether anything can be written where the database is."""
    if error is None:
        return passed(Words(nb="kan skrives", en="can be written"))
    why = error.strerror or str(error)
    advice = _CARD if error.errno in (errno.EROFS, errno.EIO) else _ROOM
    if error.errno in (errno.EACCES, errno.EPERM):
        advice = Words(
            nb="mappen må tilhøre heimvakt: prøv med sudo",
            en="the folder must belong to heimvakt: try with sudo",
        )
    return failed(Words(nb=f"kan ikke skrives: {why}", en=f"cannot be written: {why}"), advice)


def flush(took_ms: float) -> Found:
    """How long a write takes until it is on the disk."""
    text = Words(nb=f"skrevet og tømt på {took_ms:.0f} ms", en=f"write and flush {took_ms:.0f} ms")
    advice = Words(
        nb="et tregt kort er ofte et gammelt kort: prøv igjen når boksen har ro, ellers bytt det",
        en="a slow card is often an old one: try again when the box is quiet, else replace it",
    )
    return judged(FLUSH, took_ms, text, advice)


def wear(told: Wear) -> Found:
    """How much of its life the disk has lived."""
    if told.is_at_end:
        at_end = Words(nb="reserveblokkene er brukt opp", en="its spare blocks are used up")
        return Found(outcome=Outcome.FAIL, text=at_end, measured=told.percent, advice=_CARD)
    if told.percent is None:
        return skipped(Words(nb="disken sier det ikke", en="this disk does not tell"))
    return judged(
        WEAR,
        told.percent,
        Words(nb=f"{told.percent:.0f} % slitt", en=f"{told.percent:.0f} % worn"),
        _CARD,
    )


def _spelt(mib: float) -> str:
    return f"{mib / 1024:.1f} GiB" if mib >= 1024 else f"{mib:.0f} MiB"
