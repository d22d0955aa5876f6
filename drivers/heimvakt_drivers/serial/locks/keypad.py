"""Digits as they are typed at a reader, gathered to a code.

PURE. Nothing here is ever logged: who reads a log must not learn a code.
"""

from __future__ import annotations

from dataclasses import dataclass

PAUSE_S = 10.0
"""Whoever waits longer between two digits begins anew."""

DIGITS_MAX = 12
"""More is no code; what goes on beyond is thrown away until the next end."""


ENDS = (0x0D, 0x23)
"""What readers send for the key `#`; whatever else is no digit, such as `*`, clears."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands at the keypad now."""

    digits: str = ""
    at: float = 0.0


def typed(before: Typed, keys: bytes, now: float) -> tuple[Typed, list[str]]:
    """Some keys were pressed: what stands there then, and the codes that are complete."""
    digits = before.digits if now - before.at <= PAUSE_S else ""
    codes: list[str] = []
    for key in keys:
        match key:
            case _ if 0x30 <= key <= 0x39:
                digits = (digits + chr(key))[: DIGITS_MAX + 1]
            case _ if key in ENDS and 0 < len(digits) <= DIGITS_MAX:
                codes.append(digits)
                digits = ""
            case _:
                digits = ""
    return Typed(digits, now), codes
