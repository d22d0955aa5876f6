"""Turn what a receiver says of an alarm into the events that it is.

Nothing else makes an alarm delivered: `AlarmDelivered` is an event like any other, and only its
commit takes the alarm out of the outbox.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Container

import structlog

from heimvakt.core.alarms import MOVES, Alarm, AlarmState, Move
from heimvakt.core.events import AlarmAcknowledged, AlarmClosed, AlarmDelivered, Event
from heimvakt.core.heard import Acknowledgement, Answer
from heimvakt.core.ledger import Store, StoreUnavailable

log = structlog.get_logger("hearing")

STORE_RETRY_S = 1.0


def nobody_knows(_: str) -> None:
    """All of it is read."""


class Hearing:
    """The answers of one receiver, whichever path they come on."""

    def __init__(
        self,
        receiver: str,
        store: Store,
        emit: Callable[..., Awaitable[None]],
        *,
        unsaved: Container[str],
        counts: Counter[str],
        known: Callable[[str], Alarm | None] = nobody_knows,
        waits: Callable[[str], int | None] = nobody_knows,
    ) -> None:
        """Wait for the first answer.

        Args:
            receiver: its name in the configuration.
            store: where the alarms are.
            emit: of the pipeline.
            known: an alarm that the home has in mind, by its id: it need not be read.
            waits: so for the revision of it that waits for this receiver.
            unsaved: ids of alarms that went out before the disk had them.
            counts: answers that were not taken, by reason.
        """
        self._receiver = receiver
        self._store = store
        self._emit = emit
        self._unsaved = unsaved
        self._counts = counts
        self._known = known
        self._waiting = waits
        self._one_at_a_time = asyncio.Lock()
        """The same answer may come on two paths at once."""

    async def take(self, answer: Acknowledgement) -> None:
        """Take an answer; returns when it is durable. One that is for an alarm that never was, or
        says nothing new, is counted and left."""
        async with self._one_at_a_time:
            while True:
                try:
                    await self._take(answer)
                except StoreUnavailable:
                    # The transport keeps the answer meanwhile; the pipeline ends it if it must end.
                    self._counts["answer-waited-for-store"] += 1
                    await asyncio.sleep(STORE_RETRY_S)
                else:
                    return

    async def _take(self, answer: Acknowledgement) -> None:
        alarm = self._known(answer.alarm_id) or await self._store.alarm(answer.alarm_id)
        if alarm is None:
            self._refuse(answer, "not-saved" if self._is_unsaved(answer) else "unknown-alarm")
            return
        revision = alarm.revision if answer.revision is None else answer.revision
        if revision > alarm.revision:
            self._refuse(answer, "not-saved" if self._is_unsaved(answer) else "unknown-revision")
            return
        events: list[Event] = []
        if await self._waits(answer.alarm_id, revision):
            # A person who accepts proves that the system has it too.
            events.append(
                AlarmDelivered(alarm_id=alarm.alarm_id, receiver=self._receiver, revision=revision)
            )
        events += self._by_person(alarm, answer)
        if not events:
            self._counts["nothing-new"] += 1
            return
        await self._emit(*events)

    def _is_unsaved(self, answer: Acknowledgement) -> bool:
        """Whether it is sent again when the disk has it, and the receiver then answers again."""
        return answer.alarm_id in self._unsaved

    def _by_person(self, alarm: Alarm, answer: Acknowledgement) -> list[Event]:
        receiver = self._receiver
        may_accept = alarm.accepted_by is None and (alarm.state, Move.ACCEPT) in MOVES
        if answer.answer is Answer.ACCEPTED and may_accept:
            return [AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver=receiver, by=answer.by)]
        if answer.answer is Answer.CLOSED and alarm.state is not AlarmState.CLOSED:
            closed = AlarmClosed(
                alarm_id=alarm.alarm_id, receiver=receiver, by=answer.by, outcome=answer.outcome
            )
            return [closed]
        return []

    async def _waits(self, alarm_id: str, revision: int) -> bool:
        # What went out before the disk had it says nothing of what waits on the disk.
        waiting = None if alarm_id in self._unsaved else self._waiting(alarm_id)
        if waiting is None:
            waiting = await self._store.waits_for(self._receiver, alarm_id)
        return waiting is not None and waiting <= revision

    def _refuse(self, answer: Acknowledgement, reason: str) -> None:
        self._counts[reason] += 1
        if self._counts[reason] == 1:
            log.warning("answer ignored", reason=reason, alarm_id=answer.alarm_id, by=answer.by)
