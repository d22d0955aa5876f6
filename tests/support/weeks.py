"""A week in a home where much goes wrong, lived through by the real pipeline and a real database.

Somebody lives there (`heimvakt.generate`). Beside that, seeded: the gateway is killed or loses its
power and begins again from what is on the disk, its clock is wrong and is set, sensors are lost and
come back, the radio and the mains go, a centre answers or does not, somebody sets modes.
A kill is a copy of the directory between two commits, without a word to the one that ran.
"""

from __future__ import annotations

import heapq
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from heimvakt.core.devices import Home
from heimvakt.core.events import (
    KINDS,
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    ClockQuality,
    ContactBack,
    ContactLost,
    DeviceBack,
    DeviceEvent,
    DeviceSeen,
    DeviceSilent,
    DeviceStuck,
    DeviceUnstuck,
    Event,
    MainsLost,
    MainsRestored,
    Mode,
    ModeChosen,
    MotionCleared,
    RadioBack,
    RadioLost,
)
from heimvakt.core.state import State
from heimvakt.generate.life import Life as Lived
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.pipeline import Committed
from tests.support.events import sample
from tests.support.lives import RECEIVER, Life, live

FILE = Path(__file__).with_name("weeks.toml")
DAYS = 7
FIRST = date(2026, 1, 5)
WEEKS = 60
"""A week begins so many after `FIRST` at most: some have a change of the clock in them."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TAKEN: dict[type[DeviceEvent], float] = {DeviceSeen: 0.1, MotionCleared: 0.3}
"""How many of what comes most often: enough for nobody to be silent or stuck."""
TOGETHER, SOON_AFTER = 0.9, 3 * MINUTE
"""How often what comes so soon is in the same commit."""
RADIO = "zigbee"
SOON = 2 * HOUR
"""When a clock that nobody has set is set, after a start at the latest."""
TROUBLES: dict[str, tuple[int, timedelta]] = {
    "killed": (6, 40 * timedelta(seconds=1)),
    "without power": (4, 7 * HOUR),
    "without power or time": (2, 3 * HOUR),
    "clock set": (3, timedelta()),
    "radio lost": (2, 4 * HOUR),
    "mains lost": (2, 3 * HOUR),
    "sensor lost": (6, 30 * HOUR),
    "contact lost": (5, 30 * MINUTE),
    "answered": (40, timedelta()),
    "closed": (8, timedelta()),
    "mode": (5, 2 * HOUR),
    "pressed": (3, timedelta()),
    "odd": (60, timedelta()),
}
"""How many in a week, and how long at most."""
CONCLUDED = (DeviceSilent, DeviceBack, DeviceStuck, DeviceUnstuck)
"""What the engine itself says of devices, and nobody else."""
ODD = sorted(
    name
    for name, kind in KINDS.items()
    if issubclass(kind, DeviceEvent) and not issubclass(kind, CONCLUDED)
)
"""Everything else that devices can say, also what this person's do not."""


