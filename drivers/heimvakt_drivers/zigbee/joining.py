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
    changed: asyncio.Event,
    within: timedelta,
) -> None:
    """Hold the network open while somebody is `missing`, until the time is over.

    `changed` is set by others whenever a device has joined or left, and cleared here.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + within.total_seconds()
    open_until = 0.0
    while (left_s := end - loop.time()) > 0:
        changed.clear()
        wait_until = end
        if not missing():
            open_until = await _close(coordinator, open_until)
        elif loop.time() < open_until:
            wait_until = open_until
        else:
            once_s = min(ONCE_S, left_s)
            await coordinator.permit(max(1, round(once_s)))
            wait_until = open_until = loop.time() + once_s
            log.info(
                "the network is open for joining", missing=len(missing()), left_s=round(left_s)
            )
        try:
            async with asyncio.timeout_at(wait_until):
                await changed.wait()
        except TimeoutError:
            continue
    await _close(coordinator, open_until)


async def _close(coordinator: Coordinator, open_until: float) -> float:
    """Close the network if it is open; until when it is open now."""
    if open_until:
        await coordinator.permit(0)
        log.info("the network is closed for joining")
    return 0.0
