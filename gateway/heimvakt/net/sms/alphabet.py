"""The GSM 7 bit default alphabet and its extension table: 3GPP TS 23.038, 6.2.1 and 6.2.1.1. Pure.

Norwegian needs nothing else: æøåÆØÅ are in it. Whatever is not costs 16 bits a character.
"""

from __future__ import annotations

from collections.abc import Iterable

ESCAPE = 0x1B
"""The next septet is of the extension table."""

_DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENSION = {
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
_SEPTETS: dict[str, bytes] = {
    **{char: bytes((code,)) for code, char in enumerate(_DEFAULT) if code != ESCAPE},
    **{char: bytes((ESCAPE, code)) for code, char in _EXTENSION.items()},
}


def septets_of(char: str) -> bytes | None:
    """One septet for a character, two for one of the extension; None if it has none."""
    return _SEPTETS.get(char)


def text_of(septets: Iterable[int]) -> str:
    """The text of septets, whatever they are: what the extension table does not know is read from
    the default alphabet, as the standard says, and an escape at the end is left out."""
    text, escaped = [], False
    for code in septets:
        if escaped:
            text.append(_EXTENSION.get(code, " " if code == ESCAPE else _DEFAULT[code]))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            text.append(_DEFAULT[code])
    return "".join(text)
