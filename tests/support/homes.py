"""A home on the desk: its devices, its rules, and a clock that is turned by hand.

`Desk` does what the pipeline and the store do between them, with values only: it stamps events,
keeps rows as a store would, lets deadlines come, and starts again from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.calendar import UnknownClock
from heimvakt.core.codec import Json
from heimvakt.core.commands import Command
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.engine import Outcome, step
from heimvakt.core.events import (
    ClockQuality,
    ConfigurationChanged,
    Event,
    GatewayStarted,
    Stamp,
    TimerFired,
    stamped,
)
from heimvakt.core.ledger import COUNTER
from heimvakt.core.resting import as_taken
from heimvakt.core.routes import Dispatch, Route, Routes, Target
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.state import State, next_deadline
from heimvakt.rules import KINDS, Context

OSLO = ZoneInfo("Europe/Oslo")
GATEWAY = "no-1505-004711"
EVENING = datetime(2026, 11, 4, 21, 0, tzinfo=UTC)
"""22:00 in Oslo."""

DEVICES = {
    device.device_id: device
    for device in (
        Device(device_id="bed", role=Role.BED, driver="zigbee", address="1", room="bedroom"),
        Device(device_id="hall", role=Role.MOTION, driver="zigbee", address="2", room="hall"),
        Device(
            device_id="front-door",
            role=Role.DOOR,
            driver="zigbee",
            address="3",
            room="hall",
            outer=True,
        ),
        Device(device_id="button", role=Role.BUTTON, driver="gpio", address="4", room="bath"),
        Device(
            device_id="pendant",
            role=Role.BUTTON,
            driver="zigbee",
            address="5",
            cancel=timedelta(seconds=10),
        ),
    )
}
RULES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "button": ("button", {}),
    "device-silent": ("device-silent", {}),
    "technical": ("technical", {}),
    "night-wandering": ("night-wandering", {"out_of": "bed", "signs": ("hall", "front-door")}),
    "night-door": ("night-door", {"doors": ("front-door",)}),
}


def to_all(*receivers: str) -> Routes:
    """Everything to everyone of these at once."""
    return routes(*(Target(name) for name in receivers))


def routes(*chain: Target) -> Routes:
    """Everything along this chain."""
    return Routes((Route(priorities=frozenset(Priority), to=chain),))


def home(
    devices: Mapping[str, Device] | None = None,
    rules: Mapping[str, tuple[str, Mapping[str, Any]]] | None = None,
    told: Routes | None = None,
    unknown_clock: UnknownClock = UnknownClock.NIGHT,
) -> Home:
    """A home with a bed, a hall, a front door and two buttons, and a centre that is told of
    everything, unless told otherwise."""
    devices = DEVICES if devices is None else devices
    context = Context(devices=devices, zone=OSLO, gateway_id=GATEWAY, unknown_clock=unknown_clock)
    bound = {}
    for rule_id, (name, settings) in (RULES if rules is None else rules).items():
        kind = KINDS[name]
        bound[rule_id] = kind.bind(rule_id, kind.settings(**settings), context)
    told = to_all("centre") if told is None else told
    return Home(gateway_id=GATEWAY, devices=devices, rules=bound, routes=told)


def oslo(clock: str) -> datetime:
    """A time of the night of 4 to 5 November 2026 in Oslo, as UTC."""
    hour, minute = map(int, clock.split(":"))
    day = 4 if hour >= 12 else 5
    return datetime(2026, 11, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


def stamp(seq: int = 1, at: datetime = EVENING) -> Stamp:
    """A stamp of this boot."""
    return Stamp(
        seq=seq,
        at=at,
        monotonic=(at - EVENING).total_seconds(),
        boot_id="boot",
        clock=ClockQuality.SYNCHRONISED,
    )


class Desk:
    """One life after the other of the core, from one set of rows."""

    def __init__(self, home: Home, at: datetime = EVENING) -> None:
        self.home = home
        self.at = at
        self.state = State()
        self.journal: list[Event] = []
        self.rows: dict[str, Json] = {COUNTER: {"n": 0}}  # as a new database begins
        self.table: dict[str, Alarm] = {}
        self.sent: list[Alarm] = []
        self.commands: list[Command] = []
        self.dispatched: list[tuple[datetime, Dispatch]] = []
        self.outcome = self.tell(GatewayStarted(cause="started", last_alive=None))

    def tell(self, event: Event, *, at: datetime | None = None) -> Outcome:
        """Let an event happen now, or when its time has come."""
        if at is not None:
            self.wait_until(at)
        before = self.state
        event = as_taken(before.mode, stamped(event, self.stamp()))
        self.outcome = step(self.home, before, event)
        self.state = self.outcome.state
        self.journal.append(event)
        for key, body in changes(before, self.state).items():
            if body is None:
                del self.rows[key]
            else:
                self.rows[key] = body
        self.table |= {alarm.alarm_id: alarm for alarm in self.outcome.changed}
        self.commands += self.outcome.commands
        self.sent += [dispatch.alarm for dispatch in self.outcome.send]
        self.dispatched += [(self.at, dispatch) for dispatch in self.outcome.send]
        return self.outcome

    def stamp(self) -> Stamp:
        """Of what happens now."""
        return stamp(len(self.journal) + 1, self.at)

    def wait(self, **duration: float) -> None:
        """Let time pass, with every deadline on the way."""
        self.wait_until(self.at + timedelta(**duration))

    def wait_until(self, at: datetime) -> None:
        """Let time pass until `at`."""
        while (due := next_deadline(self.home, self.state)) and due[1] <= at:
            self.at = max(self.at, due[1])
            self.tell(TimerFired(name=due[0], due=due[1]))
        self.at = max(self.at, at)

    def restart(self, home: Home | None = None, **off: float) -> None:
        """Begin again from the rows, after the gateway was off for so long."""
        last_alive, self.at = self.at, self.at + timedelta(**off)
        self.home = home or self.home
        kept = [self.table[alarm_id] for alarm_id in self.state.alarms]
        self.state, unread = restore(self.home, self.rows, kept, len(self.journal))
        assert not unread
        self.tell(GatewayStarted(cause="started", last_alive=last_alive))
        self.wait_until(self.at)

    def change(self, home: Home) -> None:
        """Go on under another configuration, as when a device was taken out while all goes on."""
        self.home = home
        self.tell(ConfigurationChanged(digest="another"))

    def alarms_of(self, event: Event) -> list[Alarm]:
        """Let an event happen; the alarms that receivers must be told of with it."""
        return [dispatch.alarm for dispatch in self.tell(event).send]

    def kinds(self) -> list[str]:
        """The kinds of all alarms that were sent for the first time, in order."""
        first: dict[str, Alarm] = {}
        for alarm in self.sent:
            first.setdefault(alarm.alarm_id, alarm)
        return [alarm.kind for alarm in first.values()]

    def alarm(self, kind: str) -> Alarm:
        """The only alarm of a kind, as it is now."""
        (found,) = (alarm for alarm in self.table.values() if alarm.kind == kind)
        return found


def moved(device: Device, **changed: Any) -> Device:
    """A device with other settings."""
    return replace(device, **changed)
