"""The facts that everything is decided from: what happened, and the stamp of when it was taken.

Pure values. A driver makes an event without a stamp; the pipeline stamps it once, on the way to the
journal, and nothing changes it afterwards. Names are those of the domain, in the past tense.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, TypeVar, dataclass_transform


class ClockQuality(StrEnum):
    """How far the wall clock can be trusted when an event was stamped."""

    SYNCHRONISED = "synchronised"
    HOLDOVER = "holdover"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """When an event was taken: order comes from `seq` alone, never from a clock."""

    seq: int
    at: datetime
    """UTC."""
    monotonic: float
    """Seconds on the clock of this boot."""
    boot_id: str
    clock: ClockQuality


NOT_STAMPED = Stamp(
    seq=0,
    at=datetime(1, 1, 1, tzinfo=UTC),
    monotonic=0.0,
    boot_id="",
    clock=ClockQuality.UNKNOWN,
)

_T = TypeVar("_T")
KINDS: dict[str, type[Event]] = {}
"""Every kind of event by its name on disk (`door-opened`)."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
def _event(cls: type[_T]) -> type[_T]:
    """Freeze a kind of event and enter it in `KINDS`."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()
    made.kind = kind  # type: ignore[attr-defined]
    KINDS[kind] = made  # type: ignore[assignment]
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past."""

    kind: ClassVar[str] = "event"
    v: ClassVar[int] = 1
    """Version of this kind's fields; the codec lifts older ones."""
    stamp: Stamp = NOT_STAMPED

    @property
    def seq(self) -> int:
        """The place in the journal."""
        return self.stamp.seq

    @property
    def at(self) -> datetime:
        """When it was taken, UTC."""
        return self.stamp.at


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent(Event):
    """A fact that a device of the home told."""

    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent(DeviceEvent):
    """A fact out of the log that a device keeps itself: after a break it may be told again, and the
    engine takes it once (`records`)."""

    log: str = ""
    """Which log; another one after the device was exchanged or lost its memory. Empty: none."""
    record: int = 0
    """Its place there, growing."""
    ago_s: float = 0.0
    """How long before `at` it happened: what was told late has its own time."""


EventT = TypeVar("EventT", bound=Event)


def stamped(event: EventT, stamp: Stamp) -> EventT:
    """The same fact with its stamp."""
    return replace(event, stamp=stamp)


class Press(StrEnum):
    """How a button was pressed."""

    SINGLE = "single"
    DOUBLE = "double"
    LONG = "long"
    HELD = "held"


class LockedBy(StrEnum):
    """What moved a bolt."""

    KEY = "key"
    TAG = "tag"
    CODE = "code"
    ORDER = "order"
    """From here or from another radio."""
    INSIDE = "inside"
    """By hand, or by the lock itself after a time."""
    UNKNOWN = "unknown"


class TakenHow(StrEnum):
    """How a dose came to be taken."""

    IN_TIME = "in-time"
    EARLY = "early"
    """Before its time, by permission."""
    TRAVEL = "travel"
    """Handed out beforehand, for days away."""


class TagBy(StrEnum):
    """How somebody said who he is."""

    CARD = "card"
    CODE = "code"


class Mode(StrEnum):
    """What the home is set to."""

    HOME = "home"
    AWAY = "away"
    """Nobody should be in."""
    VISIT = "visit"
    """A carer is here."""
    PRIVACY = "privacy"
    """Motion sensing rests."""
    SERVICE = "service"
    """A technician is at work."""


class CommandResult(StrEnum):
    """How something that was to be done ended."""

    DONE = "done"
    """The device itself said so."""
    FAILED = "failed"
    REFUSED = "refused"
    """It was not tried; the reason says why."""
    TIMED_OUT = "timed-out"
    """Nobody knows whether it was done."""


# --- presence -------------------------------------------------------------------------------------


@_event
class DoorOpened(DeviceEvent): ...


@_event
class DoorClosed(DeviceEvent): ...


@_event
class BedEntered(DeviceEvent): ...


@_event
class BedLeft(DeviceEvent): ...


@_event
class ChairEntered(DeviceEvent): ...


