"""Answers that go on for as long as somebody reads: what happens, and what is done step by step.

Each ends with its session, and none waits for a browser that does not read.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from aiohttp import web

from .control import Line, NoService, Refused
from .entry import Session
from .live import Full, Live, News

STILL_HERE_S = 15.0
"""A stream on which nothing came for so long says so, and finds out whether somebody reads."""
SEND_S = 10.0
"""Whoever does not read for so long is hung up on."""

Time = Callable[[], float]


async def events(
    request: web.Request,
    live: Live,
    session: Session,
    time: Time,
    shown: Callable[[News], tuple[str, Mapping[str, Any]]],
) -> web.StreamResponse:
    """All that the gateway tells, as server-sent events; `shown` gives name and data of each."""
    try:
        with live.stream() as stream:
            response = await _begun(request, "text/event-stream")
            missed = 0
            while (left_s := session.until - time()) > 0:
                if stream.missed > missed:
                    await _send(response, _event("missed", {"count": stream.missed - missed}))
                    missed = stream.missed
                try:
                    async with asyncio.timeout(min(left_s, STILL_HERE_S)):
                        news = await stream.next()
                except TimeoutError:
                    await _send(response, b": still here\n\n")
                    continue
                await _send(response, _event(*shown(news)))
            await _send(response, _event("over", {}))
            return response
    except Full:
        raise web.HTTPServiceUnavailable(text="too many pages are open\n") from None


async def steps(
    request: web.Request,
    told: AsyncGenerator[Line, None],
    session: Session,
    time: Time,
    shown: Callable[[Line], Mapping[str, Any]],
    over: str,
) -> web.StreamResponse:
    """Each step as a line; who hangs up ends what was begun. `over` is said when the session is."""
    response = await _begun(request, "application/x-ndjson")
    try:
        async with asyncio.timeout(session.until - time()), aclosing(told):
            async for step in told:
                if time() >= session.until:
                    raise TimeoutError  # he has left meanwhile
                if line := shown(step):
                    await _send(response, _line(line))
    except (NoService, Refused) as error:
        await _send(response, _line({"error": str(error), "done": True}))
    except TimeoutError:
        await _send(response, _line({"error": over, "done": True}))
    return response


async def _begun(request: web.Request, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": f"{kind}; charset=utf-8"})
    await response.prepare(request)
    return response


async def _send(response: web.StreamResponse, data: bytes) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await response.write(data)
    except TimeoutError:
        raise ConnectionAbortedError("whoever looks does not read") from None


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"
