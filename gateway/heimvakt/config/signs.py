"""`[signs]`: how the box shows those who live there how their alarm is doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from .catalogue import Catalogue
from .findings import dotted, nearest, quoted
from .models import Section
from .positions import Path
from .report import Report
from .sections import read_section


class SignSettings(Section):
    """`[signs]`."""

    led: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=63,
            pattern=r"^[^\s/]+$",
            description="A lamp of the board, as /sys/class/leds names it. Without it none.",
            examples=["ACT"],
        ),
    ] = None


def read_signs(report: Report, data: Mapping[str, Any], catalogue: Catalogue) -> SignSettings:
    """The section, or what is so without it."""
    found = data.get("signs", {})
    where: Path = ("signs",)
    if not isinstance(found, dict):
        report.wrong(where, f"{quoted(found)} is not a table", "write [signs]")
        return SignSettings()
    settings = read_section(report, SignSettings, found, where) or SignSettings()
    there = catalogue.machine().lamps if catalogue.machine else None
    if settings.led is not None and there is not None and settings.led not in there:
        place: Path = ("signs", "led")
        close = nearest(settings.led, there)
        report.warning(
            place,
            f"{dotted(place)}: there is no lamp {quoted(settings.led)} on this machine now",
            *([f'did you mean "{close}"?'] if close else []),
            f"there are: {', '.join(there)}" if there else "there is none",
        )
    return settings
