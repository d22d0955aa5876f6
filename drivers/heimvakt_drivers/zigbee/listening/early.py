"""What a frame says, read from its octets before zigpy has the frame.

PURE. Calls for help, doors, beds and motion are told in frames of a few simple forms; zigpy takes
2 ms to find that out, half of the time from the button to the broker. So those are read here at
once, and zigpy is told a moment later: see `zigpys_part`.

Whatever is not exactly of these forms is left to zigpy: what is of one maker, what is cut into
pieces, what has a type that the standard does not give it. Sources: Zigbee Cluster Library,
revision 8: 2.4.1 (the header), 2.5.11 (reports), and the chapter of each cluster.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from struct import Struct

from heimvakt_drivers.zigbee.sensing.heard import (
    BATTERY_PERCENT,
    BATTERY_VOLTAGE,
    OCCUPANCY,
    ON_OFF,
    PRESENT_VALUE,
    STATUS_CHANGE,
    ZONE_STATUS,
    Attribute,
    Cluster,
    Command,
    Fact,
)

FRAME_TYPE, OF_ALL_CLUSTERS, OF_THE_CLUSTER = 0b11, 0b00, 0b01
FROM_SERVER, NO_ANSWER = 0x08, 0x10
NOT_OURS = 0xE4
"""Bits of the header: of one maker, and those that mean nothing yet."""
HEADER = 3
REPORT = 0x0A

BOOL, BITMAP_8, BITMAP_16, UINT_8, UINT_16 = 0x10, 0x18, 0x19, 0x20, 0x21
SIZES: Mapping[int, int] = {BOOL: 1, BITMAP_8: 1, BITMAP_16: 2, UINT_8: 1, UINT_16: 2}
"""Octets of a value; all of them are numbers without a sign."""

TYPES: Mapping[tuple[int, int], int] = {
    (Cluster.POWER, BATTERY_VOLTAGE): UINT_8,
    (Cluster.POWER, BATTERY_PERCENT): UINT_8,
    (Cluster.ON_OFF, ON_OFF): BOOL,
    (Cluster.BINARY_INPUT, PRESENT_VALUE): BOOL,
    (Cluster.MULTISTATE, PRESENT_VALUE): UINT_16,
    (Cluster.OCCUPANCY, OCCUPANCY): BITMAP_8,
    (Cluster.ZONE, ZONE_STATUS): BITMAP_16,
}
"""The reports that are read: cluster and attribute, and the type that the standard gives it."""

_NOTHING = (Struct("<"),)
COMMANDS: Mapping[tuple[int, bool, int], tuple[Struct, ...]] = {
    (Cluster.ZONE, True, STATUS_CHANGE): (Struct("<HBBH"),),
    (Cluster.ON_OFF, False, 0x00): _NOTHING,  # off
    (Cluster.ON_OFF, False, 0x01): _NOTHING,  # on
    (Cluster.ON_OFF, False, 0x02): _NOTHING,  # toggle
    (Cluster.ON_OFF, False, 0x40): (Struct("<BB"),),  # off with effect
    (Cluster.ON_OFF, False, 0x41): _NOTHING,  # on with recall
    (Cluster.ON_OFF, False, 0x42): (Struct("<BHH"),),  # on with timed off
    (Cluster.LEVEL, False, 0x01): (Struct("<BB"), Struct("<BBBB")),  # move
    (Cluster.LEVEL, False, 0x02): (Struct("<BBH"), Struct("<BBHBB")),  # step
    (Cluster.LEVEL, False, 0x05): (Struct("<BB"),),  # move with on/off
    (Cluster.LEVEL, False, 0x06): (Struct("<BBH"),),  # step with on/off
    (Cluster.SCENES, False, 0x05): (Struct("<HB"), Struct("<HBH")),  # recall
    (Cluster.PANEL, False, 0x02): _NOTHING,  # emergency
    (Cluster.PANEL, False, 0x03): _NOTHING,  # fire
    (Cluster.PANEL, False, 0x04): _NOTHING,  # panic
}
"""The commands that are read: cluster, whether a server sent it, and number; its fields without
those that may be left away, and with them."""

REPEATED_S = 10.0
"""The same octets within this time are the same frame, sent again by somebody who missed the
confirmation; zigpy's own time, since its own look at that comes too late here."""

KEPT_MAX = 4096
"""Frames; a device can send 256 that differ."""


@dataclass(frozen=True, slots=True)
class Said:
    """A frame of a device as it came over the air, unread."""

    endpoint: int
    cluster: int
    octets: bytes
    lqi: int | None = None
    rssi: int | None = None
    way: Hashable = None
    """How it came: to whom it was sent and by how many hops. A repetition came the same way."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A frame that was read."""

    facts: tuple[Fact, ...]
    """One command, or one or more attributes."""
    sequence: int
    command: int
    from_server: bool
    control: int
    """The first octet of its header."""


def read(cluster: int, octets: bytes) -> Reading | None:
    """What a frame says; None if zigpy must read it."""
    if len(octets) < HEADER or (control := octets[0]) & NOT_OURS:
        return None
    sequence, number, from_server = octets[1], octets[2], bool(control & FROM_SERVER)
    facts: tuple[Fact, ...] = ()
    if control & FRAME_TYPE == OF_THE_CLUSTER:
        facts = _command(cluster, octets, from_server=from_server)
    elif control & FRAME_TYPE == OF_ALL_CLUSTERS and number == REPORT and from_server:
        facts = _report(cluster, octets)
    return Reading(facts, sequence, number, from_server, control) if facts else None


def _command(cluster: int, octets: bytes, *, from_server: bool) -> tuple[Fact, ...]:
    forms = COMMANDS.get((cluster, from_server, octets[2]), ())
    for form in forms:
        if len(octets) - HEADER == form.size:
            fields = form.unpack_from(octets, HEADER)
            most = len(forms[-1].unpack(bytes(forms[-1].size)))
            arguments = fields + (None,) * (most - len(fields))
            return (Command(octets[2], arguments, octets[1], from_server=from_server),)
    return ()


def _report(cluster: int, octets: bytes) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    at, end = HEADER, len(octets)
    while at < end:
        value = at + 3
        if value >= end:
            return ()
        attribute, kind = octets[at] | octets[at + 1] << 8, octets[at + 2]
        if TYPES.get((cluster, attribute)) != kind:
            return ()
        at = value + SIZES[kind]
        if at > end:
            return ()
        facts.append(Attribute(attribute, int.from_bytes(octets[value:at], "little")))
    return tuple(facts)


class Repetitions:
    """Remembers frames for as long as they may be repeated."""

    def __init__(self) -> None:
        self._until: OrderedDict[Hashable, float] = OrderedDict()
        """The oldest first."""

    def is_one(self, frame: Hashable, now: float) -> bool:
        """Whether the frame was heard a short while ago; from now on it was."""
        while self._until and self._until[oldest := next(iter(self._until))] <= now:
            del self._until[oldest]
        if frame in self._until:
            return True
        if len(self._until) >= KEPT_MAX:
            self._until.popitem(last=False)
        self._until[frame] = now + REPEATED_S
        return False