class WrongClock(DrivenClock):
    """The clock of one boot: it goes with true time, and is off by as much as it is told."""

    def __init__(self, start: datetime, boot_id: str, *, off_by: timedelta, sure: bool) -> None:
        super().__init__(start)
        self.off_by = off_by
        self.sure = sure
        self._boot_id = boot_id

    @property
    def true(self) -> datetime:
        """What it should show."""
        return super().now()

    def now(self) -> datetime:
        """What it shows."""
        return self.true + self.off_by

    def quality(self) -> ClockQuality:
        """What is known of that."""
        return ClockQuality.SYNCHRONISED if self.sure else ClockQuality.UNKNOWN

    @property
    def boot_id(self) -> str:
        """Names the boot."""
        return self._boot_id


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong, or is over, or that somebody does."""

    what: str
    device_id: str
    lasting: timedelta = timedelta()


@dataclass(slots=True)
class Week:
    """One of them, in a folder that has the directory of the last life at the end."""

    seed: int
    folder: Path
    home: Home
    happened: Counter[str] = field(default_factory=Counter)
    state: State = field(default_factory=State)
    """As the last life left it."""
    _chance: Random = field(init=False)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _life: Life = field(init=False)
    _clock: WrongClock = field(init=False)
    _coming: list[tuple[datetime, int, DeviceEvent | Trouble]] = field(default_factory=list)
    _boots: int = 0
    _lives: int = 0
    _scheduled: int = 0
    _deaf: set[str] = field(default_factory=set)
    """Devices and drivers that nothing is heard of."""
    _told: list[tuple[str, int]] = field(default_factory=list)
    """Alarms that went out, and their revision."""

    def __post_init__(self) -> None:
        self._chance = Random(f"week {self.seed}")

    @property
    def directory(self) -> Path:
        """Of the life that goes on."""
        return self.folder / f"{self._lives}"

    async def live(self) -> None:
        """From Monday to Sunday."""
        first = FIRST + timedelta(weeks=self._chance.randrange(WEEKS))
        begin, *told = Lived(self.home, self.seed, first, DAYS).events()
        lived = [event for event in told if isinstance(event, DeviceEvent)]  # the box fails by us
        for event in lived:
            if self._chance.random() < TAKEN.get(type(event), 1.0):
                self._schedule(event.at, event)
        for at, trouble in self._troubles(begin.at, lived[-1].at):
            self._schedule(at, trouble)
        self._clock = self._boot(begin.at, off_by=timedelta(), sure=True)
        await self._begin()
        while self._coming:
            at, _, what = heapq.heappop(self._coming)
            if at < self._clock.true:  # while the gateway was off
                if isinstance(what, Trouble):
                    self._deaf.discard(what.device_id)
            elif isinstance(what, Trouble):
                await self._until(at)
                self.happened[what.what] += 1
                await self._trouble(what)
            else:
                together = [what, *self._soon_after(at)]
                await self._until(at)
                await self._life.pipeline.emit(*filter(self._is_heard, together))
        self.state = self._life.pipeline.state
        await self._stack.aclose()

    def _schedule(self, at: datetime, what: DeviceEvent | Trouble) -> None:
        self._scheduled += 1
        heapq.heappush(self._coming, (at, self._scheduled, what))

    async def _until(self, at: datetime) -> None:
        pipeline, clock = self._life.pipeline, self._clock
        while (due := pipeline.next_due()) is not None and due - clock.off_by <= at:
            clock.drive(due - clock.off_by)
            await pipeline.fire_due()
        clock.drive(at)

    def _soon_after(self, at: datetime) -> Iterator[DeviceEvent]:
        """What is taken in one commit with what happens at `at`; often nothing."""
        while self._coming and self._chance.random() < TOGETHER:
            next_at, _, what = self._coming[0]
            if isinstance(what, Trouble) or next_at > at + SOON_AFTER:
                return
            heapq.heappop(self._coming)
            yield what

    def _is_heard(self, event: DeviceEvent) -> bool:
        heard = not self._deaf & {event.device_id, self.home.devices[event.device_id].driver}
        self.happened["events" if heard else "unheard"] += 1
        return heard

    # --- lives ------------------------------------------------------------------------------------

    def _boot(self, at: datetime, *, off_by: timedelta, sure: bool) -> WrongClock:
        self._boots += 1
        return WrongClock(at, f"boot {self._boots}", off_by=off_by, sure=sure)

    async def _begin(self) -> None:
        self._lives += 1
        clock = self._clock
        life = live(self.directory, clock, of=self.home, boot_id=clock.boot_id)
        self._life = await self._stack.enter_async_context(life)
        self._life.pipeline.watch(self._see)

    def _see(self, committed: Committed) -> None:
        for dispatch in committed.outcome.send:
            self._told.append((dispatch.alarm.alarm_id, dispatch.alarm.revision))

    async def _killed(self, clock: WrongClock) -> None:
        before = self.directory
        shutil.copytree(before, self.folder / f"{self._lives + 1}")
        await self._stack.aclose()  # whatever it still writes, it writes where nobody looks
        shutil.rmtree(before)
        self._clock = clock
        await self._begin()

    # --- what goes wrong --------------------------------------------------------------------------

    def _troubles(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, Trouble]]:
        chance, devices = self._chance, sorted(self.home.devices)
        for what, (count, longest) in TROUBLES.items():
            for _ in range(count):
                at = begin + chance.random() * (end - begin)
                device_id = RADIO if what == "radio lost" else chance.choice(devices)
                lasting = chance.random() * longest
                yield at, Trouble(what, device_id, lasting)
                if what.endswith(" lost"):
                    yield at + lasting, Trouble(what.replace("lost", "back"), device_id)

    async def _trouble(self, trouble: Trouble) -> None:
        device_id, chance = trouble.device_id, self._chance
        match trouble.what:
            case "killed":
                self._clock.drive(self._clock.true + trouble.lasting)
                await self._killed(self._clock)
            case "without power" | "without power or time":
                await self._without_power(trouble)
            case "clock set":
                self._clock.off_by += chance.choice([-90, -2, -0.1, 0.1, 3, 60]) * MINUTE
            case "clock right":
                self._clock.off_by, self._clock.sure = timedelta(), True
            case "radio lost" | "sensor lost" | "contact lost":
                self._deaf.add(device_id)
            case "radio back" | "sensor back" | "contact back":
                self._deaf.discard(device_id)
        for event in self._said(trouble):
            await self._life.pipeline.emit(event)

    async def _without_power(self, trouble: Trouble) -> None:
        """It knows the time when it begins again, or goes on from where its clock stood."""
        off, at = trouble.lasting, self._clock.true + trouble.lasting
        knows = trouble.what == "without power"
        off_by = timedelta() if knows else self._clock.off_by - off
        if not knows:
            self._schedule(at + self._chance.random() * SOON, Trouble("clock right", ""))
        await self._killed(self._boot(at, off_by=off_by, sure=knows))

    def _said(self, trouble: Trouble) -> Iterator[Event]:
        device_id, chance = trouble.device_id, self._chance
        match trouble.what:
            case "radio lost":
                yield RadioLost(driver=device_id, reason="pulled")
            case "radio back":
                yield RadioBack(driver=device_id)
            case "mains lost":
                yield MainsLost()
            case "mains back":
                yield MainsRestored()
            case "contact lost":
                yield ContactLost(device_id=device_id)
            case "contact back":
                yield ContactBack(device_id=device_id)
            case "answered" if self._told:
                alarm_id, revision = chance.choice(self._told[-5:])
                yield AlarmDelivered(alarm_id=alarm_id, receiver=RECEIVER, revision=revision)
                yield AlarmAcknowledged(alarm_id=alarm_id, receiver=RECEIVER, by="anna")
            case "closed" if self._told:
                alarm_id, _ = chance.choice(self._told[-9:])
                yield AlarmClosed(alarm_id=alarm_id, receiver=RECEIVER, by="anna")
            case "mode":
                lasting_s = trouble.lasting.total_seconds()
                yield ModeChosen(mode=chance.choice(list(Mode)), by="key", lasting_s=lasting_s)
            case "pressed":
                yield ButtonPressed(device_id="pendant")
            case "odd":
                odd = sample(KINDS[chance.choice(ODD)], chance.randrange(1, 10_000))
                yield replace(odd, device_id=device_id)  # type: ignore[call-arg]
