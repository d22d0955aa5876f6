"""Wait for news on the event loop's clock: a wire takes real time, whatever the home's clock is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from heimvakt.core.uplink import Uplink


def now() -> float:
    """Seconds on the loop's clock."""
    return asyncio.get_running_loop().time()


async def any_connected(uplinks: Iterable[Uplink]) -> None:
    """Return when the transport of one of them stands."""
    loop = asyncio.get_running_loop()
    waits = [loop.create_task(uplink.wait_connected()) for uplink in uplinks]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def until(news: asyncio.Event, *times: float | None) -> None:
    """Return when there is news, or at the earliest of the times; None is never."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(min((at for at in times if at is not None), default=None)):
            await news.wait()
