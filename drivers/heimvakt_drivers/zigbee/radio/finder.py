"""Where the radio is and what it is, found anew for each opening: sticks move, and are replaced."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from heimvakt_drivers.zigbee.settings import AUTO, ZigbeeSettings
from heimvakt_drivers.zigbee.sticks.found import choose
from heimvakt_drivers.zigbee.sticks.sticks import FAMILIES, Family
from heimvakt_drivers.zigbee.sticks.usb import Roots, plugged_in, port_of

from .asking import ask
from .remembered import Place, read_memory, write_memory

LOOK_S = 0.25
"""How often it is looked whether a radio that was pulled out is plugged in again: one stat."""


class Finder:
    """Follows the settings, what is plugged in, and what was found out before, in this order."""

    def __init__(self, settings: ZigbeeSettings, folder: Path, roots: Roots | None = None) -> None:
        self._settings = settings
        self._folder = folder
        self.roots = roots or Roots()
        self._memory = read_memory(folder)
        self._seen: tuple[int, int] | None = None
        """The port as it was when it was opened last."""

    async def find(self) -> Place:
        """The radio of this home.

        Raises:
            OSError: there is none, or it does not say what it is.
        """
        return await self.what_is_at(await asyncio.to_thread(self._port))

    async def what_is_at(self, port: str) -> Place:
        """What is plugged in there.

        Raises:
            OSError: nothing is, or it does not answer.
        """
        self._seen = _plugged(port)
        look_for(port)
        family = await asyncio.to_thread(self._family, port)
        known = self._memory.answered
        if known is not None and known.port == port and family in (None, known.family):
            return known
        if family == "znp" or (family is not None and "://" in port):
            return Place(port=port, family=family)  # one speed: nothing to find out
        answered = await ask(port, [family] if family is not None else FAMILIES)
        self._memory = replace(self._memory, answered=answered)
        write_memory(self._folder, self._memory)
        return answered

    async def pause(self, port: str, wait_s: float) -> None:
        """Wait before it is tried again; not for long if it was plugged in since the last time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while (left_s := until - loop.time()) > 0:
            await asyncio.sleep(min(left_s, LOOK_S))
            if (now := _plugged(port)) is not None and now != self._seen:
                return

    def forget_answer(self) -> None:
        """Ask again: it cannot be opened as what it was; other firmware may be in it."""
        if self._memory.answered is not None:
            self._memory = replace(self._memory, answered=None)
            write_memory(self._folder, self._memory)

    def swapped_to(self, port: str) -> None:
        """From now on the radio is at `port`, whatever the configuration says, until it says
        something else, or nothing is there. Over a restart only where that is a name of its own:
        the kernel may give `/dev/ttyUSB1` to another device next time."""
        there = port_of(port, self.roots)
        name = there.port if there is not None else port
        configured = self._settings.port
        pair = None if name == configured else (configured, name)
        self._memory = replace(self._memory, swapped=pair)
        if there is None or name != there.device:
            write_memory(self._folder, self._memory)

    def _family(self, port: str) -> Family | None:
        """What is written, or what the stick says of itself over USB."""
        if self._settings.radio != "auto":
            return self._settings.radio
        there = port_of(port, self.roots)
        return there.family if there is not None else None

    def _port(self) -> str:
        if (swapped := self._memory.swapped) is not None:
            configured, now = swapped
            if configured == self._settings.port and Path(now).exists():
                return now
        if self._settings.port != AUTO:
            return self._settings.port
        return choose(self._settings, plugged_in(self.roots))


def _plugged(port: str) -> tuple[int, int] | None:
    """What changes whenever it is plugged in; None while nothing is there."""
    try:
        known = Path(port).stat()
    except OSError:
        return None
    return known.st_ino, known.st_ctime_ns


def look_for(port: str) -> None:
    """Look whether it is there; cheap, for this is done every few seconds.

    Raises:
        OSError: nothing is there.
    """
    if port.startswith("/"):
        Path(port).stat()
