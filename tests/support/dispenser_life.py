"""Weeks in a home with a dispenser, in time that is turned by hand.

Both sides of the wire, the rules and their deadlines, a hand that takes doses or does not, and
whatever goes wrong meanwhile.

The conversation, the dispenser and the engine are the real ones; what is durable here is what the
gateway would have on its disk, and a start has nothing else.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.codec import Json
from heimvakt.core.dose_ledger import Ledger, balance
from heimvakt.core.doses import Dose, DosePlan, doses
from heimvakt.core.engine import step
from heimvakt.core.events import (
    DoseTaken,
    Event,
    GatewayStarted,
    LoggedEvent,
    Stamp,
    TimerFired,
    stamped,
)
from heimvakt.core.records import is_known
from heimvakt.core.snapshot import changes, restore
from heimvakt.core.state import next_deadline
from heimvakt.rules.missed_dose import State as Doses
from heimvakt_drivers.serial.dispenser.schedule import to_minute
from tests.support.dispenser import (
    MEDICINE,
    OSLO,
    Desk,
    GatewayDied,
    dispenser_device,
    plan,
)
from tests.support.homes import home

THREE_A_DAY = plan(("02:30", "30"), ("09:00", "60"), ("21:00", "60"))
"""One of them in the hour that is left out, or comes twice."""
RULES = (
    "missed-dose",
    "dispenser-fault",
    "dispenser-low",
    "dispenser-empty",
    "dispenser-open",
    "dispenser-tilted",
    "dispenser-lost",
    "dispenser-power",
)
QUIET = timedelta(hours=4)
"""Nothing happens for longer than this: somebody asks the dispenser all the time."""

Act = Callable[["Life"], object]


@dataclass
class Life(Desk):
    """See the module."""

    doses: tuple[DosePlan, ...] = THREE_A_DAY
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    on: bool = True
    """Whether the gateway has power."""

    def __post_init__(self) -> None:
        super().__post_init__()
        device = dispenser_device(self.doses)
        self.home = home({MEDICINE: device}, {name: (name, {}) for name in RULES})
        self.rows: dict[str, Json] = {}
        self.table: dict[str, Alarm] = {}
        self.raised: list[Alarm] = []
        """Each as it was when it was new."""
        self.alive_at: datetime | None = None
        self.to_come: list[tuple[datetime, int, Act]] = []
        self.decided: dict[int, datetime | None] = {}
        """When each dose that was offered will be taken, by its minute; None: never."""
        self.emit(GatewayStarted(cause="started", last_alive=None))

    # ----------------------------------------------------------------------------- the gateway

    def emit(self, event: Event) -> None:
        """As the pipeline does: a stamp, a step, rows; or nothing at all when it dies before."""
        self._step()
        self.seq += 1
        event = stamped(
            event,
            Stamp(seq=self.seq, at=self.now, monotonic=self.seconds, boot_id="", clock=self.clock),
        )
        if isinstance(event, LoggedEvent) and is_known(self.state.records, event):
            self.told_again += 1
        else:
            self.events.append(event)
        outcome = step(self.home, self.state, event)
        assert outcome.failed == ()
        for key, body in changes(self.state, outcome.state).items():
            if body is None:
                del self.rows[key]
            else:
                self.rows[key] = body
        self.raised += [alarm for alarm in outcome.changed if alarm.alarm_id not in self.table]
        self.table |= {alarm.alarm_id: alarm for alarm in outcome.changed}
        self.state, self.alive_at = outcome.state, self.now

    def start(self) -> None:
        """Begin again with what was durable."""
        kept = [self.table[alarm_id] for alarm_id in self.state.alarms]
        self.state, unread = restore(self.home, self.rows, kept, len(self.table))
        assert not unread
        self.restart()
        self.on = True
        self.emit(GatewayStarted(cause="started", last_alive=self.alive_at))

    def work(self) -> None:
        """What the gateway does now, if it has power."""
        try:
            if self.on:
                self.speak()
                while (due := next_deadline(self.home, self.state)) and due[1] <= self.now:
                    self.emit(TimerFired(name=due[0], due=due[1]))
        except GatewayDied:
            self.start()

    # ---------------------------------------------------------------------------------- time

    def at(self, when: datetime, act: Act) -> None:
        """Let something happen."""
        self.to_come.append((when, len(self.to_come), act))

    def live(self, until: datetime) -> None:
        """Let time pass, with all that falls due on the way, on either side and in the room."""
        while self.now < until:
            self.now = max(self.now, min(until, self.now + QUIET, *self._moments()))
            self.device.tick()
            for due in sorted(each for each in self.to_come if each[0] <= self.now):
                self.to_come.remove(due)
                due[2](self)
            self._reach()
            self.work()
            self.now += timedelta(seconds=0.01)

    def _moments(self) -> Iterator[datetime]:
        if (due := self.device.due()) is not None:
            yield self.began + timedelta(seconds=due - 1000.0)
        if self.on and (deadline := next_deadline(self.home, self.state)) is not None:
            yield deadline[1]
        yield from (when for when, _, _ in self.to_come)
        yield from (when for when in self.decided.values() if when and when > self.now)

    def _reach(self) -> None:
        """Whoever lives here takes most of the doses, some of them late."""
        minute = self.device.offered()
        if minute is None:
            return
        if minute not in self.decided:
            after = timedelta(minutes=self.chance.choice([1, 5, 12, 17, 25, 50]))
            self.decided[minute] = self.now + after if self.chance.random() < 0.9 else None
        when = self.decided[minute]
        if when is not None and when <= self.now:
            self.device.take()

    # ----------------------------------------------------------------------------------- books

    @property
    def ledger(self) -> Ledger:
        """What the rule has written down."""
        state = self.state.rules["missed-dose"]
        assert isinstance(state, Doses)
        return state.dispensers[MEDICINE].ledger

    def planned(self) -> list[Dose]:
        """All that was due in this life."""
        return list(doses(self.doses, OSLO, self.began, self.now))

    def taken(self) -> set[int]:
        """The doses that a hand took, by the book that cannot be wrong."""
        return {given.dose for given in self.device.given}


def books_balance(life: Life) -> None:
    """When all is whole again and has been told: each dose once, and nobody was told a lie."""
    total, taken = balance(life.ledger), life.taken()
    planned = {to_minute(dose.at) for dose in life.planned()}
    told = {to_minute(event.dose) for event in life.events if isinstance(event, DoseTaken)}
    assert total.balances
    assert (total.planned, total.unplanned, total.open) == (len(planned), 0, 0)
    assert told <= taken <= planned
    assert total.in_time + total.early + total.travel == len(told)
    assert total.retracted == 0
    assert total.missed <= len(planned - taken)
    _alarms_are_true(life, planned)
    if len({log for log, _ in life.device.history}) == 1:  # it never lost its memory
        assert (told, total.unknown) == (taken, 0)


def _alarms_are_true(life: Life, planned: set[int]) -> None:
    total = balance(life.ledger)
    missed = [alarm for alarm in life.raised if alarm.kind == "missed-dose"]
    of = Counter(to_minute(datetime.fromisoformat(dict(a.thresholds)["dose"])) for a in missed)
    assert max(of.values(), default=0) <= 1, "told twice"
    assert set(of) <= planned - life.taken(), "told as not taken, and a hand took it"
    assert len(of) == total.missed
    assert all(life.table[alarm.alarm_id].state is AlarmState.RAISED for alarm in missed)
    ended = [a for a in life.table.values() if a.kind not in ("missed-dose", "dispenser-open")]
    assert total.unknown or all(alarm.state is AlarmState.RESET for alarm in ended)
    assert life.state.reminders == {}
