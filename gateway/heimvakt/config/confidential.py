"""Secrets that stand in the file in clear: told, and never repeated in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .positions import Path

HINT = 'write a reference, such as "credential:NAME": secrets never stand in this file'

_NAME = re.compile(
    r"(?:^|[-_])(?:key|code|password|passwd|passord|passphrase|secret|token|psk|pin|puk)$",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?:credential|file):\S")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_LOGIN_IN_URL = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#\s]*:[^/?#\s]*@", re.IGNORECASE)


def is_secret(path: Path, value: object) -> bool:
    """Whether this is a secret in clear, by the name of its key or by how it looks."""
    if not isinstance(value, str) or _REFERENCE.match(value):
        return False
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return bool(_NAME.search(key)) or looks_secret(value)


def looks_secret(text: str) -> bool:
    """Whether a text is a secret wherever it stands: a private key, a password in an address."""
    return bool(_PRIVATE_KEY.search(text) or _LOGIN_IN_URL.match(text))


def repeats(message: str, secret: str) -> bool:
    """Whether a message gives the secret away, as a whole or the password of its address."""
    parts = {secret}
    if login := _LOGIN_IN_URL.match(secret):
        parts.add(login[0].rpartition(":")[2].removesuffix("@"))
    return any(part and part in message for part in parts)


def in_clear(data: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all texts that look like secrets."""
    match data:
        case dict():
            for key, value in data.items():
                yield from in_clear(value, (*path, key))
        case list():
            for number, value in enumerate(data):
                yield from in_clear(value, (*path, number))
        case str() if looks_secret(data):
            yield path
        case _:
            return
