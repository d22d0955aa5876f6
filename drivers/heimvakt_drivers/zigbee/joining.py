"""An open network, for a while and for as long as a configured device is missing.

An open network lets in whoever is near, so it is never open by default and closes by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from .coordinator import Coordinator

ONCE_S = 60
"""For how long the network is opened at a time; the radio closes it by itself if we are gone."""

log = structlog.get_logger(__name__)


async def let_in(
    coordinator: Coordinator,
    missing: Callable[[], frozenset[str]],
    joined: asyncio.Event,
    within: timedelta,
) -> None:
    """Hold the network open until nobody is `missing`, or the time is over.

    `joined` is set by others whenever a device has joined, and cleared here.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + within.total_seconds()
    opened_until = 0.0
    while missing() and (left := end - loop.time()) > 0:
        if loop.time() >= opened_until:
            opened_until = loop.time() + min(ONCE_S, left)
            await coordinator.permit(max(1, round(min(ONCE_S, left))))
            log.info("the network is open for joining", left_s=round(left), missing=len(missing()))
        joined.clear()
        try:
            async with asyncio.timeout_at(opened_until):
                await joined.wait()
        except TimeoutError:
            continue
    if opened_until:
        await coordinator.permit(0)
        log.info("the network is closed for joining", missing=sorted(missing()))
