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
from .public_keys import TEXT, KeySection, public_key, read_keys
from .report import Report
from .sections import read_section

CONFIRM_WITHIN = timedelta(minutes=15)
MEGABYTE = 1_000_000


class UpdateKeySettings(KeySection):
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
    why = "a key has one name, and all its rights there"
    keys = read_keys(report, "updates", found, UpdateKeySettings, why)
    return UpdateSettings(
        {name: UpdateKey(public, settings.may) for name, settings, public in keys},
        limits.confirm_within,
        limits.download_megabytes * MEGABYTE,
    )
