"""What the control socket can be asked about the mode of the home: what it is, and to set it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from heimvakt.core.events import Mode, ModeChosen
from heimvakt.core.fields import format_duration
from heimvakt.core.ledger import StoreFull
from heimvakt.core.mode_plans import AT_MOST
from heimvakt.runtime.control import Answer, Handler, Request, RequestRefused
from heimvakt.runtime.mode_report import mode_facts
from heimvakt.runtime.pipeline import Pipeline

BY = "command"
"""Who set it: whoever may open the socket, which nobody can tell from others."""
LEAST = timedelta(minutes=1)


def mode_requests(pipeline: Pipeline, *, timezone: str) -> Mapping[str, Handler]:
    """Each request by its `do`; `timezone` is that of the home."""

    async def mode(_: Request) -> Answer:
        return {**mode_facts(pipeline.state), "timezone": timezone}

    async def set_mode(request: Request) -> Answer:
        to = _mode(request.get("mode"))
        lasting_s = _lasting_s(to, request.get("for_s"))
        try:
            await pipeline.emit(ModeChosen(mode=to, lasting_s=lasting_s, by=BY))
        except StoreFull:
            raise RequestRefused("the disk is full: nothing but alarms is taken") from None
        return await mode(request)

    return {"mode": mode, "set-mode": set_mode}


def _mode(named: object) -> Mode:
    found = next((mode for mode in Mode if mode == named), None)
    if found is None:
        raise RequestRefused(f"{named} is no mode\n  one of {', '.join(Mode)}")
    return found


def _lasting_s(to: Mode, asked: object) -> float | None:
    if asked is None:
        return None
    if to is Mode.HOME:
        raise RequestRefused("at home nothing rests, and nothing ends: leave --for out")
    most = AT_MOST[to]
    if (
        not isinstance(asked, int | float)
        or not LEAST.total_seconds() <= asked <= most.total_seconds()
    ):
        bounds = f"{format_duration(LEAST)} to {format_duration(most)}"
        raise RequestRefused(f"{to} lasts {bounds}: say for example --for {format_duration(most)}")
    return float(asked)
