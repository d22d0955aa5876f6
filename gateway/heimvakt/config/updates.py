"""`[updates]`: the keys that a new file of the home or a new program may be signed with, and how
long such a change is on trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from heimvakt.core.fields import duration
from heimvakt.core.updates import UpdateKey, UpdateRight

from .findings import quoted
from .models import Section
from .positions import Path
from .public_keys import TEXT, is_new, key_tables, public_key, raw_key
from .report import Report
from .sections import check_id, read_section

CONFIRM_WITHIN = timedelta(minutes=15)
MEGABYTE = 1_000_000


class UpdateKeySettings(Section):
    """`[updates.keys.NAME]`: the name is the `kid` of the bundles that are signed with it."""

    key: Annotated[
        str,
        TEXT,
        public_key(whoever="can change this home", keygen="heimvakt update keygen"),
    ]
    may: Annotated[
        frozenset[UpdateRight],
        Field(
            min_length=1,
            description="What it may sign: `configuration`, a file of this home; `program`; "
            "`keys`, in such a file, who may order and sign what.",
        ),
    ]


class UpdateLimits(Section):
    """`[updates]`: what stands there beside the tables."""

    confirm_within: Annotated[
        timedelta,
        duration(at_least="1m", at_most="24h"),
        Field(
            description="A change that the receivers' heartbeats do not confirm within this is "
            "taken back."
        ),
    ] = CONFIRM_WITHIN
    download_megabytes: Annotated[
        int,
        Field(ge=1, le=2000, strict=True, description="Of a bundle that is fetched, at most."),
    ] = 200


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Whose changes are taken, and how."""

    keys: Mapping[str, UpdateKey] = field(default_factory=dict)
    confirm_within: timedelta = CONFIRM_WITHIN
    download_max: int = UpdateLimits.model_fields["download_megabytes"].default * MEGABYTE
    """Bytes."""


NO_UPDATES = UpdateSettings()


def read_updates(report: Report, data: Mapping[str, Any]) -> UpdateSettings:
    """The section, or what is so without it: no change is taken that somebody has signed."""
    found = data.get("updates", {})
    if not isinstance(found, dict):
        report.wrong(("updates",), f"{quoted(found)} is not a table", "write [updates.keys.NAME]")
        return NO_UPDATES
    own = {name: value for name, value in found.items() if name != "keys"}
    limits = read_section(report, UpdateLimits, own, ("updates",)) or UpdateLimits()
    return UpdateSettings(
        _keys(report, found), limits.confirm_within, limits.download_megabytes * MEGABYTE
    )


def _keys(report: Report, updates: Mapping[str, Any]) -> Mapping[str, UpdateKey]:
    keys: dict[str, UpdateKey] = {}
    named: dict[bytes, str] = {}
    tables = dict(key_tables(report, "updates", updates))
    for name, table in tables.items():
        path: Path = ("updates", "keys", name)
        fine = check_id(report, path, tables)
        settings = read_section(report, UpdateKeySettings, table, path)
        public = raw_key(settings.key) if settings else None
        if settings is None or public is None or not fine:
            continue
        if is_new(report, path, public, named, "a key has one name, and all its rights there"):
            keys[name] = UpdateKey(public, settings.may)
    return keys
