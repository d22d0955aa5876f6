"""What may be the id of something: short, plain, and without a trace of who lives there."""

from __future__ import annotations

import re

ID = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
ID_MAX = 40

_NATIONAL_IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)", re.ASCII)
_PLAIN = (("æ", "ae"), ("ø", "o"), ("å", "a"), ("ä", "a"), ("ö", "o"))


def as_id(text: str) -> str | None:
    """The id that comes closest to a text, or None if nothing of it can stay."""
    text = text[:ID_MAX].casefold()
    for letter, plain in _PLAIN:
        text = text.replace(letter, plain)
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-") or None


def looks_like_a_person(text: str) -> bool:
    """Whether it may hold a national identity number (fødselsnummer, D-number): eleven digits."""
    return bool(_NATIONAL_IDENTITY_NUMBER.search(text))
