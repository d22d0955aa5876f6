"""How a secret may be written, so that it is found in whatever stands in a log. Pure."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

LONG_ENOUGH = 6
"""Characters: what is shorter is looked for only where it stands by itself."""


def forms(secret: str) -> Iterator[bytes]:
    """All ways, the plain one first."""
    yield from dict.fromkeys(_forms(secret))


def _forms(secret: str) -> Iterator[bytes]:
    plain = secret.encode()
    yield plain
    for escaped in (
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        repr(secret)[1:-1],
        html.escape(secret),
    ):
        yield escaped.encode()
    for safe in ("", "/", "/:", "~()*!.'"):
        percented = quote(secret, safe=safe)
        yield percented.encode()
        yield re.sub("%..", lambda found: found[0].lower(), percented).encode()
    yield quote_plus(secret).encode()
    for before, digits in (("%", "02X"), ("%", "02x"), ("\\x", "02x"), ("\\x", "02X")):
        yield "".join(f"{before}{octet:{digits}}" for octet in plain).encode()
    if len(secret) < LONG_ENOUGH:
        return
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "latin-1"):
        yield secret.encode(encoding, "replace")
    for separator in ("", ":", "-", " "):
        pairs = plain.hex(separator) if separator else plain.hex()
        yield pairs.encode()
        yield pairs.upper().encode()
    for octets in (plain, secret.encode("utf-16-le")):
        yield from _in_base64(octets)
    yield base64.b32encode(plain).rstrip(b"=")
    yield base64.b85encode(plain)
    yield base64.a85encode(plain)
    yield plain[::-1]


def _in_base64(octets: bytes) -> Iterator[bytes]:
    """Also in the middle of something longer: of each of the three ways to lie in it, the digits
    that depend on nothing around."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + octets).rstrip(b"=")
        first = -(-before * 8 // 6)
        last = (before + len(octets)) * 8 // 6
        digits = whole[first:last]
        yield digits
        yield digits.replace(b"+", b"-").replace(b"/", b"_")


class Wanted:
    """One secret in all its forms, to be looked for."""

    def __init__(self, secret: str) -> None:
        self._forms = sorted(forms(secret), key=len, reverse=True)
        self._alone: re.Pattern[bytes] | None = None
        if len(secret) < LONG_ENOUGH:
            # It counts only by itself: 4711 is no part of 1247118.
            either = b"|".join(re.escape(form) for form in self._forms)
            self._alone = re.compile(rb"(?<![0-9A-Za-z])(?:" + either + rb")(?![0-9A-Za-z])")

    def is_in(self, content: bytes) -> bool:
        """Whether it is there."""
        if self._alone is not None:
            return self._alone.search(content) is not None
        return any(form in content for form in self._forms)

    def taken_out(self, content: bytes, stand_in: bytes) -> bytes:
        """The content without it."""
        if self._alone is not None:
            return self._alone.sub(stand_in, content)
        for form in self._forms:
            if form in content:
                content = content.replace(form, stand_in)
        return content
