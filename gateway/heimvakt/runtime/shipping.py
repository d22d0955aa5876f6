"""Bring what waits in the outbox to one receiver, again and again until it answers.

Nothing here makes an alarm delivered: that is an event (`AlarmDelivered`) like any other, and only
its commit takes the alarm out of the outbox.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from heimvakt.core.alarms import Alarm, AlarmState
from heimvakt.core.events import AlarmAcknowledged, AlarmClosed, AlarmDelivered, Event
from heimvakt.core.ledger import Store, StoreUnavailable, Waiting
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import Acknowledgement, Answer, NotConnected, Sending, Uplink

from .resending import Schedule
from .turns import Turns

log = structlog.get_logger("shipping")

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
        self._turns = Turns(schedule or Schedule())
        self._fresh: dict[str, Alarm] = {}
        """Bodies of alarms that need not be read again."""
        self.counts: Counter[str] = Counter()
        """Answers that were not taken and alarms that could not be sent, by reason."""

    def offer(self, alarm: Alarm) -> None:
        """This alarm was committed to the outbox just now: it goes out without being read again."""
        if not self._uplink.connected:
            self._turns.miss()  # it is found in the outbox in its turn
        elif self._turns.offer(_row(self._uplink.name, alarm)):
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
                        await self._start(group)
                        self._fresh.clear()
                        await self._news_until(self._turns.next_at(_now()))
            except* NotConnected:
                await asyncio.sleep(RETRY_S)  # the transport says when it stands: no tight loop
            finally:
                self._turns.broken_off()

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
        self._turns.answered(answer.alarm_id, revision)
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

    async def _start(self, group: asyncio.TaskGroup) -> None:
        asked = self._turns.wants(_now())
        if asked is not None:
            rows = await self._store.waiting(self._uplink.name, asked)
            self._turns.read(rows, asked, _now())
        for row in self._turns.start(_now()):
            group.create_task(self._send(row, self._fresh.get(row.alarm_id)))

    async def _send(self, row: Waiting, alarm: Alarm | None) -> None:
        alarm = alarm or await self._store.alarm(row.alarm_id)
        if alarm is None:
            self._cannot(row, "unreadable", "the outbox names an alarm that cannot be read")
        else:
            now, quality = self._clock.now(), self._clock.quality()
            attempt = self._turns.attempts(row) + 1
            try:
                await self._uplink.send(alarm, Sending(sent_at=now, clock=quality, attempt=attempt))
            except (NotConnected, StoreUnavailable):
                raise
            # One alarm that cannot be put into a message must not keep the others at home.
            except Exception as error:  # noqa: BLE001
                self._cannot(row, "unsendable", f"{type(error).__name__}: {error}")
        self._turns.sent(row, _now())
        self._news.set()  # there is room for the next

    def _cannot(self, row: Waiting, reason: str, why: str) -> None:
        self.counts[reason] += 1
        if self.counts[reason] == 1:
            log.error("an alarm cannot be sent", alarm_id=row.alarm_id, reason=reason, why=why)

    async def _news_until(self, at: float | None) -> None:
        try:
            async with asyncio.timeout_at(at):
                await self._news.wait()
        except TimeoutError:
            return


def _row(receiver: str, alarm: Alarm) -> Waiting:
    return Waiting(
        receiver=receiver,
        alarm_id=alarm.alarm_id,
        urgency=alarm.priority.rank,
        number=alarm.number,
        revision=alarm.revision,
    )


def _now() -> float:
    """On the loop's clock: what the wire takes is real time, also when the home's clock is not."""
    return asyncio.get_running_loop().time()
