"""What a picture of a home shows, gathered while its events go by: where something was heard, when
the bed was used, outer doors, doses, modes, and times in which nothing could be heard.

Nothing is concluded: a span says that sensors spoke, not that somebody was there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ChairEntered,
    ChairLeft,
    ContactBack,
    ContactLost,
    DeviceBack,
    DeviceEvent,
    DeviceSilent,
    DoorClosed,
    DoorOpened,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    Event,
    GatewayStarted,
    GatewayStopping,
    LoggedEvent,
    Mode,
    ModeChanged,
    MotionCleared,
    MotionDetected,
    RadioBack,
    RadioLost,
)

SIGN = timedelta(minutes=2)
"""How long one sign is shown: what is shorter cannot be seen where a day is a hand wide."""
JOINED = timedelta(minutes=5)
"""Signs of one lane that are no further apart are one span."""
SPANS_MAX = 300_000
"""Some 50 MB, and over a year of a busy home; above it the oldest are let go."""
LANES_MAX = 9
"""Above it a row is no row any more: the last lane takes all the others."""
DOSES_MAX = 20_000
GATEWAY = "/"
"""The name of what nothing can be heard by; no device has it."""


_IN_ROOMS = (Role.MOTION, Role.CHAIR, Role.APPLIANCE, Role.DOOR)


class What(StrEnum):
    """What a span says."""

    HEARD = "heard"
    USED = "used"
    """A bed or a chair."""
    OPEN = "open"
    MODE = "mode"
    UNHEARD = "unheard"
    """Of a lane: the sensor could not be heard. Of no lane: nothing could be."""


class DoseState(StrEnum):
    """What became of a dose, as far as it is known."""

    OFFERED = "offered"
    TAKEN = "taken"
    MISSED = "missed"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the row of a day."""

    name: str
    """A room, or the id of a device that stands alone."""
    kind: str
    """`bed`, `room`, `rest` for what found no lane of its own, or `door` for those that lead out of
    the home."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, UTC."""

    what: What
    begin: datetime
    end: datetime
    lane: int | None = None
    name: str = ""
    """A device, or a mode."""


@dataclass(frozen=True, slots=True)
class SeenDose:
    """One dose."""

    device_id: str
    dose: datetime
    state: DoseState
    at: datetime
    """When it came to be so, by the dispenser."""


