"""`[store]`: how much the gateway keeps, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from .findings import quoted
from .models import Section
from .positions import Path
from .report import Report
from .sections import read_section


class StoreSettings(Section):
    """`[store]`: few homes need it."""

    megabytes: Annotated[
        int,
        Field(
            ge=32,
            le=900,
            strict=True,
            description="Of the database at most. When it is full, telemetry goes first, then "
            "information, then alarms of low priority; never one of high or medium priority that "
            "nobody has received.",
        ),
    ] = 256
    event_days: Annotated[
        int,
        Field(
            ge=1,
            le=366,
            strict=True,
            description="Days after which events are erased. Seven are needed to get through a "
            "week without any connection.",
        ),
    ] = 30
    alarm_days: Annotated[
        int,
        Field(
            ge=7,
            le=3650,
            strict=True,
            description="Days after which alarms that are over are erased.",
        ),
    ] = 400
    audit_days: Annotated[
        int,
        Field(
            ge=90,
            le=3650,
            strict=True,
            description="Days after which the log of orders, locks and modes is cut off.",
        ),
    ] = 730


def read_store(report: Report, data: Mapping[str, Any]) -> StoreSettings:
    """The section, or what is so without it."""
    found = data.get("store", {})
    where: Path = ("store",)
    if not isinstance(found, dict):
        report.wrong(where, f"{quoted(found)} is not a table", "write [store]")
        return StoreSettings()
    return read_section(report, StoreSettings, found, where) or StoreSettings()
