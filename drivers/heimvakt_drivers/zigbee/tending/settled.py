"""Which devices were set up, over restarts: one small file beside zigpy's database.

What is in it saves questions to sleeping devices. Losing it costs nothing else, so a file that
cannot be read counts as empty.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import structlog

FILE = "settled.json"
VERSION = 2
"""Of the file, and of what is set up in a device: raise it when `reporting` asks for more."""


log = structlog.get_logger(__name__)


class Settled:
    """The addresses of the devices whose set-up was finished. Nothing here raises."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._addresses = set(_read(self._path))

    def __contains__(self, address: str) -> bool:
        return address in self._addresses

    def add(self, address: str) -> None:
        """Note a device."""
        if address not in self._addresses:
            self._addresses.add(address)
            self._write()

    def discard(self, address: str) -> None:
        """Forget a device."""
        if address in self._addresses:
            self._addresses.discard(address)
            self._write()

    def _write(self) -> None:
        """Whole or not at all."""
        text = json.dumps({"v": VERSION, "settled": sorted(self._addresses)})
        beside = self._path.with_suffix(".new")
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            log.warning("what is set up could not be noted", path=str(self._path), error=str(error))


def _read(path: Path) -> Iterable[str]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    match stored:
        case {"v": int(version), "settled": list(addresses)} if version == VERSION:
            return [address for address in addresses if isinstance(address, str)]
        case _:
            return ()
