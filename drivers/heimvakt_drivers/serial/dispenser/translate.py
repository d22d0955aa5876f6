"""What a record of a dispenser's log means. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from heimvakt.core.events import (
    DispenserClosed,
    DispenserEmpty,
    DispenserFreed,
    DispenserJammed,
    DispenserLow,
    DispenserOnBattery,
    DispenserOnMains,
    DispenserOpened,
    DispenserRefilled,
    DispenserTilted,
    DispenserUpright,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    LoggedEvent,
    TakenHow,
)

from .payload import NO_AGE, LogEntry, Tag, Tlvs, number_in
from .schedule import to_moment


class Code(IntEnum):
    """Of an EVENT."""

    DOSE_OFFERED = 0x0001
    DOSE_TAKEN = 0x0002
    DOSE_MISSED = 0x0003
    DOSE_RETRACTED = 0x0004
    DOSE_REMINDED = 0x0005
    JAMMED = 0x0010
    FREED = 0x0011
    LOW = 0x0020
    EMPTY = 0x0021
    REFILLED = 0x0022
    OPENED = 0x0030
    CLOSED = 0x0031
    TILTED = 0x0032
    UPRIGHT = 0x0033
    ON_BATTERY = 0x0040
    ON_MAINS = 0x0041


HOW = {0: TakenHow.IN_TIME, 1: TakenHow.EARLY, 2: TakenHow.TRAVEL}

WHY_JAMMED = {1: "the carousel did not reach the next section", 2: "the motor draws too much"}

_Maker = Callable[[Tlvs], Mapping[str, Any]]


def log_name(log: int) -> str:
    """A log as our events name it."""
    return f"{log:016x}"


def event_of(device_id: str, entry: LogEntry) -> LoggedEvent | None:
    """What the record says; None: nothing that we know, or nothing that concerns us.

    Raises:
        ValueError: what belongs to it is missing.
    """
    known = _KINDS.get(entry.code)
    if known is None:
        return None
    kind, make = known
    return kind(
        device_id=device_id,
        log=log_name(entry.log),
        record=entry.record,
        ago_s=0.0 if entry.age_ms == NO_AGE else entry.age_ms / 1000,
        **make(entry.tlvs),
    )


def dose_of(entry: LogEntry) -> int | None:
    """The dose that a record is about, as the wire knows it."""
    return number_in(entry.tlvs, Tag.DOSE)


def _plain(_: Tlvs) -> Mapping[str, Any]:
    return {}


def _dose(tlvs: Tlvs) -> Mapping[str, Any]:
    return {"dose": to_moment(_needed(tlvs, Tag.DOSE))}


def _taken(tlvs: Tlvs) -> Mapping[str, Any]:
    how = number_in(tlvs, Tag.HOW) or 0
    return {**_dose(tlvs), "how": HOW.get(how, TakenHow.IN_TIME)}


def _jammed(tlvs: Tlvs) -> Mapping[str, Any]:
    reason = number_in(tlvs, Tag.REASON) or 0
    return {"reason": WHY_JAMMED.get(reason, "")}


def _low(tlvs: Tlvs) -> Mapping[str, Any]:
    return {"left": _needed(tlvs, Tag.COUNT)}


def _refilled(tlvs: Tlvs) -> Mapping[str, Any]:
    return {"doses": _needed(tlvs, Tag.COUNT)}


def _opened(tlvs: Tlvs) -> Mapping[str, Any]:
    return {"forced": bool(number_in(tlvs, Tag.FORCED))}


def _needed(tlvs: Tlvs, tag: Tag) -> int:
    number = number_in(tlvs, tag)
    if number is None:
        raise ValueError(f"the record has no {tag.name}")
    return number


_KINDS: dict[int, tuple[type[LoggedEvent], _Maker]] = {
    Code.DOSE_OFFERED: (DoseOffered, _dose),
    Code.DOSE_TAKEN: (DoseTaken, _taken),
    Code.DOSE_MISSED: (DoseMissed, _dose),
    Code.DOSE_RETRACTED: (DoseRetracted, _dose),
    Code.JAMMED: (DispenserJammed, _jammed),
    Code.FREED: (DispenserFreed, _plain),
    Code.LOW: (DispenserLow, _low),
    Code.EMPTY: (DispenserEmpty, _plain),
    Code.REFILLED: (DispenserRefilled, _refilled),
    Code.OPENED: (DispenserOpened, _opened),
    Code.CLOSED: (DispenserClosed, _plain),
    Code.TILTED: (DispenserTilted, _plain),
    Code.UPRIGHT: (DispenserUpright, _plain),
    Code.ON_BATTERY: (DispenserOnBattery, _plain),
    Code.ON_MAINS: (DispenserOnMains, _plain),
}
