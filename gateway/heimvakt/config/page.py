"""`[page]`: whether there is a local page, and where on this box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from heimvakt.core.page_address import EXAMPLE, NotLocal, parse_page_address

from .findings import quoted
from .models import Section
from .positions import Path
from .report import Report
from .sections import read_section


def _local(text: str) -> str:
    try:
        return str(parse_page_address(text))
    except NotLocal as error:
        raise PydanticCustomError(
            "not_local", "{what}", {"what": str(error), "hint": error.hint}
        ) from None


class PageSettings(Section):
    """`[page]`: for a technician with a browser. Without it there is none."""

    listen: Annotated[
        Annotated[str, AfterValidator(_local)] | None,
        Field(
            description="Where the page listens, on this box and nowhere else: loopback with a "
            "port, or unix: and the path of a socket. Left out, there is no page.",
            examples=[EXAMPLE, "unix:/run/heimvakt-page/page"],
        ),
    ] = None


def read_page(report: Report, data: Mapping[str, Any]) -> PageSettings:
    """The section, or what is so without it: no page."""
    found = data.get("page", {})
    where: Path = ("page",)
    if not isinstance(found, dict):
        report.wrong(where, f"{quoted(found)} is not a table", "write [page]")
        return PageSettings()
    return read_section(report, PageSettings, found, where) or PageSettings()
