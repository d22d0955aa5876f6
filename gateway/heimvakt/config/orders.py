"""`[orders]`: the keys of those who may order something of this home, and what each of them may."""

from __future__ import annotations

import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from heimvakt.core.fields import duration
from heimvakt.core.orders import MAY, RIGHTS, UNLOCK_WITHIN, KeyRole, OrderKey, OrderKeys

from .findings import nearest, quoted
from .models import Section
from .positions import Path
from .report import Report
from .sections import check_id, read_section

_HINT = 'make one with "heimvakt order keygen": what it prints belongs here'
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(.*)-----END PUBLIC KEY-----", re.DOTALL)
_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of a key of Ed25519 in a PEM (RFC 8410)."""
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


def _public_key(text: str) -> str:
    if "PRIVATE KEY" in text or '"d"' in text:
        raise PydanticCustomError(
            "private_key",
            "this is a private key, and whoever has it can open the door",
            {
                "hint": "take it out of this file, make a new one, and write its public half here: "
                "heimvakt order keygen"
            },
        )
    raw = raw_key(text)
    if raw is None or not _is_point(raw):
        raise PydanticCustomError(
            "no_public_key", "this is no public key of Ed25519", {"hint": _HINT}
        )
    return text


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


class OrderKeySettings(Section):
    """`[orders.keys.NAME]`: the name is the `kid` of the orders that are signed with it."""

    role: Annotated[KeyRole, Field(description="Whose key it is: this decides what it may order.")]
    key: Annotated[
        str,
        Field(
            max_length=500,
            description="The public key of Ed25519: `x` of its JWK, or PEM.",
            examples=["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
        ),
        AfterValidator(_public_key),
    ]


class OrderLimits(Section):
    """`[orders]`: what stands there beside the tables."""

    unlock_within: Annotated[
        timedelta,
        duration(at_least="1h", at_most="7d"),
        Field(
            description="An alarm that nobody has closed is a reason to open a door for so long "
            "since it was raised, delivered or accepted."
        ),
    ] = UNLOCK_WITHIN


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """Whose orders are taken, and what they may say."""

    keys: Mapping[str, OrderKey] = field(default_factory=dict)
    may: Mapping[str, frozenset[str]] = field(default_factory=lambda: MAY)
    unlock_within: timedelta = UNLOCK_WITHIN

    def to_keys(self) -> OrderKeys:
        """As the core knows it."""
        return OrderKeys(may=self.may, unlock_within=self.unlock_within)


NO_ORDERS = OrderSettings()
TABLES = frozenset({"keys", "may"})


def read_orders(report: Report, data: Mapping[str, Any]) -> OrderSettings:
    """The section, or what is so without it: nobody orders anything."""
    found = data.get("orders", {})
    if not isinstance(found, dict):
        report.wrong(("orders",), f"{quoted(found)} is not a table", "write [orders.keys.NAME]")
        return NO_ORDERS
    for name in sorted(name for name in found.keys() - TABLES if isinstance(found[name], dict)):
        report.wrong(
            ("orders", name),
            "there is no such section",
            "what can stand here: [orders.keys.NAME], [orders.may]",
            at_key=True,
        )
    own = {n: v for n, v in found.items() if n not in TABLES and not isinstance(v, dict)}
    limits = read_section(report, OrderLimits, own, ("orders",)) or OrderLimits()
    return OrderSettings(
        _keys(report, found), _may(report, found.get("may", {})), limits.unlock_within
    )


def _keys(report: Report, orders: Mapping[str, Any]) -> Mapping[str, OrderKey]:
    keys: dict[str, OrderKey] = {}
    named: dict[bytes, str] = {}
    all_tables = dict(_tables(report, orders))
    for name, table in all_tables.items():
        path: Path = ("orders", "keys", name)
        fine = check_id(report, path, all_tables)
        settings = read_section(report, OrderKeySettings, table, path)
        public = raw_key(settings.key) if settings else None
        if settings is None or public is None or not fine:
            continue
        if (first := named.setdefault(public, name)) != name:
            report.wrong(
                (*path, "key"),
                f"orders.keys.{first} is this key already",
                "a key has one name and one role",
            )
        keys[name] = OrderKey(settings.role, public)
    return keys


def _tables(report: Report, orders: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = orders.get("keys", {})
    if not isinstance(found, dict):
        report.wrong(("orders", "keys"), "this must be tables", "write [orders.keys.NAME]")
        return []
    for name, table in found.items():
        if not isinstance(table, dict):
            report.wrong(
                ("orders", "keys", name),
                "this must stand in a table",
                "write [orders.keys.NAME] on a line above it",
                at_key=True,
            )
    return [(name, table) for name, table in found.items() if isinstance(table, dict)]


def _may(report: Report, found: Any) -> Mapping[str, frozenset[str]]:
    """What each role may: never more than it may in any home."""
    if not isinstance(found, dict):
        report.wrong(("orders", "may"), f"{quoted(found)} is not a table", "write [orders.may]")
        return MAY
    may: dict[str, frozenset[str]] = dict(MAY)
    for role, verbs in found.items():
        path: Path = ("orders", "may", role)
        if role not in list(KeyRole):
            hint = f"roles of keys: {', '.join(KeyRole)}"
            report.wrong(path, f"{quoted(role)} is no role of a key", hint, at_key=True)
        elif not isinstance(verbs, list):
            report.wrong(path, "this must be a list", f'write {role} = ["lock"]')
        else:
            for number, verb in enumerate(verbs):
                _check_verb(report, KeyRole(role), verb, (*path, number))
            may[role] = frozenset(map(str, verbs)) & MAY[KeyRole(role)]
    return may


def _check_verb(report: Report, role: KeyRole, verb: object, path: Path) -> None:
    allowed = ", ".join(sorted(MAY[role]))
    if not isinstance(verb, str) or verb not in RIGHTS:
        close = nearest(verb, RIGHTS) if isinstance(verb, str) else None
        hint = f'did you mean "{close}"?' if close else f"what {role} may: {allowed}"
        report.wrong(path, f"{quoted(verb)} is no order", hint)
    elif verb not in MAY[role]:
        report.wrong(
            path, f"a key of role {role} may never order {quoted(verb)}", f"it may: {allowed}"
        )
