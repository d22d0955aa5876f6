"""Read what waits for one receiver, for its planner: by pages, and first what was raised last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from heimvakt.core.delivery import Planner
from heimvakt.core.ledger import Store, StoreUnavailable, Waiting
from heimvakt.core.sessions import FRESH_MAX

from .waits import now

STORE_RETRY_S = 1.0


class OutboxReader:
    """Reads beside all else: a disk that hangs must not keep what is known at home."""

    def __init__(
        self,
        receiver: str,
        store: Store,
        planner: Planner,
        news: asyncio.Event,
        *,
        tell_unreadable: Callable[[StoreUnavailable], None],
    ) -> None:
        """`news` is set when something was read."""
        self._receiver = receiver
        self._store = store
        self._planner = planner
        self._news = news
        self._tell_unreadable = tell_unreadable

    async def newest(self) -> None:
        """What was raised in the last moment before the end must not wait for all the pages."""
        with suppress(StoreUnavailable):  # reading by pages tells of it, and finds them in time
            for row in await self._store.newest_high(self._receiver, FRESH_MAX):
                self._planner.offer(row, now())
        self._news.set()

    async def page(self, asked: int) -> None:
        """So many rows as the planner wants."""
        rows: Sequence[Waiting] | None = None
        try:
            rows = await self._store.waiting(self._receiver, asked)
        except StoreUnavailable as error:
            self._tell_unreadable(error)
            await asyncio.sleep(STORE_RETRY_S)
        finally:
            if rows is None:
                self._planner.unread()
            else:
                self._planner.read(rows, asked)
            self._news.set()
