"""An open network: for a while, through one router or all, and never longer than somebody cares.

An open network lets in whoever is near, so it is never open by default and closes by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from heimvakt_drivers.zigbee.radio.coordinator import RADIO_ERRORS

if TYPE_CHECKING:
    import zigpy.types as t

    from heimvakt_drivers.zigbee.radio.coordinator import Coordinator

ONCE_S = 60
"""For how long the network is opened at a time; the radio closes it by itself if we are gone."""

CLOSE_S = 5.0
"""How long closing may take; after ONCE_S the radio does it alone."""

GONE: tuple[type[Exception], ...] = (*RADIO_ERRORS, AttributeError)
"""What is raised when a radio is asked; the libraries forget their port when it is gone."""

log = structlog.get_logger(__name__)


class OpenNetwork:
    """Open from the first `keep` on, and again and again, until `close`."""

    def __init__(self, coordinator: Coordinator, through: t.EUI64 | None = None) -> None:
        self._coordinator = coordinator
        self._through = through
        self._is_open = False
        self.until = 0.0
        """On the loop's clock; it closes then unless `keep` is called."""

    async def keep(self, left_s: float) -> None:
        """Hold it open for `left_s` more if need be, though not longer than ONCE_S at once.

        Raises:
            Exception: any of RADIO_ERRORS.
        """
        now = asyncio.get_running_loop().time()
        if now < self.until:
            return
        once_s = min(ONCE_S, left_s)
        self._is_open = True  # or will be, whatever becomes of us
        await self._coordinator.permit(max(1, round(once_s)), self._through)
        self.until = now + once_s
        log.info("the network is open for joining", left_s=round(left_s))

    async def close(self) -> None:
        """Close it if it is open.

        Raises:
            Exception: any of RADIO_ERRORS.
        """
        if self._is_open:
            self._is_open, self.until = False, 0.0
            await self._coordinator.permit(0)
            log.info("the network is closed for joining")


@contextmanager
def requests_given_up() -> Iterator[None]:
    """A library cancels what it has asked of a radio that is gone: for us that is an error like any
    other, and not that somebody wants us to end."""
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise OSError("the radio is gone") from None


@asynccontextmanager
async def opened(coordinator: Coordinator, through: t.EUI64 | None) -> AsyncIterator[OpenNetwork]:
    """A network that is closed in the end, however that comes."""
    network = OpenNetwork(coordinator, through)
    try:
        yield network
    finally:
        try:
            with requests_given_up():
                async with asyncio.timeout(CLOSE_S):
                    await network.close()
        except GONE:
            log.warning("the network could not be closed; it closes by itself", within_s=ONCE_S)


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
    network = OpenNetwork(coordinator)
    while (left_s := end - loop.time()) > 0:
        changed.clear()
        wait_until = end
        if missing():
            await network.keep(left_s)
            wait_until = min(network.until, end)
        else:
            await network.close()
        try:
            async with asyncio.timeout_at(wait_until):
                await changed.wait()
        except TimeoutError:
            continue
    await network.close()
