"""A serial port in the event loop: its descriptor is watched, no thread reads it.

Nothing is buffered here beyond what the kernel keeps: what is heard is handed on at once, and what
the kernel does not take when it is written is lost, as on any wire. A protocol has its own answer
to octets that did not arrive.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from serial import Serial

READ_OCTETS = 4096


class LineLost(Exception):
    """The port is not there, or gone.

    Attributes:
        hint: what a technician can do about it.
    """

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


class SerialLine:
    """An open port. For one event loop; `close` may be called twice."""

    def __init__(
        self,
        port: str,
        *,
        baudrate: int,
        heard: Callable[[bytes], None],
        parity: Literal["N", "E", "O"] = "N",
        stop_bits: Literal[1, 2] = 1,
    ) -> None:
        """Open it; `heard` gets what comes in, in pieces as the kernel has them.

        Raises:
            LineLost: it cannot be opened.
        """
        self._port = port
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._serial = _opened(port, baudrate, parity, stop_bits)
        self._fd = self._serial.fileno()
        self._loop.add_reader(self._fd, self._read)

    def write(self, octets: bytes) -> int:
        """Send; returns how many the kernel took, which is all of a frame unless it is stuck."""
        if self._ended.done():
            return 0
        try:
            return os.write(self._fd, octets)
        except BlockingIOError:
            return 0
        except OSError as error:
            self._end(error.strerror or "it cannot be written to")
            return 0

    async def wait_lost(self) -> LineLost:
        """Return when the port is gone, with why."""
        why = await asyncio.shield(self._ended)
        return LineLost(f"{self._port}: {why}", hint="see whether the adapter is plugged in")

    def close(self) -> None:
        """Give the port back."""
        self._end("closed")
        self._serial.close()

    def _read(self) -> None:
        try:
            octets = os.read(self._fd, READ_OCTETS)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(error.strerror or "it cannot be read")
            return
        if not octets:
            self._end("it was pulled out")
            return
        self._heard(octets)

    def _end(self, why: str) -> None:
        if not self._ended.done():
            self._loop.remove_reader(self._fd)
            self._ended.set_result(why)


def _opened(port: str, baudrate: int, parity: str, stop_bits: int) -> Serial:
    # pyserial is imported when a line is opened: a home without one does not pay for it.
    from serial import Serial, SerialException

    try:
        return Serial(port, baudrate, parity=parity, stopbits=stop_bits, timeout=0, exclusive=True)
    except (SerialException, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LineLost(
            f"{port}: {reason}", hint="see whether the adapter is plugged in: ls -l /dev/serial"
        ) from error
