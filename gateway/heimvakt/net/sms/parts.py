"""A text as one or more short messages: 3GPP TS 23.040, 9.2.3.16 and 9.2.3.24.1. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from .alphabet import septets_of

PARTS_MAX = 8
"""The standard allows 255; nobody reads so much in an alarm, and each part costs money."""


class Alphabet(Enum):
    """How characters are written; the value is the TP-DCS (TS 23.038, 4)."""

    GSM7 = 0x00
    UCS2 = 0x08

    @property
    def alone(self) -> int:
        """How many units fit in a message: septets, or pairs of octets."""
        return 160 if self is Alphabet.GSM7 else 70

    @property
    def joined(self) -> int:
        """How many fit beside the header that says which part it is."""
        return 153 if self is Alphabet.GSM7 else 67


class TextTooLong(ValueError):
    """It would need more than `PARTS_MAX` messages."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A text that was cut into messages."""

    alphabet: Alphabet
    parts: tuple[bytes, ...]
    """Septets that are not packed yet, or UTF-16 with the high octet first."""


def split(text: str) -> Parts:
    """Cut a text; no character stands in two parts.

    Raises:
        TextTooLong: it needs more parts than are allowed.
    """
    septets = [septets_of(char) for char in text]
    if all(septets):
        alphabet, characters = Alphabet.GSM7, [one for one in septets if one]
    else:
        alphabet = Alphabet.UCS2
        # A lone half of a surrogate pair is no character: no handset could show it.
        characters = [char.encode("utf-16-be", "replace") for char in text]
    octets = 1 if alphabet is Alphabet.GSM7 else 2
    whole = b"".join(characters)
    if len(whole) <= alphabet.alone * octets:
        return Parts(alphabet, (whole,))
    parts = tuple(_fill(characters, alphabet.joined * octets))
    if len(parts) > PARTS_MAX:
        raise TextTooLong(f"{len(text)} characters need {len(parts)} messages, over {PARTS_MAX}")
    return Parts(alphabet, parts)


def _fill(characters: Iterable[bytes], room: int) -> Iterator[bytes]:
    part = b""
    for character in characters:
        if len(part) + len(character) > room:
            yield part
            part = b""
        part += character
    yield part