@_event
class ChairLeft(DeviceEvent): ...


@_event
class MotionDetected(DeviceEvent): ...


@_event
class MotionCleared(DeviceEvent): ...


@_event
class ApplianceStarted(DeviceEvent):
    """Something that somebody switches on is in use: a sign of life."""


@_event
class ApplianceStopped(DeviceEvent): ...


# --- people ---------------------------------------------------------------------------------------


@_event
class ButtonPressed(DeviceEvent):
    """A resident asks for help."""

    press: Press = Press.SINGLE


@_event
class ButtonHeld(DeviceEvent):
    """A button says again that it is pressed, and was not let go between: no new press."""


@_event
class ButtonCancelled(DeviceEvent):
    """The resident took a press back at the button itself."""


@_event
class FallDetected(DeviceEvent):
    """A sensor takes it that somebody fell."""


@_event
class TagPresented(DeviceEvent):
    """Somebody held a key to a reader, or typed a code at it."""

    tag: str = ""
    """Its name in the configuration; empty: nobody knows it."""
    by: TagBy = TagBy.CARD


# --- medicine -------------------------------------------------------------------------------------


@_event
class DoseOffered(LoggedEvent):
    """The dispenser holds a dose out, or unlocked it."""

    dose: datetime
    """Which one: the moment that it is planned for, UTC."""


@_event
class DoseTaken(LoggedEvent):
    """Somebody took a dose out. Whether it was swallowed nobody knows."""

    dose: datetime
    how: TakenHow = TakenHow.IN_TIME


@_event
class DoseMissed(LoggedEvent):
    """The window ended and the dose was still there."""

    dose: datetime


@_event
class DoseRetracted(LoggedEvent):
    """A dose that was held out is locked away: nobody can take it any more."""

    dose: datetime


@_event
class DispenserJammed(LoggedEvent):
    """It cannot move; nothing is given out."""

    reason: str = ""


@_event
class DispenserFreed(LoggedEvent):
    """It moves again."""


@_event
class DispenserLow(LoggedEvent):
    """Few doses are left in it."""

    left: int


@_event
class DispenserEmpty(LoggedEvent): ...


@_event
class DispenserRefilled(LoggedEvent):
    """Somebody filled it and closed it."""

    doses: int


@_event
class DispenserOpened(LoggedEvent):
    """Its lid is open."""

    forced: bool = False
    """Without the key."""


@_event
class DispenserClosed(LoggedEvent): ...


@_event
class DispenserTilted(LoggedEvent):
    """It lies or hangs so that it cannot work."""


@_event
class DispenserUpright(LoggedEvent): ...


@_event
class DispenserOnBattery(LoggedEvent): ...


@_event
class DispenserOnMains(LoggedEvent): ...


# --- dangers --------------------------------------------------------------------------------------


@_event
class SmokeDetected(DeviceEvent): ...


@_event
class SmokeCleared(DeviceEvent): ...


@_event
class CarbonMonoxideDetected(DeviceEvent): ...


@_event
class CarbonMonoxideCleared(DeviceEvent): ...


@_event
class LeakDetected(DeviceEvent): ...


@_event
class LeakCleared(DeviceEvent): ...


@_event
class HeatDetected(DeviceEvent): ...


@_event
class HeatCleared(DeviceEvent): ...


# --- the air of the home --------------------------------------------------------------------------


@_event
class TemperatureMeasured(DeviceEvent):
    """Of the air."""

    celsius: float


@_event
class HumidityMeasured(DeviceEvent):
    """Of the air."""

    percent: float


@_event
class IlluminanceMeasured(DeviceEvent):
    """How light it is."""

    lux: float


# --- locks ----------------------------------------------------------------------------------------


@_event
class LockLocked(DeviceEvent):
    """The bolt is out."""

    by: LockedBy = LockedBy.UNKNOWN


@_event
class LockUnlocked(DeviceEvent):
    """The bolt is in."""

    by: LockedBy = LockedBy.UNKNOWN


@_event
class LockJammed(DeviceEvent):
    """The bolt is stuck between the two."""


# --- health of things -----------------------------------------------------------------------------


