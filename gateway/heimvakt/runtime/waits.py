"""Wait for news on the event loop's clock: a wire takes real time, whatever the home's clock is."""

from __future__ import annotations

import asyncio
from contextlib import suppress


def now() -> float:
    """Seconds on the loop's clock."""
    return asyncio.get_running_loop().time()


async def until(news: asyncio.Event, *times: float | None) -> None:
    """Return when there is news, or at the earliest of the times; None is never."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(min((at for at in times if at is not None), default=None)):
            await news.wait()
