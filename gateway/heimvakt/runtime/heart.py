"""Tell a receiver every minute that the gateway lives, and how it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from heimvakt.core.uplink import Heartbeat, NotConnected, Uplink

EVERY_S = 60.0
JITTER_S = 5.0
"""Thousands of homes that got their power back together must not speak together."""


async def run_heart(
    uplink: Uplink, measure: Callable[[], Awaitable[Heartbeat]], chance: random.Random
) -> None:
    """Beat until cancelled, the first time when the receiver is first connected."""
    while True:
        await uplink.wait_connected()
        try:
            await uplink.beat(await measure())
        except NotConnected:
            await asyncio.sleep(1.0)
            continue
        await asyncio.sleep(EVERY_S + chance.uniform(-JITTER_S, JITTER_S))
