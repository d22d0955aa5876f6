"""Little-endian octets: a reader that never reads past the end, and IEEE addresses as text.

PURE. All integers on a Zigbee wire, and in the serial protocol above it, are little-endian.
"""

from __future__ import annotations

IEEE_OCTETS = 8


class ShortDataError(ValueError):
    """The data ended before the field that was to be read. The sender made a mistake."""


class Reader:
    """Reads fields one after the other; raises ShortDataError instead of inventing data."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def octets(self, count: int) -> bytes:
        """The next `count` octets."""
        end = self._at + count
        if end > len(self._data):
            raise ShortDataError(f"{count} octets wanted, {len(self._data) - self._at} left")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def number(self, count: int) -> int:
        """An unsigned integer of `count` octets."""
        return int.from_bytes(self.octets(count), "little")

    def u8(self) -> int:
        """An unsigned integer of one octet."""
        return self.number(1)

    def u16(self) -> int:
        """An unsigned integer of two octets."""
        return self.number(2)

    def u32(self) -> int:
        """An unsigned integer of four octets."""
        return self.number(4)

    def u16_list(self, count: int) -> tuple[int, ...]:
        """`count` unsigned integers of two octets each."""
        return tuple(self.u16() for _ in range(count))

    def rest(self) -> bytes:
        """Everything that is left, perhaps nothing."""
        return self.octets(len(self._data) - self._at)

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self._data) - self._at


def u8(value: int) -> bytes:
    """One octet."""
    return value.to_bytes(1, "little")


def u16(value: int) -> bytes:
    """Two octets, little-endian."""
    return value.to_bytes(2, "little")


def u32(value: int) -> bytes:
    """Four octets, little-endian."""
    return value.to_bytes(4, "little")


def ieee_octets(text: str) -> bytes:
    """The eight octets as sent of an address written "00:11:22:33:44:55:66:77".

    Raises ValueError when the text is no such address.
    """
    octets = bytes.fromhex(text.replace(":", ""))
    if len(octets) != IEEE_OCTETS:
        raise ValueError(f"an IEEE address has eight octets, as 00:11:22:33:44:55:66:77: {text!r}")
    return octets[::-1]


def ieee_text(octets: bytes) -> str:
    """The reverse of `ieee_octets`: lower case, colons between."""
    return octets[::-1].hex(":")
