"""The process: asks where to listen, listens there and nowhere else, until it is told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from aiohttp import web

from heimvakt.core.page_address import PageAddress, UnixAddress, parse_page_address

from .control import Control, NoService, Refused
from .desk import desk, for_owner_and_group, make_way
from .entry import Entry
from .live import Live
from .site import Site

log = structlog.get_logger("page")

AGAIN_S = 2.0
END_S = 1.0
"""What is still open when the process is to end is cut after this."""


class Off(Exception):
    """The home wants no page."""


async def serve(control_path: Path, desk_path: Path) -> None:
    """Until SIGTERM or SIGINT.

    Raises:
        Off: `[page]` says nowhere to listen.
        NotLocal: what it says is not on this box alone.
        OSError: it cannot listen there.
    """
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    control = Control(control_path)
    with suppress(asyncio.CancelledError):
        if (listen := await _setting(control)) is None:
            raise Off
        async with opened(control, parse_page_address(listen), desk_path) as (_, live):
            log.info("the page listens", at=listen)
            await live.run()


@asynccontextmanager
async def opened(
    control: Control, address: PageAddress, desk_path: Path, entry: Entry | None = None
) -> AsyncIterator[tuple[Entry, Live]]:
    """The page, for as long as the block lasts; it is for the caller to let it watch."""
    time = asyncio.get_running_loop().time
    entry, live = entry or Entry(), Live(control)
    site = Site(control, entry, live, time)
    with suppress(NoService, Refused):  # it is asked again with the first page
        await site.learn()
    runner = web.AppRunner(
        site.application(), access_log=None, handler_cancellation=True, shutdown_timeout=END_S
    )
    await runner.setup()
    try:
        await _listen(runner, address)
        async with desk(desk_path, entry, address, time):
            yield entry, live
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, address: PageAddress) -> None:
    if isinstance(address, UnixAddress):
        make_way(Path(address.path))
        await web.UnixSite(runner, address.path).start()
        for_owner_and_group(Path(address.path))
    else:
        await web.TCPSite(runner, address.host, address.port).start()


async def _setting(control: Control) -> str | None:
    """Where to listen, as soon as the gateway says; it may begin after the page."""
    told = False
    while True:
        try:
            listen = (await control.ask("page"))["listen"]
            return None if listen is None else str(listen)
        except (NoService, Refused) as error:
            if not told:
                log.warning("waiting for the gateway", reason=str(error))
            told = True
        await asyncio.sleep(AGAIN_S)
