"""What a rule of a home's own can hear: verbs, and the events that they stand for.

A verb lasts from the event that begins it to the one that ends it (`opened`), or is a moment that
is over as soon as it is there (`pressed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ButtonPressed,
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    LockLocked,
    LockUnlocked,
    MotionCleared,
    MotionDetected,
    Press,
    SmokeCleared,
    SmokeDetected,
    TagPresented,
    TemperatureMeasured,
)

MARGIN = 0.5
"""Degrees Celsius. So far back it is over: on the limit itself a sensor goes to and fro."""

_Events = tuple[type[DeviceEvent], ...]


@dataclass(frozen=True, slots=True)
class Verb:
    """What a device can be said to have done."""

    roles: frozenset[Role]
    begins: _Events
    ends: _Events = ()
    """None: a moment."""
    private: bool = False
    """Not taken while privacy lasts."""
    hands: bool = False
    """Somebody calls for help with it, or a danger is told: such an alarm never rests."""


_PLACES = frozenset({Role.BED, Role.CHAIR})
_IN, _OUT = (BedEntered, ChairEntered), (BedLeft, ChairLeft)
_DANGERS = frozenset({Role.SMOKE, Role.HEAT, Role.CARBON_MONOXIDE, Role.LEAK})
_DETECTED = (SmokeDetected, HeatDetected, CarbonMonoxideDetected, LeakDetected)
_CLEARED = (SmokeCleared, HeatCleared, CarbonMonoxideCleared, LeakCleared)
_MEASURES = frozenset(Role)
"""Whatever measures besides its own role tells that too."""

VERBS: Mapping[str, Verb] = {
    "opened": Verb(frozenset({Role.DOOR}), (DoorOpened,), (DoorClosed,)),
    "closed": Verb(frozenset({Role.DOOR}), (DoorClosed,), (DoorOpened,)),
    "entered": Verb(_PLACES, _IN, _OUT, private=True),
    "left": Verb(_PLACES, _OUT, _IN, private=True),
    "motion": Verb(frozenset({Role.MOTION}), (MotionDetected,), (MotionCleared,), private=True),
    "started": Verb(frozenset({Role.APPLIANCE}), (ApplianceStarted,), (ApplianceStopped,)),
    "stopped": Verb(frozenset({Role.APPLIANCE}), (ApplianceStopped,), (ApplianceStarted,)),
    "unlocked": Verb(frozenset({Role.LOCK}), (LockUnlocked,), (LockLocked,)),
    "locked": Verb(frozenset({Role.LOCK}), (LockLocked,), (LockUnlocked,)),
    "pressed": Verb(frozenset({Role.BUTTON}), (ButtonPressed,), hands=True),
    "presented": Verb(frozenset({Role.TAG}), (TagPresented,)),
    "detected": Verb(_DANGERS, _DETECTED, _CLEARED, hands=True),
    "below": Verb(_MEASURES, (TemperatureMeasured,), (TemperatureMeasured,)),
    "above": Verb(_MEASURES, (TemperatureMeasured,), (TemperatureMeasured,)),
}
MEASURED = ("below", "above")


class Said(Enum):
    """What an event says of a sign."""

    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One verb of one device."""

    verb: str
    device_id: str
    limit: float = 0.0
    """Degrees Celsius, for what is measured."""
    sets_modes: frozenset[Press] = frozenset()
    """Presses of this button that set a mode, and are nothing else."""

    @property
    def key(self) -> str:
        """Its name among deadlines and alarms: `opened fridge`."""
        return f"{self.verb} {self.device_id}"

    @property
    def lasts(self) -> bool:
        """Whether it goes on until something ends it."""
        return bool(VERBS[self.verb].ends)

    @property
    def private(self) -> bool:
        """Whether it is not taken while privacy lasts."""
        return VERBS[self.verb].private

    @property
    def calls(self) -> bool:
        """Whether somebody calls for help with it, or a danger is told."""
        return VERBS[self.verb].hands

    @property
    def is_measured(self) -> bool:
        """Whether it is told again and again while it goes on."""
        return self.verb in MEASURED

    def said(self, event: DeviceEvent) -> Said | None:
        """What the event says of it; None: nothing."""
        if event.device_id != self.device_id:
            return None
        match event:
            case TemperatureMeasured(celsius=celsius) if self.verb in MEASURED:
                return self._measured(celsius)
            case ButtonPressed(press=press) if press in self.sets_modes:
                return None
            case TagPresented(tag=""):
                return None  # a key that nobody knows
            case _:
                verb = VERBS[self.verb]
                if isinstance(event, verb.begins):
                    return Said.BEGINS
                return Said.ENDS if isinstance(event, verb.ends) else None

    def _measured(self, celsius: float) -> Said | None:
        beyond = self.limit - celsius if self.verb == "below" else celsius - self.limit
        if beyond > 0:
            return Said.BEGINS
        return Said.ENDS if beyond <= -MARGIN else None
