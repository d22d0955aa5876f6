"""What a Zigbee device said, as a plain value, and the numbers that the standard gives to it.

PURE. Sources: Zigbee Cluster Library, revision 8; zone types and status bits in chapter 8.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias


class Cluster(IntEnum):
    """The clusters that mean something to a home."""

    BASIC = 0x0000
    POWER = 0x0001
    SCENES = 0x0005
    ON_OFF = 0x0006
    LEVEL = 0x0008
    ALARMS = 0x0009
    ANALOG = 0x000C
    BINARY_INPUT = 0x000F
    MULTISTATE = 0x0012
    POLL = 0x0020
    LOCK = 0x0101
    COVER = 0x0102
    COLOUR = 0x0300
    ILLUMINANCE = 0x0400
    TEMPERATURE = 0x0402
    HUMIDITY = 0x0405
    OCCUPANCY = 0x0406
    ZONE = 0x0500
    PANEL = 0x0501
    """Ancillary control equipment: keypads and key fobs."""
    WARNING = 0x0502
    METERING = 0x0702
    ELECTRICITY = 0x0B04
    DATA_POINTS = 0xEF00
    """Of one maker, who puts a protocol of his own into one cluster."""
    HUE = 0xFC00
    HUE_CONTACT = 0xFC06
    LUMI = 0xFCC0
    IKEA_KEYS = 0xFC80
    OWON = 0xFD00
    """Clusters of one maker each."""


BATTERY_VOLTAGE, BATTERY_PERCENT = 0x0020, 0x0021
ON_OFF = 0x0000
OCCUPANCY = 0x0000
PRESENT_VALUE = 0x0055
ZONE_STATE, ZONE_TYPE, ZONE_STATUS, CIE_ADDRESS = 0x0000, 0x0001, 0x0002, 0x0010
STATUS_CHANGE, ENROL_REQUEST = 0x00, 0x01
"""Commands from a zone."""


class ZoneType(IntEnum):
    """The kinds of zones that are read in a way of their own."""

    MOTION = 0x000D
    """Occupied where a contact would be left."""
    CONTACT = 0x0015


class ZoneStatus(IntEnum):
    """The bits of a zone status that mean something here; plain numbers, which are read faster."""

    ALARM_1 = 0x0001
    ALARM_2 = 0x0002
    TAMPER = 0x0004
    BATTERY = 0x0008
    RESTORE_REPORTS = 0x0020
    """The zone promises to tell when the alarm is over."""
    TEST = 0x0100
    BATTERY_DEFECT = 0x0200

    ALARM = ALARM_1 | ALARM_2
    BATTERY_BAD = BATTERY | BATTERY_DEFECT


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value of an attribute, reported or read."""

    id: int
    value: object


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a device sent."""

    id: int
    arguments: tuple[object, ...] = ()
    sequence: int | None = None
    """The device's own number of the frame, 0 to 255: the same frame heard twice has the same."""
    from_server: bool = False
    """The side of the cluster that sent it: a zone is a server, a remote control a client."""


@dataclass(frozen=True, slots=True)
class Alive:
    """A frame that says nothing but that the device is there."""


Fact: TypeAlias = Attribute | Command | Alive


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One fact of one frame."""

    address: str
    """EUI-64, lower case with colons."""
    endpoint: int
    cluster: int
    fact: Fact
    at: float
    """Seconds of the event loop's clock: for spacing only, never a time of day."""
    lqi: int | None = None
    """0 to 255."""
    rssi: int | None = None
    """dBm."""