@_event
class BatteryMeasured(DeviceEvent):
    """What a device says of its battery."""

    percent: float | None = None
    volts: float | None = None
    low: bool = False
    """The device itself says that it is low."""


@_event
class LinkMeasured(DeviceEvent):
    """How well a device is heard."""

    lqi: int
    """0 to 255."""
    rssi: int | None = None
    """dBm."""


@_event
class DeviceSeen(DeviceEvent):
    """A device said something that means nothing to the rules but that it lives."""


@_event
class ContactLost(DeviceEvent):
    """A device that is asked all the time answers no more. What it does meanwhile nobody knows."""

    reason: str = ""


@_event
class ContactBack(DeviceEvent):
    """It answers again, and has been asked for its state and for what happened meanwhile."""


@_event
class DeviceSilent(DeviceEvent):
    """Supervision heard nothing for longer than the device's limit (derived inside the engine)."""

    last_seen: datetime | None
    limit_s: float
    blind_rules: tuple[str, ...] = ()
    usual_s: float | None = None
    """How often it usually speaks, and the longest silence of the last weeks that it came back
    from; None while too little is known of it."""
    longest_s: float | None = None


@_event
class DeviceBack(DeviceEvent):
    """A silent device was heard again (derived inside the engine)."""


@_event
class DeviceStuck(DeviceEvent):
    """A device lives and has said the same for too long (derived inside the engine)."""

    since: datetime
    limit_s: float
    blind_rules: tuple[str, ...] = ()


@_event
class DeviceUnstuck(DeviceEvent):
    """It says something else again, or nothing at all (derived inside the engine)."""


@_event
class EnrolmentFailed(DeviceEvent):
    """The device is there and lives, but its alarms cannot be heard."""

    reason: str


@_event
class EnrolmentVerified(DeviceEvent):
    """The device itself says that it sends its alarms here."""


@_event
class TamperOpened(DeviceEvent): ...


@_event
class TamperClosed(DeviceEvent): ...


@_event
class RadioLost(Event):
    """A driver has lost what it listens with; its devices cannot be heard."""

    driver: str
    reason: str


@_event
class RadioBack(Event):
    """A driver hears again."""

    driver: str


@_event
class RadioInterference(Event):
    """Something else fills the channel of a radio for longer than is good."""

    driver: str
    channel: int
    energy_percent: float
    """Of what the radio can measure; 100 is the strongest."""


@_event
class RadioClear(Event):
    """The channel is quiet again."""

    driver: str
    channel: int


@_event
class StoreFault(Event):
    """The database was damaged; `saved` says what could be read from it."""

    reason: str
    set_aside: str
    """The name of the file that was set aside."""
    saved: str


@_event
class RecordsDropped(Event):
    """There was no room: records were erased before every receiver had them."""

    drop_id: int
    what: str
    """`telemetry`, `information` or `low`."""
    count: int
    first: int
    last: int
    reason: str


@_event
class PathLost(Event):
    """Nothing gets to the receivers over this path any more."""

    path: str
    reason: str
    for_s: float = 0.0
    """How long that had been so when it was said."""


@_event
class PathBack(Event):
    """The path has carried things to the other end for long enough to be trusted again."""

    path: str


@_event
class MainsLost(Event):
    """The gateway runs on its battery."""

    battery_percent: float | None = None


@_event
class MainsRestored(Event):
    """The gateway runs on mains again."""


@_event
class GatewayBatteryMeasured(Event):
    """How full the battery of the gateway is, told in steps while it runs on it."""

    percent: float


@_event
class StoreFilled(Event):
    """There is no room: what is no alarm is not taken any more."""

    reason: str


@_event
class StoreHasRoom(Event):
    """Everything is taken again."""


@_event
class CommandReceived(Event):
    """An order came from somebody who may give some, or who says so. It is taken once."""

    order_id: str
    """Its own number, never used again (`jti`); empty: it could not be read."""
    verb: str
    role: str
    """Of the key that it is signed with: `operator`, `technician`, `fleet`; empty: of none."""
    by: str
    """Who gave it: a pseudonymous id."""
    receiver: str
    """Over whom it came, as the configuration names him."""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    device_id: str | None = None
    alarm_id: str | None = None
    """Why: the alarm that it is given for."""
    argument: str = ""
    """What else belongs to the verb: the mode, `on`, a dose."""
    lasting_s: float | None = None
    refused: str = ""
    """Why it is not to be obeyed, where that is known from the order alone."""


