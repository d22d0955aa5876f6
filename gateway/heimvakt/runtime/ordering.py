"""Orders on their way in and answers on their way out.

An order is verified, then it is an event like any other, and the engine decides. What it answers
goes out after the commit, to the receiver over whom the order came, on any path that stands. A
flood of orders costs neither the journal nor what is more urgent more than a little: what is above
a limit is counted and left. Who holds no key of this home must not use up the measure of those who
do, and whoever has heard an order can send it again: both have measures of their own.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from heimvakt.core.alarms import Alarm
from heimvakt.core.bucket import Bucket
from heimvakt.core.events import CommandReceived
from heimvakt.core.heard import Asked, Ordered, Question
from heimvakt.core.ledger import StoreFull, StoreUnavailable
from heimvakt.core.orders import OrderAnswer, OrderVerb, Refusal
from heimvakt.core.ports import Clock
from heimvakt.core.uplink import NotConnected, Uplink

from .pipeline import Committed
from .waits import any_connected, now

log = structlog.get_logger("orders")

Verify = Callable[[str, str], CommandReceived]
"""A token and over whom it came; `heimvakt.orders.verify.Verifier`."""

COPY_S = 30.0
"""An order that is heard on one path is heard on the others within this; those are no repeats."""
HEARD_MAX = 64
WAITING_MAX = 32
"""Answers for one receiver that wait for a path."""
KEPT_S = 300.0
"""So long an answer waits for one; whoever has not heard it asks again by the same order."""
STORE_RETRY_S = 1.0
AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class _Answer:
    answer: OrderAnswer
    at: datetime
    until: float


class Ordering:
    """Of one life of the gateway."""

    def __init__(
        self,
        verify: Verify,
        emit: Callable[..., Awaitable[None]],
        clock: Clock,
        *,
        uplinks: Mapping[str, Sequence[Uplink]],
        outstanding: Callable[[], Sequence[Alarm]],
        known: Callable[[str], bool],
    ) -> None:
        """Take nothing yet.

        Args:
            verify: says whose order it is.
            emit: of the pipeline.
            clock: the time of answers; waits are the event loop's.
            uplinks: those of each receiver, in the order of the paths.
            outstanding: the alarms that are open.
            known: whether an order of this number was taken before.
        """
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in uplinks}
        """By receiver: what was not taken or not told, by reason."""
        self._verify = verify
        self._emit = emit
        self._clock = clock
        self._uplinks = uplinks
        self._outstanding = outstanding
        self._known = known
        self._looks = {name: Bucket(most=200, per_s=200.0) for name in uplinks}
        """Signatures that are looked at: one takes half a millisecond on a small board."""
        self._fresh = {name: Bucket(most=20, per_s=0.5) for name in uplinks}
        self._again = {name: Bucket(most=20, per_s=0.5) for name in uplinks}
        """Known, expired, or signed and not to be understood: nothing comes of them but an answer.
        """
        self._strange = {name: Bucket(most=10, per_s=1 / 600) for name in uplinks}
        """Written down: ten at once and one in ten minutes show that somebody tries."""
        self._unwritten: Counter[str] = Counter()
        self._heard: dict[tuple[str, str], tuple[str, float]] = {}
        """By receiver and token: on which path and when, the oldest first."""
        self._waiting: dict[str, deque[_Answer]] = {
            name: deque(maxlen=WAITING_MAX) for name in uplinks
        }
        self._news = {name: asyncio.Event() for name in uplinks}

    async def take(self, ordered: Ordered) -> None:
        """Take an order; returns when it is durable, or not worth it."""
        if self._is_copy(ordered):
            self._count(ordered.receiver, "copies")
            return
        if not self._looks[ordered.receiver].take(now()):
            self._leave(ordered, "too-many")
            return
        event = self._verify(ordered.token, ordered.receiver)
        if _is_strange(event):
            if not self._strange[ordered.receiver].take(now()):
                self._unwritten[ordered.receiver] += 1
                self._count(ordered.receiver, "too-many-unsigned")
                return
            event = self._with_left_out(event)
        elif self._is_spent(event):
            if not self._again[ordered.receiver].take(now()):
                self._leave(ordered, "too-many-again")
                return
        elif not self._fresh[ordered.receiver].take(now()):
            self._leave(ordered, "too-many-signed")
            return
        await self._hand_over(event, ordered)

    def watch(self, committed: Committed) -> None:
        """Take the answers of a committed event; a plain call."""
        for answer in committed.outcome.answers:
            waiting = self._waiting.get(answer.receiver)
            if waiting is None:
                continue  # he is in the configuration no longer
            if len(waiting) == WAITING_MAX:
                self._count(answer.receiver, "answers-dropped")
            waiting.append(_Answer(answer, self._clock.now(), now() + KEPT_S))
            self._news[answer.receiver].set()

    async def run(self) -> None:
        """Answer until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, uplinks in self._uplinks.items():
                able = [uplink for uplink in uplinks if uplink.carries_reports]
                if able:
                    tasks.create_task(self._answer(name, able), name=f"answers to {name}")

    def _is_copy(self, ordered: Ordered) -> bool:
        key, at = (ordered.receiver, ordered.token), now()
        path, since = self._heard.get(key, ("", 0.0))
        if path and path != ordered.path and at - since < COPY_S:
            return True
        self._heard.pop(key, None)
        self._heard[key] = (ordered.path, at)
        if len(self._heard) > HEARD_MAX:
            del self._heard[next(iter(self._heard))]
        return False

    def _is_spent(self, event: CommandReceived) -> bool:
        """Whether a key of this home signed it, and still nothing can come of it."""
        expires = event.expires_at
        over = expires is not None and expires <= self._clock.now()
        return bool(event.refused) or over or self._known(event.order_id)

    def _with_left_out(self, event: CommandReceived) -> CommandReceived:
        """The same, and how many before it were not written down."""
        if not (left_out := self._unwritten.pop(event.receiver, 0)):
            return event
        code, _, detail = event.refused.partition(": ")
        more = f"{left_out} more before it were not written down"
        return replace(event, refused=f"{code}: {detail}; {more}" if detail else f"{code}: {more}")

    def _leave(self, ordered: Ordered, reason: str) -> None:
        """It was not taken, so what comes on another path is no copy of anything."""
        self._heard.pop((ordered.receiver, ordered.token), None)
        self._count(ordered.receiver, reason)

    async def _hand_over(self, event: CommandReceived, ordered: Ordered) -> None:
        while True:
            try:
                await self._emit(event)
            except StoreFull:
                self._leave(ordered, "no-room")
                return
            except StoreUnavailable:
                # The transport keeps it meanwhile; the pipeline ends it if it must end.
                self._count(event.receiver, "waited-for-store")
                await asyncio.sleep(STORE_RETRY_S)
            else:
                return

    async def _answer(self, name: str, uplinks: Sequence[Uplink]) -> None:
        """The answers to one receiver, in their order."""
        waiting, news = self._waiting[name], self._news[name]
        while True:
            while not waiting:
                news.clear()
                await news.wait()
            first = waiting[0]
            told = False
            try:
                async with asyncio.timeout_at(first.until):
                    told = await self._tell(first, uplinks)
                    if not told:
                        await any_connected(uplinks)
            except TimeoutError:
                self._count(name, "answers-not-told")
                told = True
            if told and waiting and waiting[0] is first:
                waiting.popleft()

    async def _tell(self, told: _Answer, uplinks: Sequence[Uplink]) -> bool:
        answer = told.answer
        for uplink in uplinks:
            if not uplink.connected:
                continue
            try:
                if answer.verb == OrderVerb.OUTSTANDING and answer.result == "done":
                    await uplink.tell_outstanding(
                        Asked(
                            receiver=answer.receiver,
                            question=Question.OUTSTANDING,
                            question_id=answer.order_id,
                            by="",
                        ),
                        self._outstanding(),
                        self._clock.now(),
                    )
                await uplink.tell_order(answer, told.at)
            except NotConnected:
                continue
            else:
                return True
        await asyncio.sleep(AGAIN_S)
        return False

    def _count(self, receiver: str, reason: str) -> None:
        counts = self.counts[receiver]
        counts[f"orders-{reason}"] += 1
        if counts[f"orders-{reason}"] == 1 and reason != "copies":
            log.warning("an order or its answer was left", receiver=receiver, reason=reason)


def _is_strange(event: CommandReceived) -> bool:
    """Whether whoever sent it holds no key of this home, as far as can be seen: what was signed for
    another gateway may have been heard there."""
    return not event.role or event.refused == Refusal.OTHER_GATEWAY
