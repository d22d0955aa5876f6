"""The chain of the audit log: each row names the one before by its hash, so that none can be
changed, put in or taken out of the middle without being seen.

Pure. A row is one line of JSON in a canonical form (keys sorted, nothing between, UTF-8) and its
SHA-256; any language can follow the chain. The oldest rows may be cut off: a row further on, a
`cut`, then names the last of them and its hash, so that the chain is whole from there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from .audit import Entry

BEGINNING = "0" * 64
"""What the first row names as the hash before it."""
CUT = "cut"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is stored."""

    number: int
    hash: str
    body: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain does not hold, and how."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Followed:
    """How far the chain has been followed; the same again for the next rows."""

    number: int = 0
    """Of the last row."""
    hash: str = BEGINNING
    rows: int = 0
    first: int | None = None
    before_first: str = BEGINNING
    """What the first row that is left names as the hash before it."""
    vouched: bool = True
    """Whether the chain says itself what stood before the first row that is left."""
    broken: Broken | None = None


def linked(number: int, previous: str, entry: Entry) -> Row:
    """The row of an entry, behind the one whose hash is `previous`."""
    body = _canonical(
        {
            **entry.about,
            "number": number,
            "previous": previous,
            "what": entry.what,
            "at": entry.at.isoformat(),
            "clock": entry.clock.value,
            "seq": entry.seq,
        }
    )
    return Row(number, _hash(body), body)


def is_itself(row: Row) -> bool:
    """Whether a row, whatever stands around it, is as it was written."""
    body = _read(row.body)
    return _hash(row.body) == row.hash and body is not None and body.get("number") == row.number


def follow(rows: Iterable[Row], so_far: Followed = Followed()) -> Followed:
    """Follow the chain through these rows, up to the first that does not fit."""
    for row in rows:
        if so_far.broken is not None:
            return so_far
        so_far = _next(row, so_far)
    return so_far


def whole(followed: Followed, last_number: int) -> Broken | None:
    """At the end: what is wrong with it. `last_number` is the highest that was ever given."""
    if followed.broken is not None:
        return followed.broken
    if followed.number < last_number:
        return Broken(followed.number + 1, "the newest rows are gone")
    if not followed.vouched and followed.first is not None:
        return Broken(followed.first, "rows before it are gone, and no cut names them")
    return None


def _next(row: Row, so_far: Followed) -> Followed:
    body = _read(row.body)
    if body is None or _hash(row.body) != row.hash:
        return replace(so_far, broken=Broken(row.number, "it was changed"))
    if body.get("number") != row.number:
        return replace(so_far, broken=Broken(row.number, "it stands in another's place"))
    previous = str(body.get("previous"))
    if so_far.first is None:
        so_far = replace(
            so_far,
            first=row.number,
            before_first=previous,
            vouched=row.number == 1 and previous == BEGINNING,
        )
    elif row.number != so_far.number + 1:
        gone = f"rows {so_far.number + 1} to {row.number - 1} are gone"
        return replace(so_far, broken=Broken(so_far.number + 1, gone))
    elif previous != so_far.hash:
        return replace(so_far, broken=Broken(row.number, "the row before it is another"))
    return replace(
        so_far,
        number=row.number,
        hash=row.hash,
        rows=so_far.rows + 1,
        vouched=so_far.vouched or _vouches(body, so_far),
    )


def _vouches(body: dict[str, Any], so_far: Followed) -> bool:
    cut = body.get("what") == CUT and body.get("through") == (so_far.first or 0) - 1
    return cut and body.get("through_hash") == so_far.before_first


def _canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _read(body: str) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
