"""A serial port in the event loop: opened by pyserial, read and written without a thread."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable

import serial

READ_OCTETS = 4096
BAUDRATE = 115_200
"""For modems on a UART; those on USB do not care."""


class PortError(Exception):
    """The port cannot be opened, or is gone.

    Attributes:
        hint: what a technician can do about it.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class AtPort:
    """An open port. `heard` gets what comes, `gone` is called once when nothing more will."""

    def __init__(
        self, path: str, heard: Callable[[bytes], None], gone: Callable[[str], None]
    ) -> None:
        """Open it, for us alone.

        Raises:
            PortError: it cannot be opened.
        """
        try:
            self._serial = serial.Serial(path, BAUDRATE, timeout=0, write_timeout=0, exclusive=True)
        except (OSError, ValueError, serial.SerialException) as error:
            raise _unopened(error) from error
        self._heard = heard
        self._gone = gone
        self._open = True
        self._fd = self._serial.fileno()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._read)

    def write(self, data: bytes) -> None:
        """Send it whole. Commands are short, and one at a time: they fit into the kernel's buffer.

        Raises:
            PortError: they did not, or the port is gone.
        """
        try:
            written = os.write(self._fd, data) if self._open else 0
        except OSError as error:
            self._end(f"cannot write: {error.strerror}")
            raise PortError(f"cannot write: {error.strerror}") from error
        if written != len(data):
            self._end("the modem does not read")
            raise PortError("the modem does not read")

    def close(self) -> None:
        """Let go of it; nobody is called any more."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._fd)
            self._serial.close()

    def _read(self) -> None:
        try:
            data = os.read(self._fd, READ_OCTETS)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(f"cannot read: {error.strerror}")
            return
        if data:
            self._heard(data)
        else:
            self._end("it hung up")

    def _end(self, reason: str) -> None:
        if self._open:
            self.close()
            self._gone(reason)


def _unopened(error: Exception) -> PortError:
    number = getattr(error, "errno", None)
    match number:
        case errno.ENOENT | errno.ENXIO | errno.ENODEV:
            return PortError("it is not there", hint="plug the modem in, or correct the port")
        case errno.EACCES | errno.EPERM:
            return PortError(
                "no right to open it", hint="add the user to its group, mostly dialout"
            )
        case errno.EBUSY | errno.EAGAIN:
            return PortError(
                "it is in use",
                hint='if ModemManager has it, write modem = "auto"; or keep ModemManager away from '
                "this port by a udev rule with ID_MM_PORT_IGNORE",
            )
    return PortError(f"it cannot be opened: {error}", hint="name the modem's AT port")