@dataclass(slots=True)
class Seen:
    """All of a run that a picture needs; give it the events by `watch`, and what the engine derives
    by `derived`."""

    home: Home
    lanes: list[Lane] = field(init=False)
    spans: deque[Span] = field(default_factory=lambda: deque(maxlen=SPANS_MAX))
    doses: dict[tuple[str, datetime], SeenDose] = field(default_factory=dict)
    let_go_until: datetime | None = None
    """Up to here some of the oldest were let go."""
    _lane_of: dict[str, int] = field(init=False)
    _begun: dict[tuple[What, str], datetime] = field(default_factory=dict)
    _last: dict[int, Span] = field(default_factory=dict)
    """The span of each lane that may still grow."""

    def __post_init__(self) -> None:
        """Give every device that says where somebody is its lane."""
        self.lanes, self._lane_of = _lanes(self.home.devices.values())

    def watch(self, events: Iterable[Event]) -> Iterator[Event]:
        """The same events, noted as they go by."""
        last: Event | None = None
        for event in events:
            self._take(event)
            last = event
            yield event
        if last is not None:
            self._end(last.at)

    def derived(self, events: Iterable[Event]) -> None:
        """Note what the engine made of them."""
        for event in events:
            match event:
                case ModeChanged(before=before, after=after, at=at):
                    self._ended(What.MODE, before, at)
                    if after is not Mode.HOME:
                        self._begin(What.MODE, after, at)
                case DeviceSilent(device_id=device_id, last_seen=last_seen, at=at):
                    self._begin(What.UNHEARD, device_id, last_seen or at)
                case DeviceBack(device_id=device_id, at=at):
                    self._ended(What.UNHEARD, device_id, at)
                case _:
                    pass

    def _take(self, event: Event) -> None:
        match event:
            case LoggedEvent():
                self._dose(event)
            case DeviceEvent() if event.device_id in self.home.devices:
                self._device(self.home.devices[event.device_id], event)
            case RadioLost(driver=driver, at=at):
                for device_id in self._heard_by(driver):
                    self._begin(What.UNHEARD, device_id, at)
            case RadioBack(driver=driver, at=at):
                for device_id in self._heard_by(driver):
                    self._ended(What.UNHEARD, device_id, at)
            case GatewayStopping(at=at):
                self._begin(What.UNHEARD, GATEWAY, at)
            case GatewayStarted(last_alive=last_alive, at=at):
                if last_alive is not None:
                    self._begin(What.UNHEARD, GATEWAY, last_alive)
                self._ended(What.UNHEARD, GATEWAY, at)
            case _:
                pass

    def _heard_by(self, driver: str) -> list[str]:
        return [i for i in self._lane_of if self.home.devices[i].driver == driver]

    def _device(self, device: Device, event: DeviceEvent) -> None:
        at, device_id = event.at, device.device_id
        match event:
            case BedEntered() | ChairEntered():
                self._begin(What.USED, device_id, at)
            case BedLeft() | ChairLeft():
                self._ended(What.USED, device_id, at)
            case DoorOpened() if device.outer:
                self._begin(What.OPEN, device_id, at)
            case DoorClosed() if device.outer:
                self._ended(What.OPEN, device_id, at)
            case MotionDetected():
                self._begin(What.HEARD, device_id, at)
                self._heard(device_id, at, at)
            case MotionCleared():
                begun = self._begun.pop((What.HEARD, device_id), at)
                self._heard(device_id, begun, at)
            case ApplianceStarted() | ApplianceStopped() | DoorOpened() | DoorClosed():
                self._heard(device_id, at, at)
            case ContactLost():
                self._begin(What.UNHEARD, device_id, at)
            case ContactBack():
                self._ended(What.UNHEARD, device_id, at)
            case _:
                pass

    def _dose(self, event: LoggedEvent) -> None:
        match event:
            case DoseOffered(dose=dose):
                state = DoseState.OFFERED
            case DoseTaken(dose=dose):
                state = DoseState.TAKEN
            case DoseMissed(dose=dose):
                state = DoseState.MISSED
            case DoseRetracted(dose=dose):
                state = DoseState.RETRACTED
            case _:
                return
        key = (event.device_id, dose)
        before = self.doses.get(key)
        if before is not None and before.state in (DoseState.TAKEN, DoseState.MISSED):
            return  # locked away afterwards, or told again after a break
        at = event.at - timedelta(seconds=event.ago_s)
        self.doses[key] = SeenDose(event.device_id, dose, state, at)
        if len(self.doses) > DOSES_MAX:
            del self.doses[next(iter(self.doses))]

    def _begin(self, what: What, name: str, at: datetime) -> None:
        self._begun.setdefault((what, name), at)

    def _ended(self, what: What, name: str, at: datetime) -> None:
        begun, lane = self._begun.pop((what, name), None), self._lane_of.get(name)
        if begun is not None and (lane is not None or name == GATEWAY or what is What.MODE):
            self._add(Span(what, begun, max(at, begun), lane, name))

    def _heard(self, device_id: str, begin: datetime, end: datetime) -> None:
        """Signs of one lane grow together, so that memory follows the hours and not the events."""
        lane = self._lane_of.get(device_id)
        if lane is None:
            return
        end = max(end, begin + SIGN)
        last = self._last.get(lane)
        if last is not None and last.begin <= begin <= last.end + JOINED:
            self._last[lane] = replace(last, end=max(last.end, end))
            return
        if last is not None:
            self._add(last)
        self._last[lane] = Span(What.HEARD, begin, end, lane)

    def _add(self, span: Span) -> None:
        if len(self.spans) == SPANS_MAX:
            self.let_go_until = self.spans[0].end
        self.spans.append(span)

    def _end(self, at: datetime) -> None:
        for what, name in tuple(self._begun):
            if what is What.HEARD:
                del self._begun[what, name]  # a movement that never ended is shown as a sign
            else:
                self._ended(what, name, at)
        for span in self._last.values():
            self._add(span)
        self._last.clear()


def _lanes(devices: Iterable[Device]) -> tuple[list[Lane], dict[str, int]]:
    """Beds first, then rooms in the order of the file, doors that lead out last."""
    wanted: dict[str, Lane] = {}
    for device in devices:
        if device.role is Role.BED:
            wanted[device.device_id] = Lane(device.device_id, "bed")
        elif device.role is Role.DOOR and device.outer:
            wanted[device.device_id] = Lane("", "door")
        elif device.role in _IN_ROOMS:
            wanted[device.device_id] = Lane(device.room or device.device_id, "room")
    order = ("bed", "room", "rest", "door")
    lanes = sorted(dict.fromkeys(wanted.values()), key=lambda lane: order.index(lane.kind))
    if len(lanes) > LANES_MAX:
        door = [lane for lane in lanes if lane.kind == "door"]
        rest = Lane("", "rest")
        lanes = [*lanes[: LANES_MAX - 1 - len(door)], rest, *door]
        wanted = {i: lane if lane in lanes else rest for i, lane in wanted.items()}
    return lanes, {device_id: lanes.index(lane) for device_id, lane in wanted.items()}
