"""One event of every kind, and any event at all."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from heimvakt.core.events import (
    KINDS,
    Bundle,
    ChangeOf,
    ChangeOutcome,
    ClockQuality,
    CommandResult,
    Event,
    Feedback,
    LockedBy,
    Mode,
    Press,
    Stamp,
    TagBy,
    TakenHow,
)
from tests.support.homes import EVENING

TIMES = st.timedeltas(timedelta(days=-20_000), timedelta(days=30_000)).map(lambda by: EVENING + by)
STAMPS = st.builds(
    Stamp,
    seq=st.integers(1, 2**62),
    at=TIMES,
    monotonic=st.floats(0, 1e9),
    boot_id=st.text(max_size=40),
    clock=st.sampled_from(ClockQuality),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "str": st.text(max_size=40),
    "str | None": st.none() | st.text(max_size=40),
    "LockedBy": st.sampled_from(LockedBy),
    "Feedback": st.sampled_from(Feedback),
    "Mode": st.sampled_from(Mode),
    "TagBy": st.sampled_from(TagBy),
    "TakenHow": st.sampled_from(TakenHow),
    "ChangeOf": st.sampled_from(ChangeOf),
    "ChangeOutcome": st.sampled_from(ChangeOutcome),
    "Bundle | None": st.none()
    | st.builds(
        Bundle,
        url=st.text(max_size=40),
        sha256=st.text(max_size=64),
        size=st.integers(0, 2**40),
    ),
    "CommandResult": st.sampled_from(CommandResult),
    "int": st.integers(-(2**62), 2**62),
    "int | None": st.none() | st.integers(-200, 200),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "float | None": st.none() | st.floats(-1e6, 1e6),
    "bool": st.booleans(),
    "Press": st.sampled_from(Press),
    "ClockQuality": st.sampled_from(ClockQuality),
    "datetime": TIMES,
    "datetime | None": st.none() | TIMES,
    "tuple[str, ...]": st.lists(st.text(max_size=20), max_size=4).map(tuple),
}


def of_kind(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a kind, stamped."""
    values = {f.name: VALUES[str(f.type)] for f in fields(kind) if f.name != "stamp"}
    return st.builds(kind, stamp=STAMPS, **values)


ANY = st.sampled_from(sorted(KINDS)).flatmap(lambda name: of_kind(KINDS[name]))

PLAIN: dict[str, Any] = {
    "str": "something",
    "str | None": "something",
    "LockedBy": LockedBy.TAG,
    "Mode": Mode.VISIT,
    "TagBy": TagBy.CODE,
    "TakenHow": TakenHow.EARLY,
    "ChangeOf": ChangeOf.CONFIGURATION,
    "ChangeOutcome": ChangeOutcome.KEPT,
    "CommandResult": CommandResult.DONE,
    "int": 7,
    "int | None": None,
    "float": 1.5,
    "float | None": 21.5,
    "bool": True,
    "Press": Press.HELD,
    "ClockQuality": ClockQuality.HOLDOVER,
    "datetime": EVENING,
    "datetime | None": EVENING,
    "tuple[str, ...]": ("night-door", "button"),
}


def sample(kind: type[Event], seq: int) -> Event:
    """The same event of a kind, every time."""
    stamp = Stamp(
        seq=seq,
        at=EVENING + timedelta(seconds=seq),
        monotonic=float(seq),
        boot_id="boot",
        clock=ClockQuality.HOLDOVER,
    )
    needed = {
        f.name: PLAIN[str(f.type)]
        for f in fields(kind)
        if f.name != "stamp" and f.default is MISSING
    }
    return kind(stamp=stamp, **needed)
