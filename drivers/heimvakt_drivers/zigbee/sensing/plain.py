"""Values of the air as plain numbers and octets, whatever they came as.

PURE, and total.
"""

from __future__ import annotations

LARGEST = 1 << 64
"""No value of the standard has more than eight octets."""


def whole(value: object) -> int | None:
    """As a plain whole number; None if it is none."""
    if not isinstance(value, int) or not -LARGEST < value < LARGEST:
        return None
    return int(value)


def octets_of(value: object) -> bytes:
    """As octets; zigpy keeps those of a text that is none beside it. None of others."""
    raw = getattr(value, "raw", value)
    return bytes(raw) if isinstance(raw, (bytes, bytearray)) else b""
