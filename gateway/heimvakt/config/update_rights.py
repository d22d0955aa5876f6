"""What a signature must be good for when a new file of the home comes with it. Pure.

Nobody gives more than he has: who may change a home's rules and rooms cannot make himself somebody
who opens its door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heimvakt.core.updates import UpdateKey, UpdateRight

from .orders import OrderSettings
from .updates import UpdateSettings

ROTATES = frozenset({UpdateRight.CONFIGURATION, UpdateRight.KEYS})
"""What one key must have so that keys can ever be changed from afar again."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Of a file: whom it trusts with what."""

    updates: UpdateSettings
    orders: OrderSettings


def needed(before: Trust, after: Trust) -> frozenset[UpdateRight]:
    """The rights that the signature on the new file must have: all of them."""
    rights = {UpdateRight.CONFIGURATION}
    if before != after:
        rights.add(UpdateRight.KEYS)
    return frozenset(rights)


def locked_out(before: Trust, after: Trust) -> str:
    """Why the new file is refused whoever has signed it; empty: it is not."""
    if _rotates(before.updates.keys) and not _rotates(after.updates.keys):
        return (
            "it leaves no key that may change keys: give one of [updates.keys] "
            'may = ["configuration", "keys"]'
        )
    return ""


def _rotates(keys: Mapping[str, UpdateKey]) -> bool:
    return any(key.may >= ROTATES for key in keys.values())
