"""Run the gateway as a service: signals, and a new life when the configuration is taken anew."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import datetime

import structlog

from heimvakt.config.configuration import Configuration
from heimvakt.runtime.clock import DrivenClock, SystemClock

from .gateway import Gateway
from .life import Places

log = structlog.get_logger("gateway")

ReadAgain = Callable[[], Configuration | None]


async def serve(
    configuration: Configuration,
    places: Places,
    *,
    read_again: ReadAgain,
    driven_from: datetime | None = None,
) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP takes the configuration anew if it is good.

    Raises:
        StoreUnavailable, UnitGaveUp: see `Gateway.run`.
    """
    clock = DrivenClock(driven_from) if driven_from else SystemClock()
    cause = "started"
    while True:
        gateway = Gateway(configuration, places, clock)
        fresh = _obey(gateway, read_again)
        await gateway.run(cause)
        if not fresh:
            return
        configuration, cause = fresh[-1], "configuration changed"


def _obey(gateway: Gateway, read_again: ReadAgain) -> list[Configuration]:
    """Let signals act on this gateway; the list holds the configuration it ended for, if any."""
    fresh: list[Configuration] = []

    def end() -> None:
        fresh.clear()
        gateway.stop()

    def reload() -> None:
        read = read_again()
        if read is None:
            log.error("configuration not taken: the one before stays", hint="heimvakt check FILE")
            return
        fresh.append(read)
        gateway.stop(for_good=False)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, end)
    loop.add_signal_handler(signal.SIGINT, end)
    loop.add_signal_handler(signal.SIGHUP, reload)
    return fresh
