"""Whatever happens: an alarm that nobody has taken goes on to the next, in time and not before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.chain import UNANSWERED_AFTER, together, wait_at
from heimvakt.core.devices import Home
from heimvakt.core.events import AlarmDelivered, ClockStepped, Event, TimerFired
from heimvakt.core.state import UNACCEPTED, UNANSWERED
from tests.support.homes import Desk
from tests.support.plays import HOMES, STEPS, play


@dataclass(frozen=True)
class Telling:
    """An alarm went a step along its chain."""

    life: int
    """How many starts there were before."""
    routes: int
    """How often a start had found other routes."""
    when: datetime
    """By a clock that nobody sets."""
    event: Event
    alarm: Alarm
    receivers: tuple[str, ...]


class Watched(Desk):
    """Keeps an outbox as the store would, and writes down how alarms go along their chains."""

    def __init__(self, of: Home) -> None:
        self.outbox: dict[tuple[str, str], int] = {}
        self.set_by = timedelta(0)
        """How far the clock was set away from the true time."""
        self.lives = self.changes = 0
        self.tellings: list[Telling] = []
        self.places: dict[str, int] = {}
        super().__init__(of)

    def tell(self, event: Event, **at: Any) -> Any:
        if isinstance(event, ClockStepped):
            self.set_by += event.after - event.before
        outcome = super().tell(event, **at)
        if isinstance(event, AlarmDelivered):
            key = (event.receiver, event.alarm_id)
            if self.outbox.get(key, event.revision + 1) <= event.revision:
                del self.outbox[key]
        for dispatch in outcome.send:
            alarm = dispatch.alarm
            for receiver in dispatch.receivers:
                self.outbox[(receiver, alarm.alarm_id)] = alarm.revision
            if self.places.get(alarm.alarm_id) != alarm.place:
                now = self.at - self.set_by
                self.tellings.append(
                    Telling(self.lives, self.changes, now, event, alarm, dispatch.receivers)
                )
            self.places[alarm.alarm_id] = alarm.place
        return outcome

    def restart(self, home: Home | None = None, **off: float) -> None:
        there = (home or self.home).routes.receivers
        self.outbox = {key: row for key, row in self.outbox.items() if key[0] in there}
        self.lives += 1
        self.changes += home is not None and home.routes != self.home.routes
        super().restart(home, **off)


@given(HOMES, STEPS)
def test_what_nobody_has_received_waits_for_somebody_who_is_there(
    of: Home, steps: list[Any]
) -> None:
    desk = Watched(of)
    play(desk, steps)
    waiting = {alarm_id for _, alarm_id in desk.outbox}
    assert {alarm.alarm_id for alarm in desk.table.values() if alarm.is_unreceived} <= waiting
    assert {receiver for receiver, _ in desk.outbox} <= desk.home.routes.receivers


@given(HOMES, STEPS)
def test_a_high_alarm_that_nobody_has_accepted_has_a_next_deadline_and_ended_ones_have_none(
    of: Home, steps: list[Any]
) -> None:
    desk = Watched(of)
    play(desk, steps)
    for alarm in desk.table.values():
        armed = {d for d in (UNACCEPTED, UNANSWERED) if d + alarm.alarm_id in desk.state.timers}
        if not alarm.needs_somebody:
            assert armed == set()
        elif alarm.priority is Priority.HIGH:
            assert UNACCEPTED in armed
        if UNANSWERED in armed:
            assert alarm.delivered_at is None


@given(HOMES, STEPS)
def test_nobody_is_told_before_their_time_nor_after_it(of: Home, steps: list[Any]) -> None:
    """Off is off: after a start the next is told as soon as it is found to be late."""
    desk = Watched(of)
    play(desk, steps)
    last: dict[str, Telling] = {}
    for telling in desk.tellings:
        alarm = telling.alarm
        before = last.get(alarm.alarm_id)
        last[alarm.alarm_id] = telling
        deadline = telling.event.name if isinstance(telling.event, TimerFired) else ""
        if before is None or deadline.rpartition("/")[2] != alarm.alarm_id:
            continue  # it was raised, or a start began its chain
        was = before.alarm
        if before.routes < telling.routes:
            continue  # a start found others: from then on it waits as long as those say
        turn = together(was.chain, was.place)
        assert telling.receivers == tuple(target.receiver for target in turn)
        if deadline.startswith(UNANSWERED):
            assert alarm.delivered_at is None
            wait = UNANSWERED_AFTER
        else:
            wait = wait_at(was.chain, was.place)
        elapsed = telling.when - before.when
        assert elapsed >= wait if telling.life > before.life else elapsed == wait
