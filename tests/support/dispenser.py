"""A conversation and a dispenser without a wire between them, in time that is turned by hand.

Octets go over as on a real line, and get lost as on one. What the conversation brings is taken by
the engine's own step, so that `State.records` is what the gateway would have.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.doses import DosePlan
from heimvakt.core.engine import step
from heimvakt.core.events import (
    ClockQuality,
    ContactBack,
    ContactLost,
    Event,
    LoggedEvent,
    Stamp,
    stamped,
)
from heimvakt.core.records import Record, is_known
from heimvakt.core.state import State
from heimvakt_drivers.serial.dispenser.agenda import Agenda, Wanted
from heimvakt_drivers.serial.dispenser.conversation import Conversation
from heimvakt_drivers.serial.dispenser.driver import DispenserDriver
from heimvakt_drivers.serial.dispenser.facts import Completed, Fact, Lost, Synced, Told
from heimvakt_drivers.serial.dispenser.frame import Splitter, to_wire
from heimvakt_drivers.serial.dispenser.kept import Kept
from heimvakt_drivers.serial.dispenser.orders import Order, number_of
from heimvakt_drivers.serial.dispenser.payload import Answer, Tag, Verb, tlv
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from heimvakt_drivers.serial.dispenser.settings import DispenserSettings
from heimvakt_drivers.serial.dispenser.translate import event_of
from heimvakt_drivers.virtual.dispenser import VirtualDispenser
from heimvakt_drivers.virtual.wire import PtyEnd
from tests.support.drivers import Gateway, running

KEY = bytes(range(16))
KEY_REFERENCE = "credential:dispenser-key"
OSLO = ZoneInfo("Europe/Oslo")
MEDICINE = "medicine"
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A Monday, an hour before the first dose."""
ANSWER_S = 0.25
"""Until a request counts as not answered."""


def plan(*doses: tuple[str, str]) -> tuple[DosePlan, ...]:
    """`("09:00", "60")`: each at a local time, for so many minutes."""
    return tuple(
        DosePlan(at=time.fromisoformat(at), window=timedelta(minutes=int(minutes)))
        for at, minutes in doses
    )


TWICE_A_DAY = plan(("09:00", "60"), ("21:00", "60"))


def hours_from_now(*hours: int) -> tuple[DosePlan, ...]:
    """For tests in real time: none of these is due meanwhile."""
    now = datetime.now(UTC)
    walls = sorted((now + timedelta(hours=each)).astimezone(OSLO).time() for each in hours)
    half_an_hour = timedelta(minutes=30)
    return tuple(
        DosePlan(at=wall.replace(second=0, microsecond=0), window=half_an_hour) for wall in walls
    )


def dispenser_device(doses: tuple[DosePlan, ...] = TWICE_A_DAY) -> Device:
    return Device(
        device_id=MEDICINE, role=Role.DISPENSER, driver="dispenser", address="1", doses=doses
    )


class GatewayDied(Exception):
    """At the step that a test chose."""


