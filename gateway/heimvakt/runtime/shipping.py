"""Bring what waits for one receiver to it, over every path there is, until it answers.

What goes now, and where, is decided by `heimvakt.core.delivery`; this does it. A transport's word
is no delivery: what a receiver answers is an event like any other (`heimvakt.runtime.hearing`), and
only its commit takes an alarm out of the outbox.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.delivery import Planner, Send
from heimvakt.core.events import AlarmDelivered, AlarmSpared, Event
from heimvakt.core.heard import Acknowledgement, Asked, Heard, MonthReceipt, Ordered
from heimvakt.core.ledger import Store
from heimvakt.core.ports import Clock
from heimvakt.core.reports import Wanted
from heimvakt.core.retry import Chance, Schedule
from heimvakt.core.sessions import Session, Sessions
from heimvakt.core.unheard import Unheard
from heimvakt.core.uplink import Uplink, Waits
from heimvakt.core.written import waiting_for

from .doubts import Doubts, Witness
from .hearing import Hearing, nobody_knows
from .outbox import OutboxReader
from .questions import Questions
from .reporting import Reporting
from .sending import Sender
from .waits import now, until

log = structlog.get_logger("shipping")

RECONNECT_S = 0.1
"""The least between two connections of one session: no tight loop whatever a transport does."""


async def nobody_obeys(_: Ordered) -> None:
    """In a home where nobody may order anything."""


async def nobody_was_told(_: MonthReceipt) -> None:
    """In a home that tells nobody the figures of a month."""


class Shipping:
    """One receiver's share of the outbox and of the journal."""

    def __init__(
        self,
        uplinks: Sequence[Uplink],
        store: Store,
        clock: Clock,
        emit: Callable[..., Awaitable[None]],
        *,
        wanted: Wanted = Wanted.NONE,
        outstanding: Callable[[], Sequence[Alarm]] = tuple,
        known: Callable[[str], Alarm | None] = nobody_knows,
        bytes_per_s_max: Mapping[str, float] | None = None,
        witness: Witness | None = None,
        ordered: Callable[[Ordered], Awaitable[None]] = nobody_obeys,
        month_told: Callable[[MonthReceipt], Awaitable[None]] = nobody_was_told,
        schedule: Schedule | None = None,
        chance: Chance | None = None,
    ) -> None:
        """Send nothing yet.

        Args:
            uplinks: one for each path, in the order of the home's paths.
            store: the outbox and the journal.
            clock: the time of messages; waits are the event loop's.
            emit: of the pipeline.
            wanted: what the receiver is told beside alarms.
            outstanding: the alarms that are open.
            known: those that the home has in mind, by their ids.
            bytes_per_s_max: on paths with a cap, for all but high alarms.
            witness: is told what the paths carry.
            ordered: is given the orders that come.
            month_told: is given the receipts for the figures of a month.
            schedule: when what nobody answers for is sent again.
            chance: spreads that.
        """
        self.receiver = uplinks[0].name
        self.counts: Counter[str] = Counter()
        """Answers that were not taken and alarms that could not be sent, by reason."""
        self._uplinks = {uplink.path: uplink for uplink in uplinks}
        self._clock = clock
        caps = bytes_per_s_max or {}
        self._sessions = Sessions(
            [
                Session(u.path, carries_reports=u.carries_reports, bytes_per_s_max=caps.get(u.path))
                for u in uplinks
            ]
        )
        chance = chance or random.Random()
        self._planner = Planner(self._sessions, schedule or Schedule(), chance)
        self._fresh: dict[str, Alarm] = {}
        """Bodies of alarms that need not be read."""
        self._group: asyncio.TaskGroup | None = None
        self._news = asyncio.Event()
        self._doubts = Doubts(self.receiver, self._sessions, witness)
        self._unheard = Unheard()
        self._ordered = ordered
        self._month_told = month_told
        self._sender = Sender(
            self.receiver,
            self._uplinks,
            self._sessions,
            self._planner,
            store,
            clock,
            emit,
            confirmed=self._alarm_confirmed,
            lost=self._lost,
            counts=self.counts,
        )
        self._reader = OutboxReader(
            self.receiver,
            store,
            self._planner,
            self._news,
            tell_unreadable=self._sender.tell_unreadable,
        )
        self._questions = Questions(self._uplinks, self._sessions, outstanding, clock, self.counts)
        self._hearing = Hearing(
            self.receiver,
            store,
            emit,
            unsaved=self._sender.unsaved,
            counts=self.counts,
            known=known,
            waits=self._planner.waits_for,
        )
        self._reporting = Reporting(
            self.receiver,
            self._uplinks,
            self._sessions,
            store,
            wanted=wanted,
            may_go=lambda: not (self._planner.holds_reports or self._sender.reads),
            started=self._spawn,
            confirmed=self._confirmed,
            lost=self._lost,
            counts=self.counts,
            chance=chance,
        )

    # --- what others tell -------------------------------------------------------------------------

    def offer(self, alarm: Alarm) -> None:
        """This alarm was committed to the outbox just now: it goes out without being read again."""
        self._sender.unsaved.pop(alarm.alarm_id, None)
        self._take(alarm)

    def offer_unsaved(self, alarm: Alarm) -> None:
        """The disk has not taken this high alarm for too long: it goes out from memory, and says
        so. It is offered again, under the same id, when it is committed."""
        if self._sender.keep_unsaved(alarm):
            self._take(alarm)

    def happened(self, event: Event) -> None:
        """This event was committed to the journal just now."""
        if isinstance(event, AlarmDelivered | AlarmSpared) and event.receiver == self.receiver:
            self._planner.answered(event.alarm_id, event.revision)
            self._news.set()
        self._reporting.happened(event)

    def prefer(self, paths: Sequence[str]) -> None:
        """Use the paths in this order from now on."""
        self._sessions.prefer(paths)
        self._news.set()

    async def hear(self, heard: Heard) -> None:
        """Take what the receiver says; returns when that is taken care of, or can be asked again.

        What it says is for any path: a receiver has one state, however it is reached.
        """
        self._unheard.heard()
        if isinstance(heard, Acknowledgement):
            await self._hearing.take(heard)
        elif isinstance(heard, Asked):
            # Not here: what confirms the answer may have to be heard first.
            self._spawn(self._questions.answer(heard))
        elif isinstance(heard, Ordered):
            await self._ordered(heard)
        elif isinstance(heard, MonthReceipt):
            await self._month_told(heard)
        else:
            await self._reporting.receipt(heard)

    # --- running ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                for uplink in self._uplinks.values():
                    group.create_task(self._watch(uplink))
                group.create_task(self._reporting.run())
                group.create_task(self._reader.newest())
                while True:
                    self._news.clear()
                    asked = self._planner.wants()
                    if asked is not None:
                        group.create_task(self._reader.page(asked))
                    self._go()
                    self._reporting.wake()
                    self._press()
                    look_at = self._doubts.look(now())
                    next_at = self._planner.next_at(now())
                    await until(self._news, look_at, next_at)
            finally:
                self._group = None
                for path in self._uplinks:
                    self._lost(path)

    async def _watch(self, uplink: Uplink) -> None:
        while True:
            await uplink.wait_connected()
            self._planner.connected(uplink.path, now(), remembers=uplink.remembers)
            if not uplink.remembers:
                self._reporting.forgotten(uplink.path)
            self._news.set()
            await uplink.wait_lost()
            self._lost(uplink.path)
            await asyncio.sleep(RECONNECT_S)

    def _lost(self, path: str) -> None:
        """Harmless when that is known."""
        self._doubts.lost(path)
        self._unheard.lost(path)
        self._planner.lost(path)
        self._reporting.lost(path)
        self._news.set()

    # --- alarms -----------------------------------------------------------------------------------

    def _take(self, alarm: Alarm) -> None:
        for row in waiting_for(alarm, (self.receiver,)):
            self._planner.offer(row, now())
        if alarm.revision:
            for uplink in self._uplinks.values():
                uplink.superseded(alarm)
        if self._group is not None:
            self._fresh[alarm.alarm_id] = alarm
            self._go()  # now, and not when `run` has its turn
            self._fresh.clear()
        if alarm.priority is Priority.HIGH or not self._sessions.standing():
            for session in self._sessions:
                if not session.standing:
                    self._uplinks[session.name].hurry()
        self._news.set()

    def _go(self) -> None:
        for session in self._sessions.standing():
            session.line = self._uplinks[session.name].line
        for send in self._planner.plan(now()):
            self._spawn(self._send(send, self._fresh.get(send.row.alarm_id)))

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        if self._group is not None:
            with suppress(RuntimeError):  # it is being ended, and all of it with it
                self._group.create_task(coroutine)
                return
        coroutine.close()

    async def _send(self, send: Send, alarm: Alarm | None) -> None:
        await self._sender.send(send, alarm)
        self._news.set()  # there is room for the next

    # --- sessions ---------------------------------------------------------------------------------

    def _press(self) -> None:
        """Tell the sessions how urgent what waits is."""
        waits = self._planner.waits
        if waits is Waits.NOTHING and self._reporting.waits:
            waits = Waits.SOMETHING
        for uplink in self._uplinks.values():
            uplink.pressing(waits)

    def _alarm_confirmed(self, path: str, heard: bool) -> None:
        self._confirmed(path)
        if self._unheard.confirmed(path, now(), to_nobody=not heard):
            self._uplinks[path].doubt()

    def _confirmed(self, path: str) -> None:
        """The transport has confirmed something, and there is room for more."""
        self._doubts.confirmed(path)
        self._news.set()
