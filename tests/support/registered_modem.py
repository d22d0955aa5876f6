"""Our AT driver and a virtual modem on a pseudo-terminal, when the network has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from heimvakt.net.modem.at_modem import AtModem, Pace
from heimvakt_drivers.virtual.modem import VirtualModem
from tests.support.modem import QUICK, Heard, at_modem, running

TEXT = "Blåbærsyltetøy på ærfugløya €"


@asynccontextmanager
async def ready(
    directory: Path, far: VirtualModem, *, pin: str | None = None, pace: Pace = QUICK
) -> AsyncIterator[tuple[AtModem, Heard]]:
    """Both, when the network has the modem."""
    modem = at_modem(far, directory, pin=pin, pace=pace)
    async with running(modem) as heard:
        await heard.state(lambda state: state.can_send and state.operator is not None)
        yield modem, heard
