"""The hand-over of a home over the control socket: which unit this is, and that it is over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heimvakt.core.events import Commissioned
from heimvakt.core.ledger import StoreFull
from heimvakt.runtime.control import Answer, Handler, Request, RequestRefused
from heimvakt.runtime.pipeline import Pipeline

REMAINS_MAX = 100
TEXT_MAX = 100
_SHA256 = re.compile(r"[0-9a-f]{64}")


def commission_requests(pipeline: Pipeline, *, state: Path) -> Mapping[str, Handler]:
    """`unit`, and `commissioned`; `state` is where the service keeps its things."""
    folder = str(state.absolute())

    async def unit(_: Request) -> Answer:
        return {
            "gateway_id": pipeline.home.gateway_id,
            "configuration": pipeline.home.digest,
            "state": folder,
        }

    async def commissioned(request: Request) -> Answer:
        under = _digest(request, "configuration")
        if under != pipeline.home.digest:
            raise RequestRefused(
                "another configuration is in force than the one that was tried\n"
                "  go on with: heimvakt commission"
            )
        event = Commissioned(
            by=_text(request.get("by")),
            configuration=under,
            record=_digest(request, "record"),
            page=_digest(request, "page"),
            paper=_digest(request, "paper"),
            remains=_texts(request.get("remains", [])),
        )
        try:
            await pipeline.emit(event)
        except StoreFull:
            raise RequestRefused("the disk is full: nothing but alarms is taken") from None
        return {"journalled": True}

    return {"unit": unit, "commissioned": commissioned}


def _digest(request: Request, key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise RequestRefused(f"{key} is a SHA-256 in hex")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_MAX:
        raise RequestRefused(
            f"`by` and each of `remains` are texts of at most {TEXT_MAX} characters"
        )
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise RequestRefused("remains is a list of texts")
    return tuple(_text(one) for one in value[:REMAINS_MAX])
