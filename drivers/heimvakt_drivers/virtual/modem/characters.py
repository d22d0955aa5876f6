"""The GSM alphabet from the network's side, as strings of bits: 3GPP TS 23.038.

PURE. Slow and plain on purpose: whoever checks another's packing should not pack the same way.
"""

from __future__ import annotations

_BASIC: dict[int, str] = {
    **{code: chr(code) for code in range(0x20, 0x7B)},
    0x00: "@",
    0x01: "£",
    0x02: "$",
    0x03: "¥",
    0x04: "è",
    0x05: "é",
    0x06: "ù",
    0x07: "ì",
    0x08: "ò",
    0x09: "Ç",
    0x0A: "\n",
    0x0B: "Ø",
    0x0C: "ø",
    0x0D: "\r",
    0x0E: "Å",
    0x0F: "å",
    0x10: "Δ",
    0x11: "_",
    0x12: "Φ",
    0x13: "Γ",
    0x14: "Λ",
    0x15: "Ω",
    0x16: "Π",
    0x17: "Ψ",
    0x18: "Σ",
    0x19: "Θ",
    0x1A: "Ξ",
    0x1C: "Æ",
    0x1D: "æ",
    0x1E: "ß",
    0x1F: "É",
    0x24: "¤",
    0x40: "¡",
    0x5B: "Ä",
    0x5C: "Ö",
    0x5D: "Ñ",
    0x5E: "Ü",
    0x5F: "§",
    0x60: "¿",
    0x7B: "ä",
    0x7C: "ö",
    0x7D: "ñ",
    0x7E: "ü",
    0x7F: "à",
}
_AFTER_ESCAPE = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_CODES = {char: (code,) for code, char in _BASIC.items()} | {
    char: (0x1B, code) for code, char in _AFTER_ESCAPE.items()
}


class NoTextError(ValueError):
    """The bits are no text of this alphabet."""


def read_bits(octets: bytes, skip_bits: int, septets: int) -> str:
    """The text of so many septets that begin after so many bits."""
    bits = "".join(f"{octet:08b}"[::-1] for octet in octets)[skip_bits:]
    if len(bits) < septets * 7:
        raise NoTextError(f"{septets} septets were promised, and there are {len(bits)} bits")
    codes = [int(bits[at : at + 7][::-1], 2) for at in range(0, septets * 7, 7)]
    text, place = "", 0
    while place < len(codes):
        if codes[place] != 0x1B:
            text += _BASIC[codes[place]]
        else:
            place += 1
            if place == len(codes) or codes[place] not in _AFTER_ESCAPE:
                raise NoTextError("an escape without a character after it")
            text += _AFTER_ESCAPE[codes[place]]
        place += 1
    return text


def write_bits(text: str) -> tuple[int, bytes] | None:
    """How many septets, and the octets; None if the alphabet does not have all characters."""
    if not all(char in _CODES for char in text):
        return None
    codes = [code for char in text for code in _CODES[char]]
    bits = "".join(f"{code:07b}"[::-1] for code in codes)
    bits += "0" * (-len(bits) % 8)
    octets = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    return len(codes), octets
