"""Bring what waits in the outbox to one receiver, again and again until it answers.

Nothing here makes an alarm delivered: that is an event (`AlarmDelivered`) like any other, and only
its commit takes the alarm out of the outbox.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.events import AlarmAcknowledged, AlarmClosed, AlarmDelivered, Event
from heimvakt.core.ledger import Store, Waiting
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Acknowledgement, Answer, NotConnected, Sending, Uplink

from .resending import Resending, Schedule

log = structlog.get_logger("shipping")

IN_FLIGHT_MAX = 20
"""Sent and not confirmed by the transport at one time; those of the highest priority go beyond."""
URGENT_IN_FLIGHT_MAX = 200
PAGE = 200
UNANSWERED_MAX = 2_000
"""Sent and not answered by the receiver; the rest waits in the store until some are."""
RETRY_S = 0.1


class Shipping:
    """One receiver's share of the outbox."""

    def __init__(
        self,
        uplink: Uplink,
        store: Store,
        clock: Clock,
        emit: Callable[..., Awaitable[None]],
        *,
        schedule: Schedule | None = None,
    ) -> None:
        self._uplink = uplink
        self._store = store
        self._clock = clock
        self._emit = emit
        self._news = asyncio.Event()
        self._fresh: dict[str, Alarm] = {}
        self._resending = Resending(schedule or Schedule())
        self._under_way: dict[str, int] = {}
        """Alarm id -> urgency, of what the transport has not confirmed."""
        self.counts: Counter[str] = Counter()
        """Answers that were not taken, by reason."""

    def offer(self, alarm: Alarm) -> None:
        """This alarm was committed to the outbox just now: it goes out without being read again."""
        # What comes while nothing can be sent is found in the outbox in its turn.
        if self._uplink.connected and len(self._fresh) < PAGE:
            self._fresh[alarm.alarm_id] = alarm
        self._news.set()

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        while True:
            await self._uplink.wait_connected()
            try:
                async with asyncio.TaskGroup() as group:
                    while True:
                        self._news.clear()
                        await self._news_within(await self._start_due(group))
            except* NotConnected:
                self._fresh.clear()
            await asyncio.sleep(RETRY_S)  # the transport says when it stands again: no tight loop

    async def hear(self, answer: Acknowledgement) -> None:
        """Take an answer as the event that it is; returns when it is durable.

        An answer for an alarm that never was, or that says nothing new, is counted and left.
        """
        alarm = await self._store.alarm(answer.alarm_id)
        if alarm is None:
            self._refuse("unknown-alarm", answer)
            return
        events: list[Event] = []
        revision = alarm.revision if answer.revision is None else answer.revision
        if revision > alarm.revision:
            self._refuse("unknown-revision", answer)
            return
        if await self._waits(answer.alarm_id, revision):
            # A person who accepts proves that the system has it too.
            events.append(
                AlarmDelivered(
                    alarm_id=alarm.alarm_id, receiver=self._uplink.name, revision=revision
                )
            )
        events += self._by_person(alarm, answer)
        if not events:
            self.counts["nothing-new"] += 1
            return
        await self._emit(*events)
        self._resending.answered(answer.alarm_id, revision)
        self._news.set()

    def _by_person(self, alarm: Alarm, answer: Acknowledgement) -> list[Event]:
        receiver = self._uplink.name
        if answer.answer is Answer.ACCEPTED and alarm.accepted_by is None and alarm.state.is_open:
            return [AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver=receiver, by=answer.by)]
        if answer.answer is Answer.CLOSED and alarm.state is not AlarmState.CLOSED:
            return [AlarmClosed(alarm_id=alarm.alarm_id, receiver=receiver, by=answer.by)]
        return []

    async def _waits(self, alarm_id: str, revision: int) -> bool:
        waiting = await self._store.waits_for(self._uplink.name, alarm_id)
        return waiting is not None and waiting <= revision

    def _refuse(self, reason: str, answer: Acknowledgement) -> None:
        self.counts[reason] += 1
        if self.counts[reason] == 1:
            log.warning("answer ignored", reason=reason, alarm_id=answer.alarm_id, by=answer.by)

    async def _news_within(self, wait_s: float | None) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._news.wait()
        except TimeoutError:
            return

    async def _start_due(self, group: asyncio.TaskGroup) -> float | None:
        """Send all that is due and has room; how long until more is, None if only news can tell."""
        # What was raised just now needs no reading from disk before it goes out.
        fresh, self._fresh = self._fresh, {}
        self._start(group, sorted(fresh.values(), key=lambda a: (a.priority.rank, a.number)))
        unanswered = min(len(self._resending), UNANSWERED_MAX - PAGE)
        rows = await self._store.waiting(self._uplink.name, unanswered + PAGE)
        if len(rows) < unanswered + PAGE:
            self._resending.keep({row.alarm_id for row in rows})
        self._start(group, rows)
        return self._resending.next_within(_now(), {row.alarm_id for row in rows})

    def _start(self, group: asyncio.TaskGroup, items: Iterable[Waiting | Alarm]) -> None:
        for item in items:
            urgency = item.urgency if isinstance(item, Waiting) else item.priority.rank
            if not self._has_room(urgency):
                continue
            if item.alarm_id in self._under_way:
                continue
            if self._resending.is_due(item.alarm_id, item.revision, _now()):
                self._under_way[item.alarm_id] = urgency
                group.create_task(self._send(item))

    def _has_room(self, urgency: int) -> bool:
        highest = Priority.HIGH.rank
        if urgency == highest:
            return len(self._under_way) < URGENT_IN_FLIGHT_MAX
        return sum(u != highest for u in self._under_way.values()) < IN_FLIGHT_MAX

    async def _send(self, what: Waiting | Alarm) -> None:
        try:
            alarm = what if isinstance(what, Alarm) else await self._store.alarm(what.alarm_id)
            if alarm is None:
                log.error("the outbox names an alarm that cannot be read", alarm_id=what.alarm_id)
                revision = what.revision
            else:
                revision = alarm.revision
                attempt = self._resending.attempts(alarm.alarm_id, revision) + 1
                now, quality = self._clock.now(), self._clock.quality()
                sending = Sending(sent_at=now, clock=quality, attempt=attempt)
                await self._uplink.send(alarm, sending)
            self._resending.sent(what.alarm_id, revision, _now())
        finally:
            del self._under_way[what.alarm_id]
            self._news.set()  # there is room for the next


def _now() -> float:
    """On the loop's clock: what the wire takes is real time, also when the home's clock is not."""
    return asyncio.get_running_loop().time()
