"""A public key of Ed25519 as it stands in the file: `x` of its JWK, or PEM. Pure."""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from .models import Section
from .positions import Path
from .report import Report
from .sections import check_id, read_section

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(.*)-----END PUBLIC KEY-----", re.DOTALL)
_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of a key of Ed25519 in a PEM (RFC 8410)."""
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


TEXT = Field(
    max_length=500,
    description="The public key of Ed25519: `x` of its JWK, or PEM.",
    examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
)


class KeySection(Section):
    """A table `[SECTION.keys.NAME]`; the name is the `kid` of what is signed with the key."""

    key: str


SettingsT = TypeVar("SettingsT", bound=KeySection)


def public_key(*, whoever: str, keygen: str) -> AfterValidator:
    """Checks one: `whoever` has its private half can do what; `keygen` makes another."""

    def checked(text: str) -> str:
        if "PRIVATE KEY" in text or '"d"' in text:
            raise PydanticCustomError(
                "private_key",
                "this is a private key, and whoever has it {whoever}",
                {
                    "whoever": whoever,
                    "hint": "take it out of this file, make a new one, and write its public half "
                    f"here: {keygen}",
                },
            )
        raw = raw_key(text)
        if raw is None or not _is_point(raw):
            raise PydanticCustomError(
                "no_public_key",
                "this is no public key of Ed25519",
                {"hint": f'make one with "{keygen}": what it prints belongs here'},
            )
        return text

    return AfterValidator(checked)


def raw_key(text: str) -> bytes | None:
    """The 32 bytes of a public key; None if it is none."""
    pem = _PEM.fullmatch(text.strip())
    try:
        if pem is None:
            plain = text.strip()
            raw = urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
        else:
            whole = b64decode("".join(pem[1].split()), validate=True)
            raw = whole.removeprefix(_ED25519) if whole.startswith(_ED25519) else b""
    except (NotBase64, ValueError):
        return None
    return raw if len(raw) == 32 else None


def _tables(
    report: Report, section: str, found: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables `[SECTION.keys.NAME]`; what is no table is told and left out."""
    keys = found.get("keys", {})
    if not isinstance(keys, dict):
        hint = f"write [{section}.keys.NAME]"
        report.wrong((section, "keys"), "this must be tables", hint)
        return
    for name, table in keys.items():
        if isinstance(table, dict):
            yield name, table
        else:
            report.wrong(
                (section, "keys", name),
                "this must stand in a table",
                f"write [{section}.keys.NAME] on a line above it",
                at_key=True,
            )


def read_keys(
    report: Report, section: str, found: Mapping[str, Any], model: type[SettingsT], why: str
) -> Iterator[tuple[str, SettingsT, bytes]]:
    """The keys of a section that are good, with their names and 32 bytes; `why` none may stand
    there twice."""
    named: dict[bytes, str] = {}
    tables = dict(_tables(report, section, found))
    for name, table in tables.items():
        path: Path = (section, "keys", name)
        fine = check_id(report, path, tables)
        settings = read_section(report, model, table, path)
        public = raw_key(settings.key) if settings else None
        if settings is None or public is None or not fine:
            continue
        if (first := named.setdefault(public, name)) == name:
            yield name, settings, public
        else:
            report.wrong((*path, "key"), f"{section}.keys.{first} is this key already", why)


def _is_point(raw: bytes) -> bool:
    """Whether it is on the curve at all, and not one of the points for which signatures can be made
    up. Half of all typing errors, and of all private keys, are found by it."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _P:
        return False
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    # The points of order 1, 2 and 4 by their y; those of order 8 are where x * x = -y * y.
    is_small = y in (0, 1, _P - 1) or (_D * y**4 + 2 * y * y - 1) % _P == 0
    return not is_small and pow(square, (_P - 1) // 2, _P) == 1
