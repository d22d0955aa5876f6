"""Which modem: that of ModemManager, or one on a serial port that ModemManager leaves alone."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from random import Random

from heimvakt.core.modem import Modem

from .at_modem import AtModem
from .mm_bus import Bus, BusGone, CallFailed
from .mm_modem import MmModem
from .mm_values import holder

AUTO = "auto"
VALIDITY = timedelta(hours=4)
"""How long the network tries to deliver an SMS. Longer, and somebody who switches on a telephone in
the morning is called to what the night shift has dealt with; shorter, and a telephone in a cellar
misses it. Uplinks send again after this what nobody has received."""


def open_modem(
    named: str,
    *,
    pin: str | None,
    state_directory: Path,
    chance: Random,
    bus_address: str | None = None,
) -> Modem:
    """The modem that a configuration names; opens nothing yet.

    Args:
        named: `auto`, or the serial port of one.
        pin: of the SIM; None: it has none.
        state_directory: where refused PINs are remembered.
        chance: where the references of long texts begin.
        bus_address: None: the system's bus.
    """
    if named == AUTO:
        return MmModem(
            pin=pin,
            state_directory=state_directory,
            validity=VALIDITY,
            bus_address=bus_address,
        )

    async def taken() -> str | None:
        return await held_by_modem_manager(named, bus_address)

    return AtModem(
        named,
        pin=pin,
        state_directory=state_directory,
        chance=chance,
        validity=VALIDITY,
        taken=taken,
    )


async def held_by_modem_manager(port: str, bus_address: str | None = None) -> str | None:
    """Why a serial port must not be opened: ModemManager speaks to a modem on it. None: it does
    not, or does not run."""
    bus = Bus(bus_address)
    try:
        await bus.connect(lambda _signal: None)
        objects = await bus.objects() if await bus.is_running() else {}
    except (BusGone, CallFailed):
        return None
    finally:
        bus.close()
    # A port has several names: by-id, by-path, ttyUSB2.
    if holder(objects, os.path.realpath(port)) is None:  # noqa: ASYNC240 - a link in /dev
        return None
    return (
        f'{port} is ModemManager\'s: write modem = "auto", or keep ModemManager away from this '
        "port by a udev rule with ID_MM_PORT_IGNORE"
    )
