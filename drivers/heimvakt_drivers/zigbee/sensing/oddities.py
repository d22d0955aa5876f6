"""Where a device does otherwise than it says of itself: the names of that, and what is known of it.

PURE. The table of those it is known of is in `makers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from heimvakt.core.devices import Role

from .cells import Cell
from .says import Says


class Oddity(StrEnum):
    """What is odd, in the words that an installer reads."""

    NEVER_CLEARS = "it never says that a motion is over"
    WHOLE_PERCENT = "it tells its battery in whole percent instead of halves"
    TENTH_HUMIDITY = "it tells humidity in tenths instead of hundredths"
    RAW_LUX = "it tells light in lux instead of a logarithm of it"
    LUMI_REPORT = "it tells its battery and state in a report of its maker's own"
    LUMI_AIR = "it tells the air in a report of its maker's own"
    KEY_BY_ON_OFF = "it tells a key as off while it is down"
    KEY_BY_ON = "it tells a key as on"
    PRESSES_IN_ZONE = "it tells in the alarm bits of its zone how its key was pressed"
    TEST_ALWAYS = "the test bit of its zone is always set"
    ALARM_2_TESTS = "the second alarm bit of its zone is its self-test"
    VIBRATION_ON_LOCK = "it tells vibration as if it were a lock"
    HUE_KEYS = "it tells a key by a cluster of its maker's own"
    SONOFF_KEYS = "it tells by which of three commands it sends how its key was pressed"
    FALL_IN_OCCUPANCY = "it tells a fall among the bits of presence"
    FALL_BY_OWON = "it tells a fall by a cluster of its maker's own"
    CONTACT_BY_HUE = "it tells a contact by a cluster of its maker's own"
    SPEAKS_UNENROLLED = "it tells its alarms without being enrolled"


class Point(Enum):
    """What a data point of cluster 0xEF00 stands for."""

    OPEN = "open"
    """1 is open."""
    PRESENT = "present"
    """Anything but 0 is somebody."""
    VACANT = "vacant"
    """0 is somebody."""
    SMOKE = "smoke"
    """0 is smoke."""
    FALL = "fall"
    """1 is perhaps a fall, 2 is one."""
    TENTHS_CELSIUS = "temperature"
    HUMIDITY = "humidity"
    """Percent."""
    LUX = "lux"
    BATTERY = "battery"
    """Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of some models of a maker."""

    maker: str
    """A pattern of the whole name, as `model` is; upper and lower case count."""
    model: str
    oddities: frozenset[Oddity] = frozenset()
    role: Role | None = None
    """What it is, where its own description leaves that open or is wrong."""
    says: frozenset[Says] | None = None
    """In which ways it really speaks, in place of what its description would mean."""
    hidden: frozenset[int] = frozenset()
    """Clusters that it reports from and does not list."""
    points: Mapping[int, Point] = field(default_factory=dict)
    cell: Cell | None = None
    clears_after_s: float | None = None
    """After how long without another word a motion is over."""
