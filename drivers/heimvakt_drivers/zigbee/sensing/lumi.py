"""Reports of one maker's own, in which its sensors put battery, state and air, once an hour.

PURE, and total: whatever the octets are. The report is a list of a tag, a type of the standard and
a value; the older sensors send it as attribute 0xFF01 of the basic cluster, or as a structure in
0xFF02; the newer ones as 0x00F7 of a cluster of their own. Source of the tags: public lists of what
these sensors send.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from .plain import octets_of, whole

OF_BASIC, STRUCTURE, OF_OWN = 0xFF01, 0xFF02, 0x00F7

MILLIVOLTS = 1
"""Of the battery."""
STATE = 100
"""Open, or hundredths of a degree, by what the sensor is."""
SECOND = 101
"""Hundredths of a percent of humidity where the first is a temperature."""
WATTS = 152
WATTS_ENDPOINTS = (2, 21)
"""Where plugs have an analog input that tells watts; another one tells kilowatt hours."""

OCTETS_MAX = 255

MOTION_AND_LUX = 0x0112
"""Of the maker's own cluster: somebody moved, and how light it was then, plus 65,536."""
LUX_OFFSET = 0x10000
PRESENCE = 0x0142
SMOKE = 0x013A
VIBRATION = 0x0055
"""Of the lock that a vibration sensor claims to be: 1 shaken, 2 tilted, 3 dropped."""
VIBRATIONS = (1, 2, 3)

Report: TypeAlias = Mapping[int, float]

_INTEGERS = {
    **{0x10: (1, False), 0x18: (1, False), 0x19: (2, False), 0x1B: (4, False)},
    **{0x20 + n: (n + 1, False) for n in range(8)},
    **{0x28 + n: (n + 1, True) for n in range(8)},
    **{0x30: (1, False), 0x31: (2, False)},
}
"""Types of the standard (revision 8, table 2-10): octets, and whether there is a sign."""
_FLOATS = {0x38: "<e", 0x39: "<f", 0x3A: "<d"}


def report(value: object) -> Report:
    """What a report says, as far as it can be read."""
    raw = octets_of(value)
    read: dict[int, float] = {}
    at, end = 0, min(len(raw), OCTETS_MAX)
    while at + 2 <= end:
        tag, kind = raw[at], raw[at + 1]
        at += 2
        length, signed = _INTEGERS.get(kind, (0, False))
        if kind in _FLOATS:
            length = struct.calcsize(_FLOATS[kind])
        field = raw[at : at + length]
        if not length or len(field) < length:
            break  # of another type: nobody knows how long it is
        at += length
        if kind in _FLOATS:
            (read[tag],) = struct.unpack(_FLOATS[kind], field)
        else:
            read[tag] = int.from_bytes(field, "little", signed=signed)
    return read


def millivolts_of(value: object) -> int | None:
    """The battery in the structure of the first sensors: its second member."""
    members = value if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) else ()
    for member in list(members)[1:2]:
        return whole(getattr(member, "value", member))
    return None
