"""A radio with nothing around it: no devices, no database, nobody who listens.

For looking at a stick, and for writing a network to it, before it becomes the radio of the home.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from .coordinator import RADIO_ERRORS, explain
from .families import coordinator_for
from .hooks import Hooks
from .remembered import Place

if TYPE_CHECKING:
    import zigpy.types as t

    from heimvakt_drivers.zigbee.listening.early import Said

    from .coordinator import Coordinator

CLOSE_S = 5.0
"""How long a radio may take to be let go; a stick that hangs would take for ever."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def connected(place: Place, within_s: float) -> AsyncIterator[Coordinator]:
    """The port is open and the stick has answered; let go in the end.

    Raises:
        OSError: nothing of this kind answers there; also for what goes wrong with it later.
    """
    application = await asyncio.to_thread(coordinator_for, place.family)
    config = {"device": {"path": place.port, **place.line}}
    coordinator = application(config | application.options(place.port, within_s))
    coordinator.hooks = Hooks(_Deaf(), lambda _: None, lambda *_: None, Counter())
    mishaps = (*RADIO_ERRORS, *application.own_errors)
    try:
        async with asyncio.timeout(within_s):
            await coordinator.connect()
        yield coordinator
    except mishaps as error:
        raise OSError(explain(error)) from error
    finally:
        try:
            async with asyncio.timeout(CLOSE_S):
                await coordinator.disconnect()
        except mishaps as error:
            log.debug("a radio was not let go in order", port=place.port, error=explain(error))


class _Deaf:
    def read(self, ieee: t.EUI64, said: Said) -> bool:
        return False

    def begin(self, ieee: t.EUI64) -> None: ...

    def end(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> None: ...
