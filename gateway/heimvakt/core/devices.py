"""What is in a home: devices by the role that the rules see, and the rules bound to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .doses import DosePlan
from .events import DeviceEvent, Mode
from .mode_plans import PLANS, ModePlan
from .orders import NO_KEYS, OrderKeys
from .routes import Routes

if TYPE_CHECKING:
    from .rule import Rule


class Role(StrEnum):
    """What a device is to the rules, wherever it comes from."""

    DOOR = "door"
    BED = "bed"
    CHAIR = "chair"
    MOTION = "motion"
    BUTTON = "button"
    SMOKE = "smoke"
    CARBON_MONOXIDE = "carbon-monoxide"
    LEAK = "leak"
    FALL = "fall"
    HEAT = "heat"
    TEMPERATURE = "temperature"
    """Measures the air and nothing else; whatever measures besides its own role tells that too."""
    APPLIANCE = "appliance"
    """A kettle, a television, a lamp behind a plug that measures: used, somebody is up."""
    LOCK = "lock"
    SIREN = "siren"
    LIGHT = "light"
    """Switched on and off for those who live there: a bulb, or a plug with a lamp."""
    REPEATER = "repeater"
    """Carries what others say; missed when it is silent."""
    DISPENSER = "dispenser"
    TAG = "tag"
    """A reader that carers hold their keys to."""
    TAMPER = "tamper"
    """A contact that tells that somebody opens what he should not, such as the gateway itself."""


CALLS_FOR_HELP = frozenset({Role.BUTTON, Role.FALL, Role.SMOKE, Role.HEAT, Role.CARBON_MONOXIDE})
"""What must be heard at any moment: somebody relies on it."""

MAINS_FED = frozenset({Role.APPLIANCE, Role.LIGHT, Role.REPEATER, Role.SIREN})
"""Goes out with the mains of the home, and carries what other devices say while it is on."""


def own_driver(device_id: str) -> str:
    """The driver that a device has alone which its configuration keeps from any other: always lost,
    so that to the rules it is what any device is whose driver hears nothing."""
    return f"devices.{device_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of the home, as the configuration names it."""

    device_id: str
    role: Role
    driver: str
    address: str
    """As its driver writes it; empty until the device has been paired."""
    room: str | None = None
    outer: bool = False
    """A door that leads out of the home."""
    cancel: timedelta | None = None
    """A button: pressed again within this time, no alarm goes out."""
    silent_after: timedelta | None = None
    """How long it may say nothing; without it that is learned (`checkins`)."""
    stuck_after: timedelta | None = None
    """How long it may say the same; without it what is usual for the role (`stuck`)."""
    door: str | None = None
    """A lock: the device that tells whether its door is open."""
    doses: tuple[DosePlan, ...] = ()
    """A dispenser: when it is to give what."""
    options: object = None
    """What else its driver wants to know of it: a value of the driver's own model."""


NO_ROUTES = Routes()
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Listeners:
    """Which of some rules are told of which device."""

    by_device: Mapping[str, tuple[str, ...]]
    of_all: tuple[str, ...]
    """Those that are told of any."""

    @classmethod
    def of(cls, rules: Mapping[str, Rule[Any]]) -> Listeners:
        """As the rules themselves say."""
        some = {i: rule.told_of for i, rule in rules.items() if rule.told_of is not None}
        by_device = {
            device_id: tuple(i for i in rules if i not in some or device_id in some[i])
            for device_id in frozenset().union(*some.values())
        }
        return cls(by_device, tuple(i for i in rules if i not in some))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """All that the engine knows and that does not change while it runs."""

    gateway_id: str
    devices: Mapping[str, Device] = field(default_factory=dict)
    rules: Mapping[str, Rule[Any]] = field(default_factory=dict)
    routes: Routes = NO_ROUTES
    zone: ZoneInfo = UTC_ZONE
    tags: Mapping[str, str] = field(default_factory=dict)
    """Whose key: its name by what a reader reads (`26:0004a2f1`) or is typed."""
    orders: OrderKeys = NO_KEYS
    digest: str = ""
    """Tells two configurations apart."""
    modes: Mapping[Mode, ModePlan] = field(default_factory=lambda: PLANS)
    """What each mode but home means here."""
    paths: tuple[str, ...] = ()
    """The names of the ways out of the box."""
    _told: dict[type[DeviceEvent], Listeners] = field(init=False, repr=False, compare=False)
    """By what is told; worked out when a kind is first met, since it is asked with every event."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_told", {})  # of these rules, and never of those of another home

    def rules_told_of(self, event: DeviceEvent) -> tuple[str, ...]:
        """The ids of the rules that are told of it, in their order."""
        kind = type(event)
        told = self._told.get(kind)
        if told is None:
            rules = {i: rule for i, rule in self.rules.items() if rule.is_told(kind)}
            told = self._told[kind] = Listeners.of(rules)
        return told.by_device.get(event.device_id, told.of_all)

    def rules_that_need(self, device_id: str) -> tuple[str, ...]:
        """The ids of the rules that are blind without this device."""
        return tuple(i for i, rule in self.rules.items() if device_id in rule.needs)
