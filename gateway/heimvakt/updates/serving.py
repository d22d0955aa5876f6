"""An updater put together for one box."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from heimvakt.core.ports import Clock

from .asking import Gateway
from .home import HomeFile
from .preparing import Preparing
from .service import Commands, Service
from .slots import Slots
from .taking_in import Places
from .updater import Updater

PAUSE_S = 5.0
"""Between two looks. A trial takes minutes."""
PAUSES_MIN = 40
"""In a trial, also in a short one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where things are on a box, and how it is told."""

    folder: Path
    home: Path
    state: Path
    base: Path
    version: str
    """Of the package, whose program this is."""
    socket: Path = Path("/run/heimvakt/control")
    commands: Commands = field(default_factory=Commands)
    within_s: float | None = None


def preparing(options: Options) -> Preparing:
    """What looks at bundles, and changes nothing by itself."""
    return Preparing(
        folder=options.folder,
        home=HomeFile(options.home, options.folder),
        slots=Slots(options.folder, options.base),
        service=Service(options.commands),
        base=options.version,
        within_s=options.within_s,
    )


async def serve(options: Options, clock: Clock, boot_id: str) -> None:
    """Do what is wanted until nothing is left to do.

    Raises:
        OSError: the folder cannot be used.
    """
    pause_s = PAUSE_S
    if options.within_s is not None:
        pause_s = min(PAUSE_S, options.within_s / PAUSES_MIN)
    updater = Updater(
        Places(folder=options.folder, state=options.state),
        preparing(options),
        Gateway(options.socket),
        clock,
        boot_id,
        pause=partial(asyncio.sleep, pause_s),
    )
    await updater.run()
