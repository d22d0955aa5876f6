"""Follow the chain of the audit log after each start and once a day, and tell when it is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from heimvakt.core.audit_chain import Broken, Followed, follow, whole
from heimvakt.core.events import AuditBroken
from heimvakt.core.ledger import AuditLog, StoreUnavailable

log = structlog.get_logger("audit")

EVERY_S = 86_400.0
PAGE = 200
"""Rows that are read and followed at once: some milliseconds on a small board."""
PAUSE_S = 0.05
"""Between two pages, for those who are in a hurry."""


class AuditWatch:
    """For one life of the gateway."""

    def __init__(
        self,
        audit: AuditLog,
        emit: Callable[..., Awaitable[None]],
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._audit = audit
        self._emit = emit
        self._every_s = every_s

    async def run(self) -> None:
        """Look until cancelled; while the disk gives nothing, that is told by others."""
        while True:
            with suppress(StoreUnavailable):
                await self._look()
            await asyncio.sleep(self._every_s)

    async def _look(self) -> None:
        broken = await self._follow()
        # Rows may have been cut off meanwhile: what is found twice in one place is so.
        if broken is not None and await self._follow() == broken:
            log.error("the audit log is broken", number=broken.number, reason=broken.reason)
            await self._emit(AuditBroken(number=broken.number, reason=broken.reason))

    async def _follow(self) -> Broken | None:
        so_far = Followed()
        while True:
            page = await self._audit.audit(so_far.number, PAGE)
            so_far = follow(page.rows, so_far)
            if so_far.broken is not None or len(page.rows) < PAGE:
                return whole(so_far, page.last)
            await asyncio.sleep(PAUSE_S)
