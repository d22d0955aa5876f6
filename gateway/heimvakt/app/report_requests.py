"""The figures of a month over the control socket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from heimvakt.core.codec import encode
from heimvakt.core.devices import Home
from heimvakt.core.figures import Figures
from heimvakt.core.month import is_month, month_of
from heimvakt.core.ports import Clock
from heimvakt.core.summary import months, summarise
from heimvakt.runtime.control import Handler, Request, RequestRefused
from heimvakt.runtime.pipeline import Pipeline


def report_requests(pipeline: Pipeline, clock: Clock, *, language: str) -> Mapping[str, Handler]:
    """`report`, with `month`; without it that of the month that it is now. `language` is that of
    the home."""

    async def report(request: Request) -> Mapping[str, Any]:
        home, now = pipeline.home, clock.now()
        month = request.get("month") or month_of(now, home.zone)
        if not isinstance(month, str) or not is_month(month):
            raise RequestRefused("month is a month, such as 2026-10")
        return report_answer(
            home, pipeline.state.figures, month, now=now, alive=now, language=language
        )

    return {"report": report}


def report_answer(
    home: Home, figures: Figures, month: str, *, now: datetime, alive: datetime, language: str
) -> Mapping[str, Any]:
    """What is counted of a month, and in which months something is."""
    found = summarise(home, figures, month, now, alive=alive)
    return {
        "gateway": home.gateway_id,
        "language": language,
        "months": months(figures, home.zone),
        "summary": None if found is None else encode(found),
    }
