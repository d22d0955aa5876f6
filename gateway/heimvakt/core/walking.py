"""What a technician does with a device in a walk test, and by what it shows that it works.

A sign of life is no proof: a contact that checks in each hour, or says that its housing is shut,
may hang loose on its door. It has to tell of what it is there for.
"""

from __future__ import annotations

from collections.abc import Mapping

from .devices import Role
from .events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ButtonCancelled,
    ButtonPressed,
    CarbonMonoxideDetected,
    ChairEntered,
    ChairLeft,
    DetectorTested,
    DeviceEvent,
    DispenserClosed,
    DispenserOpened,
    DoorClosed,
    DoorOpened,
    FallDetected,
    HeatDetected,
    HumidityMeasured,
    LeakDetected,
    LockLocked,
    LockUnlocked,
    MotionDetected,
    SmokeDetected,
    TagPresented,
    TamperClosed,
    TamperOpened,
    TemperatureMeasured,
)
from .words import Words

_SHOWS: Mapping[Role, tuple[type[DeviceEvent], ...]] = {
    Role.DOOR: (DoorOpened, DoorClosed),
    Role.BED: (BedEntered, BedLeft),
    Role.CHAIR: (ChairEntered, ChairLeft),
    Role.MOTION: (MotionDetected,),
    Role.BUTTON: (ButtonPressed, ButtonCancelled),
    Role.FALL: (FallDetected,),
    Role.SMOKE: (SmokeDetected, DetectorTested),
    Role.HEAT: (HeatDetected, DetectorTested),
    Role.CARBON_MONOXIDE: (CarbonMonoxideDetected, DetectorTested),
    Role.LEAK: (LeakDetected, DetectorTested),
    Role.TEMPERATURE: (TemperatureMeasured, HumidityMeasured),
    Role.APPLIANCE: (ApplianceStarted, ApplianceStopped),
    Role.LOCK: (LockLocked, LockUnlocked),
    Role.TAG: (TagPresented,),
    Role.TAMPER: (TamperOpened, TamperClosed),
    Role.DISPENSER: (DispenserOpened, DispenserClosed),
}
"""By role, what only a device tells that does what it is there for."""

CALLS_BY_ITSELF = (
    ButtonPressed,
    FallDetected,
    SmokeDetected,
    HeatDetected,
    CarbonMonoxideDetected,
    LeakDetected,
)
"""What is an alarm of its own, which goes the whole way as a test."""

ASKED: Mapping[Role, Words] = {
    Role.DOOR: Words(nb="åpne og lukk den", en="open and close it"),
    Role.BED: Words(nb="legg deg, og stå opp igjen", en="lie down, and get up again"),
    Role.CHAIR: Words(nb="sett deg, og reis deg igjen", en="sit down, and get up again"),
    Role.MOTION: Words(nb="gå forbi den", en="walk past it"),
    Role.BUTTON: Words(nb="trykk på den", en="press it"),
    Role.FALL: Words(nb="trykk på prøveknappen", en="press its test button"),
    Role.SMOKE: Words(nb="hold prøveknappen inne", en="hold its test button"),
    Role.HEAT: Words(nb="hold prøveknappen inne", en="hold its test button"),
    Role.CARBON_MONOXIDE: Words(nb="hold prøveknappen inne", en="hold its test button"),
    Role.LEAK: Words(nb="legg den i litt vann", en="put it into a little water"),
    Role.TEMPERATURE: Words(nb="hold den i hånden", en="hold it in your hand"),
    Role.APPLIANCE: Words(nb="slå på det som står i den", en="switch on what is plugged into it"),
    Role.LOCK: Words(nb="lås opp og lås igjen", en="unlock it and lock it again"),
    Role.TAG: Words(nb="hold en nøkkelbrikke foran den", en="hold a key to it"),
    Role.TAMPER: Words(nb="åpne dekselet", en="open the housing"),
    Role.DISPENSER: Words(nb="åpne og lukk lokket", en="open and close its lid"),
}
"""By role; what is not here nobody can try by hand."""


def shows_that_it_works(role: Role, event: DeviceEvent) -> bool:
    """Whether it tells of what a device of this role is there for."""
    return isinstance(event, _SHOWS.get(role, ()))
