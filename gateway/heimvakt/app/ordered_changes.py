"""Bundles that somebody has ordered: fetched after the commit, handed to the updater, and answered.
What becomes of them then is the updater's to tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from heimvakt.core.events import Bundle, CommandCompleted, CommandReceived, CommandResult
from heimvakt.core.ledger import StoreFull
from heimvakt.core.orders import BRINGS
from heimvakt.fetching.wish import Way
from heimvakt.runtime.pipeline import Committed

from .fetching import fetch
from .handing_over import Desk

log = structlog.get_logger("updates")

HANDED_OVER = "it is fetched and handed over: what becomes of it is told as a change"
NOT_TAKEN = "the updater has not taken the one before: systemctl status heimvakt-update"


class OrderedChanges:
    """Of one life of the gateway."""

    def __init__(
        self,
        desk: Desk,
        ways: Callable[[], Sequence[Way]],
        emit: Callable[..., Awaitable[None]],
    ) -> None:
        """`ways` are those out of the box, the best first; `emit` is that of the pipeline."""
        self._desk = desk
        self._ways = ways
        self._emit = emit
        self._ordered: asyncio.Queue[CommandReceived] = asyncio.Queue()
        """One at most: the engine refuses others meanwhile."""

    def watch(self, committed: Committed) -> None:
        """Take the order of a committed event; a plain call."""
        event, answers = committed.event, committed.outcome.answers
        if not isinstance(event, CommandReceived) or event.verb not in BRINGS:
            return
        if any(answer.result == "accepted" for answer in answers):
            self._ordered.put_nowait(event)

    async def run(self) -> None:
        """Do what was ordered, until cancelled."""
        while True:
            order = await self._ordered.get()
            assert order.bundle is not None, "the engine accepts none without"
            try:
                why = await self._do(order, order.bundle)
            except OSError as error:
                why = f"it cannot be laid down: {error.strerror or error}"
            if why:
                log.warning("an ordered bundle is not here", order=order.order_id, why=why)
            with suppress(StoreFull):  # then it is told that nobody knows
                await self._emit(
                    CommandCompleted(
                        command_id=order.order_id,
                        verb=order.verb,
                        result=CommandResult.FAILED if why else CommandResult.DONE,
                        reason=why or HANDED_OVER,
                    )
                )

    async def _do(self, order: CommandReceived, bundle: Bundle) -> str:
        """Why it was not done; empty: it was."""
        if not await asyncio.to_thread(self._desk.is_taken):
            return NOT_TAKEN
        part = await asyncio.to_thread(self._desk.part_of, bundle.sha256)
        how = await fetch(bundle, part, self._ways())
        if how.reason:
            return how.reason
        log.info("a bundle is fetched", order=order.order_id, way=how.way, pieces=how.pieces)
        await asyncio.to_thread(
            self._desk.lay_down,
            part,
            what=BRINGS[order.verb],
            order_id=order.order_id,
            by=order.by,
        )
        return ""
