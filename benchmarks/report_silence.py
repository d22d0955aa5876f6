"""The table of silent sensors: a row for each class and limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

Figures = Mapping[str, Any]


def silence(classes: Figures) -> Table:
    """What the limits make of the same lives."""
    table = Table(title="Silent sensors: false silences, and how long after its death one is told")
    columns = ("limit", "false silences a device and year", "detected, median h", "p95 h")
    table.add_column("class of sensor")
    for column in columns:
        table.add_column(column, justify="right")
    for name, limits in classes.items():
        for limit, f in limits.items():
            table.add_row(
                name if limit == next(iter(limits)) else "",
                limit,
                f"{f['false_per_device_year']:,.1f}",
                f"{f['detected_h_median']:.1f}",
                f"{f['detected_h_p95']:.1f}",
            )
    return table
