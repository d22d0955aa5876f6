"""What is done in each stage of a change. Each act may be done twice, since the stage that names it
is on the disk before it begins.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from heimvakt.core.events import ChangeOf, ChangeOutcome
from heimvakt.core.ports import Clock

from . import change as life
from .asking import Gateway
from .book import Book
from .change import Change, Stage, move
from .home import HomeFile
from .judging import Facts, Look, Verdict, holds_back, is_in_use, judge, reached_before
from .preparing import Preparing
from .refusing import Refused
from .service import Service
from .slots import Slots
from .trust import digest_of

log = structlog.get_logger("update")

WAITS_MAX = timedelta(days=7)
"""For a quiet moment. A home that has none in a week needs somebody to look at it."""
AGAIN_S = 60.0
"""A service that does not run with what was put back by then begins anew."""
BACK_S_MAX = 300.0
Act = Callable[[Change], Awaitable[bool]]


class Acts:
    """On one box."""

    def __init__(
        self, preparing: Preparing, gateway: Gateway, book: Book, clock: Clock, boot_id: str
    ) -> None:
        self._preparing = preparing
        self._gateway = gateway
        self._book = book
        self._clock = clock
        self._boot_id = boot_id
        self._used_since_s: float | None = None
        self._fewest_restarts: int | None = None
        self._hurried = False
        self._back_since_s: float | None = None
        self._acts: Mapping[Stage, Act] = {
            Stage.PREPARING: self._prepare,
            Stage.WAITING: self._wait,
            Stage.APPLYING: self._apply,
            Stage.TRYING: self._try,
            Stage.RETURNING: self._return,
        }

    async def act(self, change: Change) -> bool:
        """Do what the stage asks for; whether it led to another, or to the end.

        Raises:
            OSError: it cannot be done now.
        """
        return await self._acts[change.stage](change)

    @property
    def _home(self) -> HomeFile:
        return self._preparing.home

    @property
    def _slots(self) -> Slots:
        return self._preparing.slots

    @property
    def _service(self) -> Service:
        return self._preparing.service

    async def _prepare(self, change: Change) -> bool:
        if change.what is ChangeOf.PROGRAM:
            self._forget(self._slots.free())
        try:
            ready = await self._preparing.prepare(change, self._clock.now())
        except (Refused, OSError) as error:
            log.warning("refused", why=str(error), hint=getattr(error, "hint", None) or None)
            self._book.end(ChangeOutcome.REFUSED, str(error))
            return True
        self._book.go_on(ready)
        return True

    def _forget(self, slot: str) -> None:
        """The program in this slot is not to be gone back to any more: it will not be whole."""
        state = self._book.state
        kept = state.kept.get(ChangeOf.PROGRAM)
        if kept is not None and kept.active_before == slot:
            base = replace(kept, active_before="", before=self._slots.version(""))
            self._book.write(replace(state, kept={**state.kept, ChangeOf.PROGRAM: base}))

    async def _wait(self, change: Change) -> bool:
        at, now_s = self._clock.now(), self._clock.monotonic()
        if change.boot_id != self._boot_id:
            # Not by the wall clock: somebody may have set it just now, by days.
            self._book.go_on(replace(change, boot_id=self._boot_id, since_s=now_s))
            return True
        if now_s - change.since_s > WAITS_MAX.total_seconds():
            self._book.end(ChangeOutcome.REFUSED, f"no quiet moment came in {WAITS_MAX.days} days")
            return True
        if self._home.digest() != change.home or self._is_stale(change):
            self._book.go_on(move(change, Stage.PREPARING, at))
            return True
        facts = await self._gateway.facts()
        if why := holds_back(change, facts):
            self._book.say(f"waiting: {why}")
            return False
        if change.what is ChangeOf.CONFIGURATION:
            self._home.remember()
        receivers = reached_before(facts)
        self._book.go_on(move(change, Stage.APPLYING, at, receivers=receivers))
        return True

    def _is_stale(self, change: Change) -> bool:
        """Whether another program was made the active one meanwhile, as by apt."""
        if change.what is ChangeOf.CONFIGURATION:
            return False
        return self._slots.active != change.active_before or not self._slots.is_whole(change.slot)

    async def _apply(self, change: Change) -> bool:
        began_s = self._clock.monotonic()
        if change.what is ChangeOf.PROGRAM:
            self._slots.switch(change.slot)
            await self._service.restart()
        else:
            content = self._preparing.payload(change.change_id).read_bytes()
            now = self._home.digest()
            if digest_of(content) != change.after or now not in (change.before, change.after):
                self._book.end(ChangeOutcome.REFUSED, "the file of the home was changed meanwhile")
                return True
            if now != change.after:
                self._home.put(content)
            await self._take_over()
        self._used_since_s = self._fewest_restarts = None
        self._hurried = False
        begun = {"boot_id": self._boot_id, "since_s": began_s}
        on_trial = move(change, Stage.TRYING, self._clock.now(), **begun)
        told = life.outcome_of(on_trial, ChangeOutcome.APPLIED, on_trial.at)
        self._book.write(life.tell(replace(self._book.state, change=on_trial), told))
        log.info("on trial", what=change.what, version=change.version, within_s=change.within_s)
        return True

    async def _try(self, change: Change) -> bool:
        at, now_s = self._clock.now(), self._clock.monotonic()
        if change.boot_id != self._boot_id:
            anew = {"boot_id": self._boot_id, "since_s": now_s, "boots": change.boots + 1}
            self._book.go_on(move(change, Stage.TRYING, at, **anew))
            return True
        if change.what is ChangeOf.PROGRAM and self._slots.active != change.slot:
            why = "another program was put in its place, as an installed package is"
            self._book.go_on(move(change, Stage.RETURNING, at, reason=why))
            return True
        look = await self._look(change)
        verdict, why = judge(change, look)
        if verdict is Verdict.WAIT:
            self._book.say(why)
            await self._hurry(change, look)
            return False
        if verdict is Verdict.KEEP:
            log.info("kept", what=change.what, version=change.version)
            self._book.end(ChangeOutcome.KEPT)
        else:
            log.error("taken back", what=change.what, version=change.version, why=why)
            self._book.go_on(move(change, Stage.RETURNING, at, reason=why))
        return True

    async def _hurry(self, change: Change, look: Look) -> None:
        """Where a service went on without beginning anew, its next heartbeat may be a quarter of an
        hour away; one that has just begun tells its receivers at once."""
        late = look.elapsed_s >= change.within_s / 2
        if self._hurried or not late or look.facts is None:
            return
        if look.used_for_s is None or look.facts.uptime_s > look.elapsed_s:
            self._hurried = True
            await self._service.restart()

    async def _look(self, change: Change) -> Look:
        facts, health = await self._gateway.facts(), await self._service.health()
        now_s = self._clock.monotonic()
        elapsed_s = now_s - change.since_s
        if facts is None or not is_in_use(change, facts, self._home.digest(), elapsed_s):
            self._used_since_s = None
        elif facts.uptime_s <= elapsed_s:
            self._used_since_s = now_s - facts.uptime_s  # this life began under it
        elif self._used_since_s is None:
            self._used_since_s = now_s
        if self._fewest_restarts is None or health.restarts < self._fewest_restarts:
            self._fewest_restarts = health.restarts
        used_since_s = self._used_since_s
        return Look(
            facts=facts,
            elapsed_s=elapsed_s,
            used_for_s=None if used_since_s is None else now_s - used_since_s,
            gave_up=health.gave_up,
            restarts=health.restarts - self._fewest_restarts,
        )

    async def _return(self, change: Change) -> bool:
        now_s = self._clock.monotonic()
        if self._back_since_s is None:
            await self._put_back(change)
            self._back_since_s = now_s
        facts = await self._gateway.facts()
        passed_s = now_s - self._back_since_s
        if not self._is_back(change, facts) and passed_s < BACK_S_MAX:
            if passed_s >= AGAIN_S and not self._hurried:
                self._hurried = True
                await self._service.restart()
            return False
        reason = change.reason
        if change.what is ChangeOf.CONFIGURATION and self._home.digest() != change.before:
            reason = f"{reason}; the file before is not there any more, and this one stays"
        self._back_since_s, self._hurried = None, False
        self._book.end(ChangeOutcome.RETURNED, reason)
        return True

    async def _put_back(self, change: Change) -> None:
        self._hurried = False
        if change.what is ChangeOf.CONFIGURATION:
            if not self._home.put_back(change.before):
                log.error("the file before cannot be put back", file=str(self._home.path))
            await self._take_over()
            return
        before = change.active_before
        if self._slots.active == change.slot:
            self._slots.switch(before if self._slots.is_whole(before) else "")
        await self._service.restart()

    def _is_back(self, change: Change, facts: Facts | None) -> bool:
        """Whether the gateway runs again with what it is to run with; only then it is told."""
        if facts is None or facts.digest != self._home.digest():
            return False
        if change.what is ChangeOf.CONFIGURATION:
            return True
        return facts.version == self._slots.version(self._slots.active)

    async def _take_over(self) -> None:
        """Let the service take the file anew; one that does not answer begins anew."""
        if await self._gateway.facts() is None:
            await self._service.restart()
        else:
            await self._service.reload()
