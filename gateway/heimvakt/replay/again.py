"""Events through the engine once more: as they were, or under another configuration.

As they were, every event of the journal is taken with its stamp, deadlines and answers too: the
alarms must be those that were raised live, to the letter. Under another configuration only what
came from outside is taken; deadlines come by themselves when they are due, and every alarm is
received and accepted at once, as by a centre that never sleeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from heimvakt.core.alarms import Alarm
from heimvakt.core.changed import replace
from heimvakt.core.devices import Home
from heimvakt.core.engine import Outcome, step
from heimvakt.core.events import (
    NOT_STAMPED,
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    AlarmSpared,
    ClockStepped,
    CommandCompleted,
    ConfigurationChanged,
    Event,
    GatewayStarted,
    Stamp,
    SummaryDelivered,
    TimerFired,
    stamped,
)
from heimvakt.core.routes import Dispatch
from heimvakt.core.state import State, first_due

CENTRE = "replay"
"""Who receives and accepts."""

FOLLOWED = (
    TimerFired,
    AlarmDelivered,
    AlarmSpared,
    AlarmAcknowledged,
    AlarmClosed,
    CommandCompleted,
    ConfigurationChanged,
    SummaryDelivered,
)
"""What came of what the rules decided then; under other rules other things do."""


@dataclass(slots=True)
class Again:
    """One run. What it keeps grows with the alarms, not with the events."""

    home: Home
    state: State = field(default_factory=State)
    events: int = 0
    """Those of the source that were taken."""
    first_at: datetime | None = None
    last_at: datetime | None = None
    alarms: dict[str, Alarm] = field(default_factory=dict)
    """Every alarm as it became, in the order in which they were raised."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Events of devices that this home does not have, by device."""
    _seq: int = 0
    _last: Stamp = NOT_STAMPED

    def as_it_was(self, events: Iterable[Event]) -> Iterator[Outcome]:
        """Take a journal as it stands, an outcome for each event."""
        for event in events:
            self._count(event)
            yield self._step(event)

    def anew(self, events: Iterable[Event]) -> Iterator[Outcome]:
        """Take what came from outside, in order of time; an outcome for each step."""
        for event in events:
            if isinstance(event, FOLLOWED):
                if self.first_at is not None:
                    yield from self._due(event.at, event.stamp)  # so long was it watched
                continue
            if self.first_at is None and not isinstance(event, GatewayStarted):
                yield self._at(GatewayStarted(cause="replay", last_alive=None), event.stamp)
            before = self._before(event)
            if self.first_at is not None and first_due(self.home, self.state, before.at):
                yield from self._due(before.at, before)
            self._count(event)
            outcome = self._at(event, event.stamp)
            yield outcome
            if outcome.send:
                yield from self._accepted(outcome.send)

    def _before(self, event: Event) -> Stamp:
        """Up to when deadlines come before it. Of what would have come while the box was off, or in
        a time that a clock has left out, the rules must hear first what happened."""
        match event:
            case ClockStepped(before=until) | GatewayStarted(last_alive=datetime() as until):
                like = self._last
                passed_s = max((until - like.at).total_seconds(), 0.0)
                return replace(like, at=until, monotonic=like.monotonic + passed_s)
            case _:
                # A clock that was set back lets no deadline come early.
                return event.stamp

    def _due(self, until: datetime, like: Stamp) -> Iterator[Outcome]:
        while due := first_due(self.home, self.state, until):
            at = max(due[1], self.last_at or due[1])
            ahead = (until - at).total_seconds()
            stamp = replace(like, at=at, monotonic=like.monotonic - ahead)
            outcome = self._at(TimerFired(name=due[0], due=due[1]), stamp)
            yield outcome
            yield from self._accepted(outcome.send)

    def _accepted(self, sent: Iterable[Dispatch]) -> Iterator[Outcome]:
        stamp = self._last
        for dispatch in sent:
            alarm = dispatch.alarm
            for receiver in dispatch.receivers:
                delivered = AlarmDelivered(
                    alarm_id=alarm.alarm_id, receiver=receiver, revision=alarm.revision
                )
                yield self._at(delivered, stamp)
            if alarm.accepted_by is None:
                accepted = AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver=CENTRE, by=CENTRE)
                yield self._at(accepted, stamp)

    def _at(self, event: Event, like: Stamp) -> Outcome:
        self._seq += 1
        if like.seq != self._seq:
            like = replace(like, seq=self._seq)
        self._last = like
        return self._step(event if event.stamp is like else stamped(event, like))

    def _step(self, event: Event) -> Outcome:
        outcome = step(self.home, self.state, event)
        self.state = outcome.state
        self.last_at = event.at
        if self.first_at is None:
            self.first_at = event.at
        for alarm in outcome.changed:
            if alarm.was_raised:
                self.alarms[alarm.alarm_id] = alarm
        return outcome

    def _count(self, event: Event) -> None:
        self.events += 1
        device_id = getattr(event, "device_id", None)
        if device_id is not None and device_id not in self.home.devices:
            self.left_out[device_id] = self.left_out.get(device_id, 0) + 1
