"""Wait until something is true of an object that tells when it changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Watch:
    """`until` wakes at each `notify`. For one event loop at a time."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Something changed: let everybody who waits look again."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when `true()` is, at once if it is already. May be cancelled at any time."""
        while not true():
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)
