"""What the answer of a server means for a file of which some is here already. Pure.

+-- take the body, from the beginning or where we were
+-- ask there instead
+-- again: in a while it may do
+-- afresh: what is here leads to nothing
+-- refused: not over this way
+-- wrong: this is not the file, whatever way it comes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from heimvakt.core.bundle_url import is_fetchable

LATER = frozenset({408, 425, 429})
"""Who answers so wants to be asked again, as with any 5xx."""
LEADS = frozenset({301, 302, 303, 307, 308})
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12}|\*)")
_LENGTH = re.compile(r"\d{1,15}")


@dataclass(frozen=True, slots=True)
class Take:
    """The body belongs there."""

    at: int


@dataclass(frozen=True, slots=True)
class AskThere:
    """The file is at another address."""

    url: str


@dataclass(frozen=True, slots=True)
class Again:
    """It may do in a while."""

    reason: str


@dataclass(frozen=True, slots=True)
class Afresh:
    """What is here leads to nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing comes over this way."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """It is another file."""

    reason: str


Meaning = Take | AskThere | Again | Afresh | Refused | Wrong


def meaning(url: str, status: int, headers: Mapping[str, str], *, have: int, size: int) -> Meaning:
    """What to do with an answer of `url`; `have` bytes are here, and the file has `size`."""
    if headers.get("Content-Encoding", "identity") != "identity":
        return Refused("the server changes what it sends (Content-Encoding)")
    if status == 200:
        return _whole(headers, size)
    if status == 206:
        return _part(headers, have, size)
    if status == 416:
        return Afresh("the server does not go on where we were")
    if status in LEADS:
        there = urljoin(url, headers.get("Location", ""))
        if not is_fetchable(there, after=url):
            return Refused("the server leads to an address that nothing is fetched from")
        return AskThere(there)
    if status in LATER or status >= 500:
        return Again(f"the server answers {status}")
    return Refused(f"the server answers {status}")


def _whole(headers: Mapping[str, str], size: int) -> Meaning:
    length = headers.get("Content-Length", "")
    if _LENGTH.fullmatch(length) and int(length) != size:
        return _other_size(int(length), size)
    return Take(0)


def _part(headers: Mapping[str, str], have: int, size: int) -> Meaning:
    found = _RANGE.fullmatch(headers.get("Content-Range", ""))
    if found is None:
        return Afresh("the server does not say which part it sends")
    if found[3] != "*" and int(found[3]) != size:
        return _other_size(int(found[3]), size)
    if int(found[1]) != have:
        return Afresh("the server sends another part than it was asked for")
    return Take(have)


def _other_size(there: int, size: int) -> Wrong:
    return Wrong(f"it has {there} bytes there, and the order says {size}")
