"""What is there when the gateway is settled is in no collection after that."""

from __future__ import annotations

import asyncio
import gc

from heimvakt.runtime.collector import run_collector


async def test_once_it_is_settled_collections_are_short() -> None:
    before = gc.get_freeze_count()
    task = asyncio.get_running_loop().create_task(run_collector(settled_s=0.0))
    try:
        while gc.get_freeze_count() == before:  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(0.01)
        assert len(gc.get_objects()) < gc.get_freeze_count() / 10
        assert not task.done(), "a unit that ends would be started again"
    finally:
        task.cancel()
        await asyncio.wait([task])
        gc.unfreeze()
