"""What one dispenser is to be asked next while there is a session, and what its answers mean.

    STATUS ─▶ TIME ─▶ SCHED ─▶ orders ─▶ POLL until the log is empty, and then five times a second

Pure. Whatever holds over sessions has a durable number: a record its place in the log, an order its
id, a plan its check sum, a dose its minute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from heimvakt.core.doses import DosePlan
from heimvakt.core.events import ClockQuality

from .facts import AllTold, Completed, Fact, PlanRefused, Told
from .frame import Frame, Type
from .kept import Kept
from .orders import Order, Orders
from .payload import (
    Answer,
    LogEntry,
    Malformed,
    Reason,
    Result,
    Status,
    command,
    poll,
    read_plan_answer,
    read_state,
    time,
)
from .schedule import Plan, plan_for, to_minute
from .translate import Code, dose_of

POLL_S = 0.2
"""While nothing happens; the device then may take so long until it is heard."""

STATUS_S = 60.0
TIME_S = 600.0
PLAN_S = 600.0
"""How often the plan is worked out again: it moves on with the days."""

OFF_S = 2.0
"""How far the time of the home may run from what was told before it is told again."""

QUALITY = {ClockQuality.HOLDOVER: 1, ClockQuality.SYNCHRONISED: 2}
"""As TIME says it. A time that is not known is not told."""

Request = tuple[Type, bytes]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the home wants of the dispenser."""

    plans: tuple[DosePlan, ...]
    zone: ZoneInfo


class Agenda:
    """With one device, for one run of the driver."""

    def __init__(self, wanted: Wanted, kept: Kept, taken: tuple[int, int], now: float) -> None:
        """`taken`: log and record up to which all is on durable storage here."""
        self.kept = kept
        """To be on the disk before anything is sent or told."""
        self.orders = Orders()
        self.status: Status | None = None
        """What the device said last; None while there is no session."""
        self._wanted = wanted
        self._taken = taken
        self._poll_at = self._status_at = now
        self._time_told: tuple[float, datetime, ClockQuality] | None = None
        self._plan: Plan | None = None
        self._plan_at: datetime | None = None
        self._refused: int | None = None
        """The plan that it does not take."""

    def begin(self, now: float) -> None:
        """There is no session any more: what only held in the last is forgotten."""
        self.status = None
        self._poll_at = now
        self._time_told = self._plan_at = self._refused = None

    # ------------------------------------------------------------------------------- what to ask

    def due(self, now: float) -> float:
        """When `next` is to be called; at the latest, it may be earlier."""
        if self.status is None:
            return now
        return min(self._poll_at, self.orders.due(self._poll_at))

    def next(self, now: float, home: datetime, clock: ClockQuality) -> Request | None:
        """What to ask; None: nothing now."""
        if self.status is None or now >= self._status_at:
            return Type.STATUS, b""
        if self._time_is_due(now, home, clock):
            self._time_told = (now, home, clock)
            return Type.TIME, time(int(home.timestamp() * 1000), QUALITY[clock])
        if clock in QUALITY and (plan := self._plan_to_send(self.status, home)) is not None:
            return Type.SCHED, plan.number.to_bytes(4, "little") + plan.octets
        if (order := self.orders.next(now)) is not None:
            return Type.CMD, self._command(order, self.status.log)
        if now >= self._poll_at:
            return Type.POLL, poll(*self._taken)
        return None

    def _command(self, order: Order, log: int) -> bytes:
        if order.dose is not None:
            self.kept = self.kept.touching(order.dose)
        return command(order.number, order.send(log), order.expires, order.tlvs)

    def _time_is_due(self, now: float, home: datetime, clock: ClockQuality) -> bool:
        if clock not in QUALITY:
            return False
        if self._time_told is None:
            return True
        at, told, quality = self._time_told
        off_s = abs((home - told).total_seconds() - (now - at))
        return off_s > OFF_S or now - at >= TIME_S or quality is not clock

    def _plan_to_send(self, status: Status, home: datetime) -> Plan | None:
        self.kept = self.kept.begun(to_minute(home))
        at, plan = self._plan_at, self._plan
        if plan is None or at is None or not 0 <= (home - at).total_seconds() < PLAN_S:
            plan = plan_for(self._wanted.plans, self._wanted.zone, home, self.kept)
            self._plan, self._plan_at = plan, home
        return None if plan.number in (status.plan, self._refused) else plan

    # --------------------------------------------------------------------------- what came of it

    def read(self, asked: Type, answer: Frame, now: float) -> list[Fact]:
        """What an answer tells.

        Raises:
            Malformed: nobody can read it, or it is none to what was asked.
        """
        match answer.type:
            case Type.STATUS_R:
                return self._take_status(Status.read(answer.payload), now)
            case Type.TIME_R:
                self._take_state(answer, now)
                return []
            case Type.SCHED_R:
                return self._take_plan_answer(*read_plan_answer(answer.payload))
            case Type.CMD_R:
                order = self.orders.answered(said := Answer.read(answer.payload), now)
                return [] if order is None else [Completed(order, said)]
            case Type.EMPTY:
                self._take_state(answer, now)
                self._poll_at = now + POLL_S
                return [AllTold()]
            case Type.EVENT:
                return self._take_entry(LogEntry.read(answer.payload), now, more=answer.more)
            case Type.NAK if asked is Type.SCHED:
                return self._plan_refused()
            case Type.NAK if asked is Type.CMD:
                order = self.orders.unread()
                return [Completed(order, Answer(order.number, Result.REFUSED, Reason.VERB))]
            case _:
                raise Malformed("an answer to something else")

    def took(self, entry: LogEntry, now: float) -> None:
        """A record is on durable storage; it is acknowledged with the next poll."""
        self._taken = (entry.log, entry.record)
        self._poll_at = now

    def later(self, at: float) -> None:
        """Storage did not take the record: it is asked for again, not before `at`."""
        self._poll_at = at

    def _take_status(self, status: Status, now: float) -> list[Fact]:
        self.status = status
        self._status_at = now + STATUS_S
        self.kept = self.kept.met(status.log)
        if self._taken[0] != status.log:
            self._taken = (status.log, 0)
        gone = self.orders.met(status.log)
        return [status, *(Completed(order, None) for order in gone)]

    def _take_state(self, answer: Frame, now: float) -> None:
        if self.status is not None and read_state(answer.payload) != self.status.state:
            self._status_at = now

    def _take_plan_answer(self, plan: int, result: int) -> list[Fact]:
        if self.status is not None:
            self.status = replace(self.status, plan=plan)
        return self._plan_refused() if result else []

    def _plan_refused(self) -> list[Fact]:
        self._refused = self._plan.number if self._plan is not None else None
        return [PlanRefused()]

    def _take_entry(self, entry: LogEntry, now: float, *, more: bool) -> list[Fact]:
        if self.status is None or entry.log != self.status.log:
            raise Malformed("a record of another log")
        self._poll_at = now if more else now + POLL_S
        if entry.record <= self._taken[1]:
            return []  # it has not heard yet that this one was taken
        dose = dose_of(entry)
        if dose is not None and entry.code == Code.DOSE_OFFERED:
            self.kept = self.kept.touching(dose)
        return [Told(entry)]
