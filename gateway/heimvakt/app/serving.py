"""Run the gateway as a service: signals, and a new life when the configuration is taken anew."""

from __future__ import annotations

import asyncio
import signal
from contextlib import closing
from datetime import datetime

from heimvakt.config.configuration import Configuration
from heimvakt.runtime.clock import DrivenClock, SystemClock
from heimvakt.runtime.control_socket import ControlSocket

from .gateway import Gateway, ReadAgain
from .home_file import NotUsed
from .life import Places


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
    with closing(ControlSocket(places.socket)) as control:
        while True:
            gateway = Gateway(configuration, places, clock, control, read_again)
            _obey(gateway, read_again)
            await gateway.run(cause)
            if gateway.next is None:
                return
            configuration, cause = gateway.next, "configuration changed"


def _obey(gateway: Gateway, read_again: ReadAgain) -> None:
    """Let signals act on this gateway."""

    def reload() -> None:
        try:
            gateway.live_on(read_again())
        except NotUsed as error:
            gateway.refuse(str(error))

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, gateway.stop)
    loop.add_signal_handler(signal.SIGINT, gateway.stop)
    loop.add_signal_handler(signal.SIGHUP, reload)
