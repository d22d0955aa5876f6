"""Backups of the network, for the day on which the stick dies.

Kept twice: zigpy keeps them in its database and replaces one by the next of the same network;
`kept` has them as files. A whole backup reads some 900 items from the stick in one or two seconds;
frames of sensors pass in between.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from .coordinator import RADIO_ERRORS, explain
from .kept import keep

if TYPE_CHECKING:
    from .coordinator import Coordinator

FIRST_S = 300.0
"""After the start: the first minutes belong to the sensors."""

CHANGED_S = 60.0
"""After a device was set up: others are being set up at the same time."""

PERIOD_S = 86_400.0

log = structlog.get_logger(__name__)


async def keep_backups(coordinator: Coordinator, folder: Path, changed: asyncio.Event) -> None:
    """Make backups until cancelled: daily, and a minute after `changed` was set."""
    wait_s = FIRST_S
    while True:
        try:
            async with asyncio.timeout(wait_s):
                await changed.wait()
            await asyncio.sleep(CHANGED_S)
        except TimeoutError:
            pass
        changed.clear()
        try:
            await back_up(coordinator, folder)
        except RADIO_ERRORS as error:
            log.warning("no backup of the network; tried again in a day", error=explain(error))
        wait_s = PERIOD_S


async def back_up(coordinator: Coordinator, folder: Path) -> Path:
    """Make one now; gives the file.

    Raises:
        Exception: any of RADIO_ERRORS.
    """
    backup = await coordinator.backups.create_backup(load_devices=True)
    return await asyncio.to_thread(keep, folder, backup)
