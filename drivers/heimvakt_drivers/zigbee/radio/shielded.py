"""Requests that zigpy-znp shields from whoever gives them up, given up with the radio.

It sends a frame in a task of its own and lets nobody cancel it, so that a confirmation that comes
late is not taken for another's. When the radio is let go such a task is still there: it would ask
a line that is none any more, and what it then raises nobody hears.
"""

from __future__ import annotations

import asyncio
from typing import Any

from zigpy.exceptions import DeliveryError

GIVEN_UP_S = 1.0


class ShieldedRequests:
    """Those of one zigpy-znp, from its connection to its end."""

    def __init__(self, znp: Any) -> None:
        """Begin to keep them in mind."""
        self._ask = znp.request_callback_rsp
        self._under_way: set[asyncio.Task[Any]] = set()
        self._gone = False
        znp.request_callback_rsp = self._begin

    def _begin(self, **what: Any) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(self._asked(**what))
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _asked(self, **what: Any) -> Any:
        try:
            return await self._ask(**what)
        except asyncio.CancelledError:
            if not self._gone:
                raise
            # Whoever waits for it was not cancelled himself: to him it is a frame not delivered.
            raise DeliveryError("the radio is gone") from None

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may have gone: that is no error

    async def give_up(self) -> None:
        """Return when none is under way any more. Before the line is closed, and once more when it
        is: then whoever asks is refused."""
        self._gone = True
        waiting = tuple(self._under_way)
        await asyncio.sleep(0)  # one that has not begun cannot say what it is to whoever waits
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting, timeout=GIVEN_UP_S)
