"""Telephone numbers as addresses of a message: 3GPP TS 23.040, 9.1.2.3 and 9.1.2.5. Pure."""

from __future__ import annotations

import re

from .alphabet import text_of
from .septets import unpack

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164: at most 15 digits, the first of them not 0. No subscriber has fewer than 7."""

_INTERNATIONAL, _ALPHANUMERIC = 1, 5
"""Types of number (TON)."""
_DIGITS = "0123456789*#abc"


def encode_address(number: str) -> bytes:
    """Length in digits, type, digits in pairs with the first in the low half.

    Raises:
        ValueError: it is not an international number such as +4790000000.
    """
    if E164.fullmatch(number) is None:
        raise ValueError("a number is written as +4790000000")
    digits = number[1:]
    return bytes((len(digits), 0x91)) + swap(digits)


def decode_address(kind: int, length: int, octets: bytes) -> str:
    """`+4790000000`, `1990`, or the name that some senders use; `length` is in half octets."""
    ton = kind >> 4 & 0b111
    if ton == _ALPHANUMERIC:
        return text_of(unpack(octets, length * 4 // 7))
    digits = "".join(_DIGITS[n] for n in half_octets(octets)[:length] if n < len(_DIGITS))
    return f"+{digits}" if ton == _INTERNATIONAL else digits


def swap(digits: str) -> bytes:
    """Digits in pairs, the first in the low half; an odd one is filled up with F."""
    return bytes.fromhex("".join(b + a for a, b in zip(*[iter(digits + "f")] * 2, strict=False)))


def half_octets(octets: bytes) -> list[int]:
    """The halves in the order in which they are read: low, high, low..."""
    return [half for octet in octets for half in (octet & 0x0F, octet >> 4)]
