"""Texts and values without secrets, numbers of people and names: known ones, and what looks so."""

from __future__ import annotations

import re
from typing import Any

from .forms import Wanted
from .known import SECRET_NAME, Known, is_plain_room

HIDDEN = "(secret)"
PERSON = "(person)"
NUMBER = "(number)"
DEEP = 40

_PEOPLE = frozenset({"by", "accepted_by", "tag", "person", "username", "operator_id", "installer"})
"""Fields of what the service answers that say who did something."""

_LOOKS = (
    (re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"([a-z][a-z0-9+.-]{1,20}://)[^/?#\s\"']*@", re.IGNORECASE), r"\1"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"\b(bearer|basic)\s+[\w+/=.~-]{8,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"""((?<![\w-])[\w-]{0,40}(?:password|passwd|passphrase|passord|pwd|secret|token|psk|api[-_]?key|link[-_]?key"""
            r"""|network[-_]?key|install[-_]?code|pin|puk)\b["']?\s*[:=]\s*)(?:"[^"\n]*"|'[^'\n]*'|[^\s,;"'}\]]+)""",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?<![\w])(?:0x)?(?:[0-9a-fA-F]{2}[:\- ]?){15,}[0-9a-fA-F]{2}(?![\w])"), "(hex)"),
    (re.compile(r"(?:0x[0-9a-fA-F]{1,2},\s*){7,}0x[0-9a-fA-F]{1,2}"), "(hex)"),
    (re.compile(r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)"), NUMBER),
    (re.compile(r"(?<![\w.+-])(?:\+|00)\d{2}[\s-]?(?:\d[\s-]?){7,11}\d(?!\w)"), NUMBER),
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}"), PERSON),
)
"""Keys and tokens, logins in addresses, national identity numbers, telephones, mail addresses."""


class Redactor:
    """Made once for a bundle."""

    def __init__(self, known: Known) -> None:
        self._wanted = [Wanted(secret) for secret in known.secrets]
        self._names = [
            (re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE), stand_in)
            for name, stand_in in known.names
        ]
        self._stands_for = dict(known.names)

    def octets(self, content: bytes) -> bytes:
        """Without any known secret in any form."""
        for one in self._wanted:
            content = one.taken_out(content, HIDDEN.encode())
        return content

    def text(self, text: str) -> str:
        """Without these, and without what looks like a secret or says who somebody is."""
        text = self.octets(text.encode(errors="replace")).decode(errors="replace")
        for looks, stand_in in _LOOKS:
            text = looks.sub(stand_in, text)
        for name, stand_in in self._names:
            text = name.sub(stand_in, text)
        return text

    def value(self, value: Any, key: str = "", deep: int = 0) -> Any:
        """The same for what JSON can say; what a key calls secret or a person is left out whole."""
        if deep > DEEP:
            return "(too deep)"
        match value:
            case dict():
                return {
                    self.text(str(name)): self.value(inner, str(name), deep + 1)
                    for name, inner in value.items()
                }
            case list() | tuple():
                return [self.value(inner, key, deep + 1) for inner in value]
            case str() if value and key in _PEOPLE:
                return PERSON
            case str() if value and SECRET_NAME.search(key):
                return HIDDEN
            case str() if key == "room" and not is_plain_room(value):
                return self._stands_for.get(value, "(room)")
            case str():
                return self.text(value)
            case bool() | None:
                return value
            case _:
                return HIDDEN if self.finds(str(value).encode()) else value

    def finds(self, content: bytes) -> bool:
        """Whether a known secret is there, in any form."""
        return any(one.is_in(content) for one in self._wanted)
