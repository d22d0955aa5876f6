"""Which buttons were down, and their press on storage, when the service last ran.

So that a button that is down at a start is no new call for help if it was told before, and is one
if it was not. Not flushed to the disk: what a power cut takes from here costs an alarm too many.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import structlog

FILE = "held.json"

log = structlog.get_logger(__name__)


class Held:
    """A set of device ids, kept in a small file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._ids: set[str] = set()
        with suppress(OSError, ValueError):
            found = json.loads(self._file.read_text(encoding="utf-8"))
            self._ids = {each for each in found if isinstance(each, str)}

    def __contains__(self, device_id: str) -> bool:
        return device_id in self._ids

    def add(self, device_id: str) -> None:
        """Its press is on storage, and it is still down."""
        if device_id not in self._ids:
            self._ids.add(device_id)
            self._write()

    def discard(self, device_id: str) -> None:
        """It was let go."""
        if device_id in self._ids:
            self._ids.discard(device_id)
            self._write()

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(sorted(self._ids)), encoding="utf-8")
            fresh.replace(self._file)
        except OSError as error:
            log.warning("the buttons that are held are not remembered", error=error.strerror)
