"""What the updater asks over the control socket: how the gateway is, and that it be told what
became of a change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from heimvakt import __version__
from heimvakt.core.events import ChangeOf, ChangeOutcome, ChangeTold
from heimvakt.core.ledger import StoreFull
from heimvakt.core.ports import Clock
from heimvakt.core.updates import holding_back, name_of
from heimvakt.runtime.configured import FILE
from heimvakt.runtime.control import Answer, Handler, Request, RequestRefused
from heimvakt.runtime.heart import Heart, confirmed_ago_s
from heimvakt.runtime.pipeline import Pipeline

TEXT_MAX = 100
REASON_MAX = 500


def update_requests(
    pipeline: Pipeline,
    clock: Clock,
    receivers: Sequence[str],
    hearts: Sequence[Heart],
    wrong: Callable[[], Mapping[str, str]],
) -> Mapping[str, Handler]:
    """`update-facts` and `update-told`, of one life; `wrong` is what of the file is not in use."""
    began = asyncio.get_running_loop().time()
    one_at_a_time = asyncio.Lock()

    async def facts(_: Request) -> Answer:
        return {
            "open_alarms": list(holding_back(pipeline.state, clock.now())),
            "version": __version__,
            "uptime_s": round(asyncio.get_running_loop().time() - began, 3),
            "digest": pipeline.home.digest,
            "refused": wrong().get(FILE, ""),
            "receivers": {
                name: {"confirmed_ago_s": _confirmed_ago_s(name, hearts)} for name in receivers
            },
        }

    async def told(request: Request) -> Answer:
        event = _event(request)
        async with one_at_a_time:
            if name_of(event) not in pipeline.state.changes:
                try:
                    await pipeline.emit(event)
                except StoreFull:
                    raise RequestRefused("the disk is full: nothing but alarms is taken") from None
        return {"taken": True}

    return {"update-facts": facts, "update-told": told}


def _confirmed_ago_s(receiver: str, hearts: Sequence[Heart]) -> float | None:
    ago_s = confirmed_ago_s(receiver, hearts)
    return None if ago_s is None else round(ago_s, 3)


def _event(request: Request) -> ChangeTold:
    return ChangeTold(
        change_id=_text(request, "change_id", needed=True),
        what=ChangeOf(_one_of(request, "what", list(ChangeOf))),
        outcome=ChangeOutcome(_one_of(request, "outcome", list(ChangeOutcome))),
        before=_text(request, "before"),
        after=_text(request, "after"),
        reason=_text(request, "reason", longest=REASON_MAX),
        key=_text(request, "key"),
        order_id=_text(request, "order_id"),
        by=_text(request, "by"),
    )


def _one_of(request: Request, key: str, known: Sequence[str]) -> str:
    value: Any = request.get(key)
    if value not in known:
        raise RequestRefused(f"{key} is one of {', '.join(known)}")
    return str(value)


def _text(request: Request, key: str, *, longest: int = TEXT_MAX, needed: bool = False) -> str:
    value = request.get(key, "")
    if not isinstance(value, str) or len(value) > longest or (needed and not value):
        raise RequestRefused(f"{key} is a text of at most {longest} characters")
    return value
