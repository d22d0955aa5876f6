"""The way from libosdp to one lock and back, over a line that it shares with others.

Here an order goes out once: libosdp sends a frame again that was not answered, and a lock whose
answer was lost would do it again. So an order needs a permit, which its first frame uses up; what
has none is not sent, and libosdp waits as if the line were dead.
"""

from __future__ import annotations

from collections.abc import Callable

from .frames import Code, Frame, crc, read

ORDERS = (Code.OUTPUT, Code.LED, Code.BUZZER)

_NOBODY = bytes.fromhex("538008000440")
NOBODYS = _NOBODY + crc(_NOBODY).to_bytes(2, "little")
"""A whole frame from an address that no lock has (0): libosdp takes it for an error at once."""


class BusChannel:
    """One for each lock. Keeps the port `panel.Channel`."""

    id = 0

    def __init__(self, write: Callable[[bytes], int], ordered: Callable[[], None]) -> None:
        """`ordered` is told that an order is going out."""
        self.failing = False
        self.permit = False
        self.wrote: Frame | None = None
        """The frame that was sent last."""
        self._write = write
        self._ordered = ordered
        self._frame = b""

    def deliver(self, frame: Frame) -> None:
        """A frame came from this lock."""
        self._frame = frame.raw

    def read(self, limit: int) -> bytes:
        """See `panel.Channel`."""
        if self.failing and not self._frame:
            self._frame = NOBODYS
        piece, self._frame = self._frame[:limit], self._frame[limit:]
        return piece

    def write(self, octets: bytes) -> int:
        """See `panel.Channel`."""
        if self.failing:
            return 0
        frame = read(octets[1:] if octets[:1] == b"\xff" else octets)
        if frame is not None and frame.code in ORDERS:
            if not self.permit:
                return len(octets)
            self.permit = False
            self._ordered()
        self.wrote = frame
        return self._write(octets)

    def flush(self) -> None:
        """See `panel.Channel`."""
        self._frame = b""
