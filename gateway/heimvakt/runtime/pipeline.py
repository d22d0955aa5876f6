"""Stamp, decide, commit, then tell: the one way from an event to all that follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from heimvakt.core.devices import Home
from heimvakt.core.events import Event, TimerFired
from heimvakt.core.ledger import Store, StoreFull, StoreUnavailable
from heimvakt.core.ports import Clock
from heimvakt.core.state import State, first_due, next_deadline

from .ahead import Ahead
from .commit import COMMIT_RETRIES_S, commit
from .deciding import Committed, Decided, Standing, decide
from .inbox import Inbox, Taken
from .steps import known_line

__all__ = ["Committed", "Pipeline", "Watcher"]

log = structlog.get_logger("pipeline")

Watcher = Callable[[Committed], None]


class Pipeline:
    """Takes events from everyone, one state at a time. Nothing leaves the box before its commit."""

    def __init__(
        self,
        home: Home,
        state: State,
        store: Store,
        clock: Clock,
        *,
        boot_id: str,
        last_seq: int,
        commit_retries_s: Sequence[float] = COMMIT_RETRIES_S,
    ) -> None:
        self.home = home
        self.state = state
        self.seq = last_seq
        self._store = store
        self._clock = clock
        self.boot_id = boot_id
        self._commit_retries_s = commit_retries_s
        self._inbox = Inbox()
        self._ahead = Ahead(self._inbox, self._decide, self._tell_unsaved)
        self._held: list[Taken] = []
        """The batch that is being committed. If the store fails, this very batch is the first to be
        tried again: numbers in it may have been told."""
        self._watchers: list[Watcher] = []
        self._unsaved_watchers: list[Watcher] = []
        self._preparing: list[Watcher] = []
        self._firing = asyncio.Lock()
        self._line = known_line(state.clock, boot_id)
        self.turned = asyncio.Event()
        """Set anew after every commit, for those who look then."""
        self.commits = 0

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` after each commit, in order; returns how to stop that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def watch_unsaved(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with what was decided and could not be committed for two seconds: the disk
        is dead, and a high alarm must not wait for it. So with all that comes as long as that is
        so. It may be called twice with the same, and `watch` has it again after the commit. Returns
        how to stop that."""
        self._unsaved_watchers.append(watcher)
        return lambda: self._unsaved_watchers.remove(watcher)

    def prepare(self, watcher: Watcher) -> None:
        """Call `watcher` with what was decided and must be sent, while the store writes it: it may
        make ready what takes time, and may tell nobody: the commit may yet fail."""
        self._preparing.append(watcher)

    @property
    def waiting(self) -> int:
        """Events that are not committed yet."""
        return len(self._inbox) + len(self._held) + len(self._ahead)

    async def emit(self, *events: Event) -> None:
        """Hand over events in order; returns when all of them are on durable storage.

        While the store takes nothing this waits, and so does what was handed over.

        Raises:
            StoreFull: there is room for alarms only, and none came of them; they were not taken.
            StoreUnavailable: not all of them are, and the pipeline has ended.
        """
        await self.hand_over(*events)

    def hand_over(self, *events: Event) -> Awaitable[None]:
        """The same, and they are handed over in this very call if there is room."""
        if not events:
            return _Waiting(_nothing)
        call = self._stamped(events)
        # Behind a commit that hangs it is looked at, too: that is no matter of whoever calls.
        if not self._ahead.hangs.is_set() and self._inbox.put_at_once(call):
            return call[-1].durable
        return _Waiting(partial(self._durable, call))

    async def _durable(self, call: Sequence[Taken]) -> None:
        await (await self._hand_over(call)).durable

    async def prove(self) -> None:
        """Return when the pipeline has turned over and a commit has succeeded after this call.

        Raises:
            StoreUnavailable: the pipeline has ended.
        """
        await (await self._hand_over(self._stamped((None,)))).durable

    async def run(self) -> None:
        """Commit what comes, until cancelled.

        Raises:
            StoreUnavailable: the store took nothing for several seconds. What waits still waits,
                and is committed when this is run again.
        """
        while True:
            if not self._held:
                self._held = self._ahead.next_batch() or await self._inbox.next_batch()
            try:
                try:
                    await self._take(self._held)
                except StoreFull as full:
                    if len(self._held) == 1:
                        _refuse(self._held, full)
                    else:
                        await self._take_one_by_one()
            except StoreUnavailable:
                raise  # the disk may come back: whoever starts this again commits what has waited
            except BaseException:
                # Ended, or the batch itself is at fault: nobody may wait for ever.
                _refuse(self._held, StoreUnavailable("the pipeline has ended before the commit"))
                self._held = []
                raise
            self._held = []

    async def _take_one_by_one(self) -> None:
        """A store that is full may take singly what it does not take together."""
        while self._held:
            try:
                await self._take(self._held[:1])
            except StoreFull as full:
                _refuse(self._held[:1], full)
            self._held = self._held[1:]

    async def fire_due(self) -> None:
        """Let every deadline that has come happen, the earliest first, each with its commit.

        Behind a commit that hangs they are decided without one, as all else is: a call that waits
        for somebody to take it back must not wait for the disk.
        """
        async with self._firing:
            while due := first_due(self.home, self._newest, self._clock.now()):
                call = self._stamped((TimerFired(name=due[0], due=due[1]),))
                taken = await self._hand_over(call)
                await self._durable_or_owed(taken)

    def next_due(self) -> datetime | None:
        """When the next deadline comes."""
        found = next_deadline(self.home, self._newest)
        return found[1] if found else None

    @property
    def _newest(self) -> State:
        """After all that was decided, also what a disk that hangs has not taken."""
        return self._ahead.state or self.state

    def _stamped(self, events: Sequence[Event | None]) -> list[Taken]:
        """The events of one call, with the time of this moment."""
        at, monotonic, quality = self._clock.now(), self._clock.monotonic(), self._clock.quality()
        durable = asyncio.get_running_loop().create_future()
        call = [Taken(event, at, monotonic, quality, durable, last=False) for event in events]
        call[-1].last = True
        return call

    async def _hand_over(self, call: Sequence[Taken]) -> Taken:
        """Returns the last of them when the pipeline has it."""
        await self._inbox.put(call)
        self._ahead.look()
        return call[-1]

    async def _durable_or_owed(self, taken: Taken) -> None:
        hangs = asyncio.get_running_loop().create_task(self._ahead.hangs.wait())
        try:
            await asyncio.wait((taken.durable, hangs), return_when=asyncio.FIRST_COMPLETED)
        finally:
            hangs.cancel()
        if not taken.owed or taken.durable.done():
            await taken.durable

    def _decide(self, standing: Standing, batch: Sequence[Taken]) -> Decided:
        """Of the home as it is now: another configuration may have been taken over."""
        return decide(self.home, self.boot_id, standing, batch)

    async def _take(self, batch: list[Taken]) -> None:
        standing = Standing(self.state, self._line, self.seq)
        decided = self._decide(standing, batch)
        committed = decided.committed
        try:
            await commit(
                self._store,
                decided.transaction,
                self._commit_retries_s,
                prepare=partial(self._prepare, committed),
                unsaved=partial(self._ahead.begin, batch, decided),
            )
        finally:
            self._ahead.end()
        self.state, self._line, self.seq = decided.then.state, decided.then.line, decided.then.seq
        self.commits += 1
        try:
            # First of all, since this is what sends alarms: who waits may wait for a turn more.
            self._tell(committed)
        finally:
            for taken in batch:
                if taken.last and not taken.durable.done():
                    taken.durable.set_result(None)
            self.turned.set()
            self.turned = asyncio.Event()

    def _tell(self, committed: Sequence[Committed]) -> None:
        for each in committed:
            for watcher in tuple(self._watchers):
                watcher(each)
            for fault in each.outcome.failed:
                log.error("a rule failed", rule=fault.rule_id, error=fault.error, seq=fault.seq)

    def _prepare(self, decided: Sequence[Committed]) -> None:
        for each in decided:
            for watcher in self._preparing if each.outcome.send else ():
                watcher(each)

    def _tell_unsaved(self, decided: Sequence[Committed]) -> None:
        for each in decided:
            for watcher in self._unsaved_watchers:
                watcher(each)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What begins when it is awaited: a call for which there was no room waits for some."""

    begin: Callable[[], Coroutine[Any, Any, None]]

    def __await__(self) -> Generator[Any, None, None]:
        return self.begin().__await__()


async def _nothing() -> None:
    """Nothing was handed over."""


def _refuse(batch: Sequence[Taken], error: StoreUnavailable) -> None:
    for taken in batch:
        if not taken.durable.done():
            taken.durable.set_exception(error)
            taken.durable.exception()  # its caller may be gone already
