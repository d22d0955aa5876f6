"""The numbers of docs/protocols/serial-link.md that the dispenser speaks of."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """Of a record."""

    OFFERED, TAKEN, MISSED, RETRACTED, REMINDED = 0x01, 0x02, 0x03, 0x04, 0x05
    JAMMED, FREED = 0x10, 0x11
    LOW, EMPTY, REFILLED = 0x20, 0x21, 0x22
    OPENED, CLOSED, TILTED, UPRIGHT = 0x30, 0x31, 0x32, 0x33
    ON_BATTERY, ON_MAINS = 0x40, 0x41


class Why(IntEnum):
    """Why a command is refused, or failed; also why a dose was missed without having been out."""

    NONE, CLOCK, JAMMED, LID_OPEN, TILTED, EMPTY = 0, 1, 2, 3, 4, 5
    BUSY, NOT_NEXT, SETTLED, OVER, EXPIRED, VERB, POWER = 6, 7, 8, 9, 10, 11, 12


DONE, RUNNING, REFUSED, FAILED, UNKNOWN = 0, 1, 2, 3, 4
IN_TIME, EARLY, TRAVEL = 0, 1, 2