@_event
class CommandCompleted(Event):
    """What a device was told to do, and how that went: one for each command that was given out."""

    command_id: str
    verb: str
    device_id: str | None = None
    result: CommandResult
    reason: str = ""


@_event
class OrderRefused(Event):
    """An order was not obeyed (derived inside the engine)."""

    order_id: str
    code: str
    """Why: an `orders.Refusal`."""
    verb: str
    by: str
    receiver: str
    suspicious: bool
    """It looks as if somebody tried what he can do."""


@_event
class SendTestOrdered(Event):
    """A test alarm was ordered (derived inside the engine)."""

    order_id: str
    priority: str
    by: str


@_event
class AuditBroken(Event):
    """The audit log is not as it was written."""

    number: int
    """The first row that does not fit to the one before."""
    reason: str


# --- the gateway's own ----------------------------------------------------------------------------


@_event
class GatewayStarted(Event):
    """The daemon began. `last_alive` is the last time that the journal knew of before."""

    cause: str
    last_alive: datetime | None
    alarms_raised: int = 0
    """No alarm gets a number up to this one; what was lost with a database may have used them."""


@_event
class ModeChosen(Event):
    """Somebody in front of the box sets the home to something else."""

    mode: Mode
    lasting_s: float | None = None
    """None: as long as this mode usually lasts here."""
    by: str


@_event
class ModeChanged(Event):
    """The home is set to something else (derived inside the engine)."""

    before: Mode
    after: Mode
    until: datetime | None
    """When it ends by itself."""
    by: str
    """Who or what did it."""


@_event
class GatewayStopping(Event):
    """The daemon was asked to stop."""


@_event
class ClockStepped(Event):
    """The wall clock was set: between two events it went another way than the time of this boot."""

    before: datetime
    """What it would show had it not been set."""
    after: datetime


@_event
class ClockQualityChanged(Event):
    """From now on the wall clock can be trusted more, or less."""

    before: ClockQuality
    after: ClockQuality


@_event
class RuleFailed(Event):
    """A rule could not make anything of an event (derived inside the engine)."""

    rule_id: str
    error: str


@_event
class PartDown(Event):
    """A part of the gateway that it can do without has fallen too often and stays down."""

    part: str
    reason: str


@_event
class TimerFired(Event):
    """A deadline has come. `due` is when it was to be; the stamp is when it was."""

    name: str
    due: datetime


@_event
class ConfigurationChanged(Event):
    """The configuration that was armed is not the one of the last start."""

    digest: str


@_event
class AlarmDelivered(Event):
    """A receiver's system answered for this alarm."""

    alarm_id: str
    receiver: str
    revision: int


@_event
class AlarmSpared(Event):
    """A receiver was not told of this alarm after all: a person took it before its turn came."""

    alarm_id: str
    receiver: str
    revision: int


@_event
class AlarmAcknowledged(Event):
    """A person took the alarm."""

    alarm_id: str
    receiver: str
    by: str


@_event
class AlarmClosed(Event):
    """A person is done with the alarm."""

    alarm_id: str
    receiver: str
    by: str


@_event
class AlarmUnanswered(Event):
    """An alarm was raised, and no receiver's system has it yet (derived inside the engine)."""

    alarm_id: str
    alarm_kind: str
    priority: str


@_event
class AlarmAnswered(Event):
    """A receiver's system has it now, or it is over (derived inside the engine)."""

    alarm_id: str


URGENT: tuple[type[DeviceEvent], ...] = (
    ButtonPressed,
    ButtonCancelled,
    SmokeDetected,
    SmokeCleared,
    CarbonMonoxideDetected,
    CarbonMonoxideCleared,
    LeakDetected,
    LeakCleared,
    FallDetected,
    HeatDetected,
    HeatCleared,
)
"""What waits behind nothing else. The end of a danger too: the next one must not overtake it."""
