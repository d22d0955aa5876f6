"""Keep the garbage collector's long pauses away from alarms.

What a gateway has made when it is settled (modules, models, the devices of the network) it keeps to
its end: 130,000 objects. Every full collection looks through them, for 65 ms on a desktop and for
several times that on a small board. So they are looked through once, soon after the start, and then
set aside; a collection after that has a few thousand objects to do with.
"""

from __future__ import annotations

import asyncio
import gc

SETTLED_S = 30.0
"""By then drivers are loaded and the radio is up."""


async def run_collector(*, settled_s: float = SETTLED_S) -> None:
    """Set aside once what is there, then do nothing until cancelled."""
    await asyncio.sleep(settled_s)
    gc.collect()
    gc.freeze()
    await asyncio.get_running_loop().create_future()
