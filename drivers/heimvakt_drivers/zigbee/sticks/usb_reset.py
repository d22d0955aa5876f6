"""The last thing to try on a stick that hangs: reset its USB device, as if it were pulled out.

The decision is a count and a pause, `LastResort`; the doing is one ioctl. It takes the right to
write to the device's node below /dev/bus/usb; without it the stick is only opened again.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import structlog

from .usb import Roots, port_of

USBDEVFS_RESET = 0x5514
"""_IO('U', 20), linux/usbdevice_fs.h."""

FAILURES = 3
"""Openings in vain before a reset: two may be the stick starting."""

PAUSE_S = 300.0
"""Between two resets: one that did not help will not help at once, and the bus has other users."""

log = structlog.get_logger(__name__)


def reset_device(node: Path) -> None:
    """Let the kernel reset the USB device; blocks for up to a second or two.

    Raises:
        OSError: it may not, or the device is gone.
    """
    opened = os.open(node, os.O_WRONLY | os.O_CLOEXEC)
    try:
        fcntl.ioctl(opened, USBDEVFS_RESET, 0)
    finally:
        os.close(opened)


class LastResort:
    """Counts openings in vain. One for each driver."""

    def __init__(
        self, roots: Roots, now: Callable[[], float], reset: Callable[[Path], None] = reset_device
    ) -> None:
        """`now` is a clock that never goes back, in seconds."""
        self._roots = roots
        self._now = now
        self._reset = reset
        self._failures = 0
        self._last: float | None = None
        self._refused: str | None = None

    def opened(self) -> None:
        """The radio is up."""
        self._failures = 0

    async def failed(self, port: str) -> bool:
        """The radio could not be opened; whether its USB device was reset for that."""
        self._failures += 1
        if not self._is_time():
            return False
        node = await asyncio.to_thread(self._node, port)
        if node is None:
            return False  # nothing is plugged in, or it is not on USB
        self._last = self._now()
        self._failures = 0
        try:
            await asyncio.to_thread(self._reset, node)
        except OSError as error:
            self._say_refused(node, error)
            return False
        log.warning("the USB device of the radio was reset", port=port, node=str(node))
        return True

    def _is_time(self) -> bool:
        if self._failures < FAILURES:
            return False
        return self._last is None or self._now() - self._last >= PAUSE_S

    def _node(self, port: str) -> Path | None:
        there = port_of(port, self._roots)
        if there is None:
            return None
        try:
            bus, device = (int((there.folder / name).read_text()) for name in ("busnum", "devnum"))
        except (OSError, ValueError):
            return None
        return self._roots.dev / f"bus/usb/{bus:03}/{device:03}"

    def _say_refused(self, node: Path, error: OSError) -> None:
        why = error.strerror or str(error)
        if why != self._refused:
            self._refused = why
            log.warning(
                "the USB device of the radio cannot be reset: see docs/zigbee.md",
                node=str(node),
                error=why,
            )
