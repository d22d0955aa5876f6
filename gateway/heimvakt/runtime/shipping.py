"""Bring what waits in the outbox to one receiver, again and again until it answers.

Nothing here makes an alarm delivered: that is an event (`AlarmDelivered`) like any other, and only
its commit takes the alarm out of the outbox.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.events import AlarmAcknowledged, AlarmClosed, AlarmDelivered, Event
from heimvakt.core.ledger import Store, Waiting
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Acknowledgement, Answer, NotConnected, Sending, Uplink

log = structlog.get_logger("shipping")

IN_FLIGHT_MAX = 20
"""Sent and not confirmed by the transport at one time."""
RESEND_S = 30.0
RESENDS = 16
RESEND_S_LATER = 600.0
"""Promise 4: 30 s apart 16 times, then every 10 minutes, never given up."""
PAGE = 200
RETRY_S = 0.1


@dataclass(slots=True)
class _Sent:
    revision: int
    attempts: int
    next_at: float
    """On the loop's clock: what the wire takes is real time, also when the home's clock is not."""


class Shipping:
    """One receiver's share of the outbox."""

    def __init__(
        self,
        uplink: Uplink,
        store: Store,
        clock: Clock,
        emit: Callable[..., Awaitable[None]],
    ) -> None:
        self._uplink = uplink
        self._store = store
        self._clock = clock
        self._emit = emit
        self._news = asyncio.Event()
        self._fresh: list[Alarm] = []
        self._sent: dict[str, _Sent] = {}
        self.counts: Counter[str] = Counter()
        """Answers that were not taken, by reason."""

    def offer(self, alarm: Alarm) -> None:
        """This alarm was committed to the outbox just now: it goes out without being read again."""
        if len(self._fresh) < PAGE:  # else it is found in the outbox in its turn
            self._fresh.append(alarm)
        self._news.set()

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        while True:
            await self._uplink.wait_connected()
            self._news.clear()
            try:
                # What was raised just now needs no reading from disk before it goes out.
                fresh, self._fresh = self._fresh, []
                await self._send_all(fresh)
                wait_s = await self._round()
            except* NotConnected:
                wait_s = RETRY_S  # the transport says when it stands again; no tight loop
            await self._news_within(wait_s)

    async def _news_within(self, wait_s: float | None) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._news.wait()
        except TimeoutError:
            return

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
        self._sent.pop(answer.alarm_id, None)

    def _by_person(self, alarm: Alarm, answer: Acknowledgement) -> list[Event]:
        receiver = self._uplink.name
        if answer.answer is Answer.ACCEPTED and alarm.accepted_by is None:
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

    async def _round(self) -> float | None:
        """Send all that is due; how long until more will be, None if only news can tell."""
        loop = asyncio.get_running_loop()
        rows = await self._store.waiting(self._uplink.name, PAGE)
        await self._send_all([row for row in rows if self._due(row, loop.time())])
        known = {row.alarm_id for row in rows}
        if len(rows) < PAGE:
            self._sent = {i: sent for i, sent in self._sent.items() if i in known}
        later = [sent.next_at for i, sent in self._sent.items() if i in known]
        return max(min(later) - loop.time(), 0.0) if later else None

    def _due(self, row: Waiting, now: float) -> bool:
        sent = self._sent.get(row.alarm_id)
        return sent is None or sent.revision < row.revision or sent.next_at <= now

    async def _send_all(self, due: Sequence[Waiting | Alarm]) -> None:
        room = asyncio.Semaphore(IN_FLIGHT_MAX)
        async with asyncio.TaskGroup() as group:
            for each in due:
                await room.acquire()
                group.create_task(self._send(each)).add_done_callback(lambda _: room.release())

    async def _send(self, what: Waiting | Alarm) -> None:
        alarm = what if isinstance(what, Alarm) else await self._store.alarm(what.alarm_id)
        before = self._sent.get(what.alarm_id)
        attempts = before.attempts if before and before.revision == what.revision else 0
        if alarm is None:
            log.error("the outbox names an alarm that cannot be read", alarm_id=what.alarm_id)
        else:
            sending = Sending(
                sent_at=self._clock.now(), clock=self._clock.quality(), attempt=attempts + 1
            )
            await self._uplink.send(alarm, sending)
        wait_s = RESEND_S if attempts < RESENDS else RESEND_S_LATER
        next_at = asyncio.get_running_loop().time() + wait_s
        self._sent[what.alarm_id] = _Sent(what.revision, attempts + 1, next_at)
