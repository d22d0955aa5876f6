"""What a bundle says of itself. Pure; exact, because a word that is overlooked may be the one that
matters: what is not known here is refused."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from heimvakt.core.events import ChangeOf
from heimvakt.core.updates import UpdateKey, UpdateRight
from heimvakt.tokens.reading import NotTaken, Reader, Trouble, first_mistake

from .refusing import Refused

TYPE = "heimvakt-bundle+jwt"
TOKEN_MAX = 16_384
"""Bytes; a manifest has some 600."""
EVERYWHERE = "*"
PAYLOADS: Mapping[ChangeOf, str] = {
    ChangeOf.CONFIGURATION: "home.toml",
    ChangeOf.PROGRAM: "program.tar.xz",
}
"""What the payload is called in the bundle."""
MIB = 1 << 20
SIZE_MAX: Mapping[ChangeOf, int] = {ChangeOf.CONFIGURATION: MIB, ChangeOf.PROGRAM: 256 * MIB}
"""Bytes. A program is 20 MB."""
UNPACKED_MAX = 1024 * MIB
YEAR_2100_S = 4_102_444_800
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,3}")

Word = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[!-~](?:[ -~]*[!-~])?$")]
_SENTENCES: Mapping[Trouble, str] = {
    Trouble.MALFORMED: "its manifest cannot be read",
    Trouble.WRONG_ALGORITHM: "its manifest is not signed with EdDSA",
    Trouble.UNKNOWN_KEY: "the home knows no such key",
    Trouble.BAD_SIGNATURE: "its signature is not that of the key",
}
_HINTS: Mapping[Trouble, str] = {
    Trouble.UNKNOWN_KEY: "the file of the home lists keys in [updates.keys.NAME]",
}


class Manifest(BaseModel):
    """The payload of `manifest.jws`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    kind: Annotated[ChangeOf, Field(strict=False)]
    for_: Annotated[Word, Field(alias="for")]
    version: Word
    serial: Annotated[int, Field(gt=0, lt=YEAR_2100_S)]
    made_at: Annotated[int, Field(gt=0, lt=YEAR_2100_S)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(gt=0)]
    note: Annotated[str, Field(max_length=200, pattern=r"^[ -~\u00a0-\u024f]*$")] = ""
    back: Literal[True] | None = None
    arch: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")] | None = None
    unpacked: Annotated[int, Field(gt=0, le=UNPACKED_MAX)] | None = None
    base_min: Annotated[str, Field(pattern=f"^{_VERSION.pattern}$")] | None = None
    database: Annotated[int, Field(ge=0, lt=10_000)] | None = None

    @model_validator(mode="after")
    def _fits_the_kind(self) -> Self:
        if self.size > SIZE_MAX[self.kind]:
            raise ValueError(f"a {self.kind} has at most {SIZE_MAX[self.kind]} bytes")
        of_program = ("arch", "unpacked", "base_min", "database", "back")
        if self.kind is ChangeOf.CONFIGURATION:
            if strange := [name for name in of_program if getattr(self, name) is not None]:
                raise ValueError(f"a configuration takes no {' and no '.join(strange)}")
            if self.for_ == EVERYWHERE:
                raise ValueError("a configuration is for one gateway")
        elif self.arch is None or self.unpacked is None:
            raise ValueError("a program needs arch and unpacked")
        elif _VERSION.match(self.version) is None:
            raise ValueError("a version of a program begins with numbers, as 1.4.0")
        return self


def read_manifest(token: str, keys: Mapping[str, UpdateKey]) -> tuple[Manifest, str]:
    """What it says, and the name of the key, which may sign this kind.

    Raises:
        Refused: it is none of these keys, or they may not.
    """
    try:
        public = {name: key.public for name, key in keys.items()}
        signed = Reader(TYPE, public, longest=TOKEN_MAX)(token)
    except NotTaken as error:
        detail = f" ({error})" if str(error) else ""
        why = f"{_SENTENCES[error.trouble]}{detail}"
        raise Refused(why, _HINTS.get(error.trouble, "")) from error
    manifest = parse(signed.payload)
    if UpdateRight(manifest.kind.value) not in keys[signed.key].may:
        raise Refused(f"the key {signed.key} may not sign a {manifest.kind}")
    return manifest, signed.key


def parse(payload: bytes) -> Manifest:
    """What it says, whoever signed it.

    Raises:
        Refused: it is no manifest.
    """
    try:
        return Manifest.model_validate_json(payload)
    except ValidationError as error:
        why = first_mistake(error)
        raise Refused(f"its manifest cannot be understood ({why})") from error


def claimed(token: str) -> Manifest | None:
    """What it says, whoever signed it: for words only."""
    try:
        part = token.split(".")[1]
        return parse(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, Refused):
        return None


def order_of(version: str) -> tuple[int, ...]:
    """By which an older version is known; what stands behind the numbers does not count."""
    found = _VERSION.match(version)
    numbers = [int(part) for part in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