@dataclass
class Desk:
    """Both sides, and the time of both."""

    now: datetime = MORNING
    doses: tuple[DosePlan, ...] = TWICE_A_DAY
    rtc: bool = True
    key: bytes = KEY
    clock: ClockQuality = ClockQuality.SYNCHRONISED
    events: list[Event] = field(default_factory=list)
    """What the engine took, once each."""
    told_again: int = 0
    """Records that the engine knew already."""
    answers: dict[str, Answer | None] = field(default_factory=dict)
    """What came of each order."""

    def __post_init__(self) -> None:
        self.began = self.now
        self.device = VirtualDispenser(key=KEY, rtc=self.rtc, crystal=lambda: self.seconds + 1000.0)
        self.device.refill(28)
        self.device.start()
        self.home = Home(gateway_id="test", devices={MEDICINE: dispenser_device()})
        self.state = State()
        self.kept = Kept()
        """On our disk."""
        self.dies_in: int | None = None
        """The gateway lasts for so many more steps of what it makes durable."""
        self.seq = 0
        self._nonces = 0
        self._orders: dict[int, str] = {}
        self.splitter = Splitter()
        self.talk = self._conversation()

    @property
    def seconds(self) -> float:
        return (self.now - self.began).total_seconds()

    # ---------------------------------------------------------------------------- our side

    def restart(self) -> None:
        """The gateway dies and starts again, with what was durable."""
        self.dies_in = None
        self.talk = self._conversation()
        self.splitter = Splitter()

    def release(self, name: str, dose: datetime, *, travel: bool = False) -> Order:
        """Order a dose; what comes of it will be in `answers`."""
        minute = to_minute(dose)
        order = Order(
            number_of(name),
            Verb.RELEASE,
            int(self.now.timestamp()) + 15,
            minute,
            tlv(Tag.DOSE, minute, 4) + tlv(Tag.TRAVEL, travel),
        )
        self._orders[order.number] = name
        self.talk.agenda.orders.give(order)
        return order

    def _nonce(self) -> bytes:
        self._nonces += 1
        return self._nonces.to_bytes(8, "big")

    def _conversation(self) -> Conversation:
        last = self.state.records.get(MEDICINE)
        taken = (0, 0) if last is None else (int(last.log, 16), last.number)
        agenda = Agenda(Wanted(self.doses, OSLO), self.kept, taken, self.seconds)
        return Conversation(1, self.key, agenda, self._nonce, self.seconds)

    # ---------------------------------------------------------------------------- the wire

    def exchange(self) -> bool:
        """Ask once, and again as often as it takes; False: nothing is to be asked now."""
        frame = self.talk.ask(self.seconds, self.now, self.clock)
        self._keep()
        if frame is None:
            return False
        while frame is not None:
            self.now += timedelta(seconds=0.02)
            for answer in self.splitter.feed(self.device.feed(to_wire(frame))):
                facts = self.talk.heard(answer, self.seconds)
                if facts is not None:
                    self.take([*facts, *self.talk.lost(self.seconds)])
                    return True
            self.now += timedelta(seconds=ANSWER_S)
            frame = self.talk.unanswered(self.seconds)
            self.take(self.talk.lost(self.seconds))
        return True

    def take(self, facts: Iterable[Fact]) -> None:
        """As the shell does: on the disk, through the engine, acknowledged."""
        self._keep()
        for fact in facts:
            match fact:
                case Told(entry):
                    event = event_of(MEDICINE, entry)
                    if event is not None:
                        self.emit(event)
                        self._step()
                    self.talk.agenda.took(entry, self.seconds)
                case Lost(reason):
                    self.emit(ContactLost(device_id=MEDICINE, reason=reason))
                case Synced():
                    self.emit(ContactBack(device_id=MEDICINE))
                case Completed(order, answer):
                    self.answers[self._orders[order.number]] = answer

    def _keep(self) -> None:
        if self.kept != self.talk.agenda.kept:
            self._step()
            self.kept = self.talk.agenda.kept
            self._step()

    def _step(self) -> None:
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in < 0:
                self.dies_in = None
                raise GatewayDied

    def emit(self, event: Event) -> None:
        self._step()
        self.seq += 1
        stamp = Stamp(
            seq=self.seq, at=self.now, monotonic=self.seconds, boot_id="", clock=self.clock
        )
        event = stamped(event, stamp)
        if isinstance(event, LoggedEvent) and is_known(self.state.records, event):
            self.told_again += 1
        else:
            self.events.append(event)
        self.state = step(self.home, self.state, event).state

    # ---------------------------------------------------------------------------- time

    def go_on(self, **by: float) -> None:
        """Let time pass, with a look at all that falls due on the way; speak at each."""
        until = self.now + timedelta(**by)
        while self.now < until:
            due = self.device.due()
            at = until if due is None else self.began + timedelta(seconds=due - 1000.0)
            self.now = max(self.now, min(at, until))
            self.device.tick()
            self.speak()
            if self.now < until:
                self.now += timedelta(seconds=0.01)

    def run(self, seconds: float) -> None:
        """As it is in the home: an exchange whenever one is due."""
        until = self.seconds + seconds
        while self.seconds < until:
            due = min(max(self.talk.due(self.seconds), self.seconds), until)
            self.now += timedelta(seconds=due - self.seconds)
            self.device.tick()
            if not self.exchange():
                self.now += timedelta(seconds=0.001)

    def speak(self, limit: int = 400) -> None:
        """Poll at least once, and go on until all is said."""
        for _ in range(limit):
            self.now += timedelta(seconds=max(0.0, self.talk.due(self.seconds) - self.seconds))
            polled = self.exchange()
            if not polled:
                self.now += timedelta(seconds=0.001)  # a float fell just short of it
            elif self.talk.due(self.seconds) > self.seconds:
                return
        raise AssertionError("they never come to an end")

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def logged(self) -> list[LoggedEvent]:
        return [event for event in self.events if isinstance(event, LoggedEvent)]

    @property
    def record(self) -> Record | None:
        return self.state.records.get(MEDICINE)


def moment(text: str) -> datetime:
    """A local time in March 2026, `"02 09:00"`, in UTC."""
    day, _, clock = text.partition(" ")
    wall = datetime.combine(date(2026, 3, int(day)), time.fromisoformat(clock))
    return wall.replace(tzinfo=OSLO).astimezone(UTC)


class DispenserBench:
    """A dispenser at the end of a pseudo-terminal, in real time, and drivers for it."""

    def __init__(self, folder: Path, *, key: bytes = KEY) -> None:
        self.folder = folder
        self.state_directory = str(folder)
        self.secrets = {KEY_REFERENCE: KEY.hex()}
        self.port = folder / "dispenser"
        self.device = dispenser_device(hours_from_now(6, 12))
        self.dispenser = VirtualDispenser(folder, key=key)
        self.end: PtyEnd | None = None

    @asynccontextmanager
    async def served(self) -> AsyncIterator[VirtualDispenser]:
        """Filled and switched on, while the context lasts."""
        self.dispenser.refill(28)
        self.dispenser.start()
        async with self.dispenser.serve(self.port) as self.end:
            yield self.dispenser

    def driver(self) -> DispenserDriver:
        return DispenserDriver(
            DispenserSettings(port=str(self.port), baudrate=115200, key=KEY_REFERENCE)
        )

    def gateway(self) -> Gateway:
        gateway = Gateway([self.device], self.state_directory)
        gateway.secrets |= self.secrets
        return gateway

    @asynccontextmanager
    async def armed(self) -> AsyncIterator[tuple[DispenserDriver, Gateway]]:
        """A driver that hears."""
        driver, gateway = self.driver(), self.gateway()
        async with running(driver, gateway):
            await gateway.wait_armed()
            yield driver, gateway
