"""What the control socket can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import encode
from heimvakt.core.ledger import Store
from heimvakt.core.ports import Clock
from heimvakt.core.state import outstanding
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.control import Handler, Request, RequestRefused
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.runtime.report import Report

ALARMS_MAX = 10_000


def requests(
    store: Store,
    pipeline: Pipeline,
    report: Report,
    clock: Clock,
    *,
    timezone: str,
    language: str,
) -> Mapping[str, Handler]:
    """Each request by its `do`; `timezone` and `language` are those of the home."""

    async def status(_: Request) -> Mapping[str, Any]:
        return {**await report.status(), "timezone": timezone, "language": language}

    async def alarms(request: Request) -> Mapping[str, Any]:
        limit = request.get("limit", 20)
        if not isinstance(limit, int) or not 1 <= limit <= ALARMS_MAX:
            raise RequestRefused(f"limit is a number from 1 to {ALARMS_MAX}")
        if request.get("open") is True:
            found: Sequence[Alarm] = outstanding(pipeline.state)[:limit]
        else:
            found = await store.alarms(limit)
        return {"alarms": [encode(alarm) for alarm in found], "timezone": timezone}

    async def advance(request: Request) -> Mapping[str, Any]:
        if not isinstance(clock, DrivenClock):
            raise RequestRefused("the clock of this gateway is the machine's own")
        await _advance(pipeline, clock, _moment(request.get("to")))
        return {"now": clock.now().isoformat(), "seq": pipeline.seq}

    return {"status": status, "alarms": alarms, "advance": advance}


async def _advance(pipeline: Pipeline, clock: DrivenClock, to: datetime) -> None:
    """Drive the clock to `to`, stopping at every deadline on the way."""
    while (due := pipeline.next_due()) is not None and due <= to:
        clock.drive(due)
        await pipeline.fire_due()
    clock.drive(to)


def _moment(text: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise RequestRefused("`to` is a time with its zone, such as 2026-11-05T02:10:00Z") from None
    if at.tzinfo is None:
        raise RequestRefused("`to` needs a zone, such as Z")
    return at
