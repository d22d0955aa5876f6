"""Keep the garbage collector's long pauses away from alarms.

What a gateway has made when it is settled (modules, models, the devices of the network) it keeps to
its end: 130,000 objects. A full collection looks through them all, for 30 to 130 ms on a desktop
and for several times that on a small board, and nothing else happens meanwhile. So there is none
until the gateway is settled; then what is there is set aside, which takes no time at all, and a
collection after that has a few thousand objects to do with.

What is young is collected all the time, at about 1 ms. Of what was set aside, a few hundred objects
are garbage that is never found: less than one look for it is worth.
"""

from __future__ import annotations

import asyncio
import gc

from .large_pages import use_large_pages

SETTLED_S = 30.0
"""By then drivers are loaded and the radio is up."""
NEVER, USUAL = 1 << 30, 10
"""Collections of the middle-aged before one of everything; the latter is Python's own."""


def put_off() -> None:
    """Begin no full collection until `run_collector` has been there, and all is settled."""
    _collect_everything_after(NEVER)


async def run_collector(*, settled_s: float = SETTLED_S) -> None:
    """Set aside once what is there, and put it on large pages; then do nothing until cancelled."""
    if gc.get_freeze_count():
        # The configuration was taken anew: the gateway of before is to go, devices and all.
        gc.unfreeze()
        gc.collect()
    put_off()
    try:
        await asyncio.sleep(settled_s)
    finally:
        gc.freeze()  # also when it is begun anew before that: whoever comes next is to look
    _collect_everything_after(USUAL)
    await use_large_pages()
    await asyncio.get_running_loop().create_future()


def _collect_everything_after(collections: int) -> None:
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, collections)
