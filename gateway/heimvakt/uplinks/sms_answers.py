"""What comes back from a telephone: whose it is, and whether it means yes. Pure."""

from __future__ import annotations

_YES = frozenset({"ok", "ja", "yes"})
_DIGITS_MIN = 5
"""Of a number without its country; fewer would fit many."""


def is_yes(text: str) -> bool:
    """Whether somebody takes the alarm: OK, JA or YES, and nothing else but marks."""
    return text.strip(" \t\r\n.,!").casefold() in _YES


def is_from(sender: str, number: str) -> bool:
    """Whether an SMS comes from that very number, which is written +4790000000. Some networks write
    00 for +, and some leave both away."""
    bare = sender.lstrip("+").removeprefix("00")
    return bare.isdecimal() and bare == number.lstrip("+")


def is_of(reported: str | None, number: str) -> bool:
    """Whether a report may be of what was sent to this number; some networks leave the country
    away, some modems the number. Its reference decides then."""
    if reported is None:
        return True
    bare = reported.lstrip("+0")
    return len(bare) >= _DIGITS_MIN and number.endswith(bare)
