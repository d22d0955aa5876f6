"""Whom the file of a home trusts with what, and whether a new file may take its place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heimvakt.config.findings import Severity
from heimvakt.config.orders import read_orders
from heimvakt.config.report import Report
from heimvakt.config.source import Document, parse
from heimvakt.config.update_rights import Trust, locked_out, needed
from heimvakt.config.updates import read_updates
from heimvakt.core.updates import UpdateRight

from .refusing import Refused

SIZE_MAX = 1 << 20
"""Bytes, as for `heimvakt check`."""


@dataclass(frozen=True, slots=True)
class HomeTrust:
    """Of one file."""

    digest: str
    gateway_id: str
    trust: Trust
    errors: tuple[str, ...]
    """What of the two sections this version does not understand, and leaves out."""
    written: Mapping[str, Any]
    """The two sections as they stand there."""


def read_home(file: Path) -> bytes:
    """The file of the home as it is now.

    Raises:
        Refused: it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(SIZE_MAX + 1)
    except OSError as error:
        raise Refused(f"the file of the home cannot be read: {error.strerror}") from error
    if len(content) > SIZE_MAX:
        raise Refused("the file of the home is larger than 1 MiB")
    return content


def digest_of(content: bytes) -> str:
    """As the gateway says which file it uses."""
    return hashlib.sha256(content).hexdigest()


def trust_of(content: bytes, name: str) -> HomeTrust:
    """Whom these bytes trust, also where the rest of them is for a version that is newer than this
    one: the program in use may be.

    Raises:
        Refused: they are no TOML, or name no gateway.
    """
    document = parse(name, content)
    if not isinstance(document, Document):
        raise Refused(f"{name}: {document[0].what}", f"see: heimvakt check {name}")
    data = document.data
    gateway = data.get("gateway")
    gateway_id = gateway.get("id") if isinstance(gateway, dict) else None
    if not isinstance(gateway_id, str) or not gateway_id:
        raise Refused(f"{name} names no gateway", 'write [gateway] and id = "..."')
    report = Report(document)
    trust = Trust(read_updates(report, data), read_orders(report, data))
    errors = tuple(one.what for one in report.findings if one.severity is Severity.ERROR)
    written = {section: data.get(section) for section in ("orders", "updates")}
    return HomeTrust(digest_of(content), gateway_id, trust, errors, written)


def may_replace(before: HomeTrust, after: HomeTrust, key: str) -> None:
    """Whether this key may put one file in the place of the other.

    Raises:
        Refused: it may not.
    """
    if after.gateway_id != before.gateway_id:
        raise Refused(f"the file in it is of {after.gateway_id}, and this is {before.gateway_id}")
    if after.errors:
        # Whoever reads it differently could see a right there that nobody was asked for.
        raise Refused(f"the file in it has mistakes: {after.errors[0]}")
    wanted = set(needed(before.trust, after.trust))
    if before.errors and before.written != after.written:
        wanted.add(UpdateRight.KEYS)  # what stands there is more than this version understands
    missing = wanted - before.trust.updates.keys[key].may
    if missing:
        words = ", ".join(sorted(missing))
        raise Refused(
            f"this key may not change who may order and sign: {key} has no right {words}",
            "sign with a key that has it, or leave [orders] and [updates.keys] as they are",
        )
    if why := locked_out(before.trust, after.trust):
        raise Refused(why)
