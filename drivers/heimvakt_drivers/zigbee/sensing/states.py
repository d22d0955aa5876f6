"""States that a sensor tells: open or closed, somebody or nobody, danger or none; and calls.

PURE. A state that is told again is no news, with two exceptions. A motion sensor that says
"motion" again has seen somebody again, since many makers' sensors never say that it is over. And
a button whose alarm bit never falls would otherwise be heard once in its life.

Where it is known of a sensor that it never says so, a motion is over after the time of its maker.
"""

from __future__ import annotations

from heimvakt.core.changed import replace
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ButtonHeld, ButtonPressed, DetectorTested, DeviceEvent, Press

from .heard import Heard, ZoneStatus, ZoneType
from .memory import Memory
from .oddities import Oddity
from .roles import CALLS, DANGERS, TOLD, Sense, is_active
from .says import Says

MOTION_AGAIN_S = 10.0
"""Motion repeated sooner, with no end between, is the same motion: one flicker is one sign."""

HOLDS = (0x0010, 0x0020, 0x0030)
"""Of occupancy: the delays from occupied to not, of its infrared, ultrasonic and contact kinds."""
HOLD_MAX_S = 0xFFFE
HOLD_MARGIN_S = 10.0
"""For the way of the next motion's frame to us."""

PRESS_AGAIN_S = 5.0
"""A zone that does not promise to tell the end repeats its alarm for one press, some for seconds;
and two presses so close are one call for help anyhow."""

HELD_AGAIN_S = 60.0
"""A button that hangs says so with each of its check-ins; who holds it lets it go sooner."""

ALARM, ALARM_1 = int(ZoneStatus.ALARM), int(ZoneStatus.ALARM_1)
TEST = int(ZoneStatus.TEST)
RESTORE_REPORTS = int(ZoneStatus.RESTORE_REPORTS)
"""As plain numbers: on flags each `&` costs microseconds, and this is read for every press."""

_PRESSES = {1: Press.SINGLE, 2: Press.DOUBLE, 3: Press.LONG}
"""What the two alarm bits say of one maker's keys."""

_SEATS = frozenset({Role.BED, Role.CHAIR})


def zone(
    device: Device, memory: Memory, heard: Heard, status: int, *, notified: bool
) -> tuple[Memory, list[DeviceEvent]]:
    """A zone status: sent by the zone itself (`notified`), or as an attribute."""
    if device.role in CALLS:
        return _call(device, memory, heard, status, notified=notified)
    alarm = bool(status & (ALARM_1 if Oddity.ALARM_2_TESTS in memory.nature.oddities else ALARM))
    if device.role in DANGERS and alarm and status & TEST and _tests(memory):
        return _tried(device, memory)  # a danger would call for help every month
    if memory.alarm_bits:
        memory = replace(memory, alarm_bits=0)
    sense = Sense.CONTACT
    if device.role in _SEATS and _zone_type(memory, heard) == ZoneType.MOTION:
        sense = Sense.PRESENCE
    return state(device, memory, heard, sense, value=alarm)


def call(
    device: Device, memory: Memory, heard: Heard, *, value: bool
) -> tuple[Memory, list[DeviceEvent]]:
    """A device says in a way of its own whether it calls for help, or in which danger it is."""
    return zone(device, memory, heard, ALARM_1 if value else 0, notified=False)


def state(
    device: Device,
    memory: Memory,
    heard: Heard,
    sense: Sense,
    *,
    value: bool,
    for_s: float | None = None,
) -> tuple[Memory, list[DeviceEvent]]:
    """A state as a sensor says it, in the way that it says it; `for_s` where it says how long."""
    active = is_active(sense, device.role, value)
    if active is None:
        return memory, []
    if device.role is Role.MOTION:
        after_s = for_s or _over_after_s(memory)
        memory = replace(memory, due_at=heard.at + after_s if active and after_s else None)
    is_news = active is not memory.active
    if device.role is Role.MOTION and active and not is_news:
        is_news = heard.at - memory.active_at >= MOTION_AGAIN_S
    if not is_news:
        return memory, []
    return _tell(device, memory, heard.at, active=active)


def delayed(memory: Memory, seconds: int) -> Memory:
    """What a sensor says of its own delay from occupied to not."""
    return replace(memory, holds_s=float(seconds)) if 0 < seconds <= HOLD_MAX_S else memory


def over(device: Device, memory: Memory, now: float) -> tuple[Memory, list[DeviceEvent]]:
    """The time of a state is over without another word."""
    if device.role not in TOLD or not memory.active:
        return memory, []
    return _tell(device, memory, now, active=False)


def _tell(
    device: Device, memory: Memory, now: float, *, active: bool
) -> tuple[Memory, list[DeviceEvent]]:
    when_active, when_not = TOLD[device.role]
    event = (when_active if active else when_not)(device_id=device.device_id)
    return replace(memory, active=active, active_at=now), [event]


def _tried(device: Device, memory: Memory) -> tuple[Memory, list[DeviceEvent]]:
    """Somebody holds its test key: told once, however often it says so."""
    told = bool(memory.alarm_bits)
    events: list[DeviceEvent] = [] if told else [DetectorTested(device_id=device.device_id)]
    return replace(memory, alarm_bits=ALARM_1), events


def _over_after_s(memory: Memory) -> float | None:
    """For how long a motion holds without another word; None where the sensor tells its end."""
    known_s = memory.nature.clears_after_s
    return None if known_s is None else max(known_s, memory.holds_s + HOLD_MARGIN_S)


def _zone_type(memory: Memory, heard: Heard) -> int | None:
    return memory.signature.zone_type_at(heard.endpoint)


def _call(
    device: Device, memory: Memory, heard: Heard, status: int, *, notified: bool
) -> tuple[Memory, list[DeviceEvent]]:
    if Says.PANEL in memory.nature.says and _zone_type(memory, heard) == ZoneType.CONTACT:
        return memory, []  # the zone of a keypad's housing: its keys speak in another way
    bits = status & ALARM
    is_call = bool(bits & ~memory.alarm_bits)
    if notified and not status & RESTORE_REPORTS:
        is_call |= bits != 0 and heard.at - memory.active_at >= PRESS_AGAIN_S
    is_held = device.role is Role.BUTTON and bits and heard.at - memory.active_at >= HELD_AGAIN_S
    memory = replace(memory, alarm_bits=bits, active_at=heard.at if bits else memory.active_at)
    if not is_call:
        return memory, [ButtonHeld(device_id=device.device_id)] if is_held else []
    if Oddity.PRESSES_IN_ZONE in memory.nature.oddities and device.role is Role.BUTTON:
        return memory, [ButtonPressed(device_id=device.device_id, press=_PRESSES[bits])]
    return memory, [CALLS[device.role](device_id=device.device_id)]


def _tests(memory: Memory) -> bool:
    """Whether the test bit of its zone means anything."""
    return Oddity.TEST_ALWAYS not in memory.nature.oddities
