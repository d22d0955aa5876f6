"""What is said over the control socket: one JSON object a line, for the commands of this machine.

A request names what to do. Most are answered by one line; what takes its time is told step by step,
a line each, and the last one says `done`; `watch` tells every committed event until the other side
hangs up.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import structlog

from heimvakt.core.codec import encode, encode_event
from heimvakt.core.ledger import StoreUnavailable

from .pipeline import Committed, Pipeline

log = structlog.get_logger("control")

LINE_BYTES_MAX = 65_536
"""Of a request."""
WATCH_WAITING_MAX = 10_000
"""Lines that a watcher may be behind; one that is further behind is hung up on."""

SEND_S = 10.0
"""Whoever follows steps and does not read for so long is hung up on."""

Answer = Mapping[str, Any]
Request = Mapping[str, Any]
Handler = Callable[[Request], Awaitable[Answer]]
Tell = Callable[[Answer], Awaitable[None]]
"""Send a step now; returns when it is on its way."""
StepHandler = Callable[[Request, Tell], Awaitable[Answer]]
"""Does something that takes its time and tells how it goes; what it returns is the last line, which
has `done` beside it. It is cancelled as soon as nobody follows any more."""


class RequestRefused(Exception):
    """The request cannot be done; the text says why and what to do."""


class Desk:
    """Answers requests by their `do`, for one life of the gateway: at once, or in steps; `watch` is
    its own."""

    def __init__(
        self,
        pipeline: Pipeline,
        handlers: Mapping[str, Handler],
        *,
        in_steps: Mapping[str, StepHandler] = MappingProxyType({}),
        watch_waiting_max: int = WATCH_WAITING_MAX,
    ) -> None:
        self._pipeline = pipeline
        self._handlers = handlers
        self._in_steps = in_steps
        self._watch_waiting_max = watch_waiting_max
        self._under_way = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def take_up(
        self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request; whether another may follow it."""
        request = _parse(line)
        if request is None:
            await send(writer, {"error": 'a request is one JSON object: {"do": "status"}'})
            return True
        if request.get("do") == "watch":
            await self._watch(reader, writer)
            return False
        if (handler := self._in_steps.get(str(request.get("do")))) is not None:
            await _follow(reader, writer, handler, request)
            return False
        self._under_way += 1
        self._quiet.clear()
        try:
            await send(writer, await self._answer(request))
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._quiet.set()
        return True

    async def quiet(self) -> None:
        """Return when nothing is asked that one line answers."""
        await self._quiet.wait()

    async def _answer(self, request: Request) -> Mapping[str, Any]:
        handler = self._handlers.get(str(request.get("do")))
        if handler is None:
            known = ", ".join(sorted([*self._handlers, *self._in_steps, "watch"]))
            return {"error": f"no such request; known: {known}"}
        try:
            return await handler(request)
        except (RequestRefused, StoreUnavailable) as refused:
            return {"error": str(refused)}

    async def _watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue(self._watch_waiting_max)

        def put(committed: Committed) -> None:
            try:
                lines.put_nowait(describe(committed))
            except asyncio.QueueFull:
                writer.transport.abort()

        stop = self._pipeline.watch(put)
        try:
            await send(writer, {"watching": True, "seq": self._pipeline.seq})
            async with asyncio.TaskGroup() as group:
                sender = group.create_task(_send_lines(writer, lines))
                while await reader.read(LINE_BYTES_MAX):
                    pass  # until the other side hangs up
                sender.cancel()
        except* ConnectionError:
            log.debug("watcher went away")
        finally:
            stop()


def describe(committed: Committed) -> dict[str, Any]:
    """A committed event and what it led to, for people and programs that watch."""
    outcome = committed.outcome
    return {
        "event": encode_event(committed.event),
        "alarms": [encode(alarm) for alarm in outcome.changed],
        "thoughts": [
            {"rule": rule, "effect": type(effect).__name__, **encode(effect)}
            for rule, effect in outcome.thoughts
        ],
    }


async def _follow(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    handler: StepHandler,
    request: Request,
) -> None:
    """Let the handler work until it is done, or until the other side hangs up."""
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(_hung_up(reader))
        work = group.create_task(_work(writer, handler, request))
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        work.cancel()


async def _work(writer: asyncio.StreamWriter, handler: StepHandler, request: Request) -> None:
    async def tell(step: Answer) -> None:
        await _send_soon(writer, step)

    try:
        try:
            last: Answer = {**await handler(request, tell), "done": True}
        except (RequestRefused, StoreUnavailable) as refused:
            last = {"error": str(refused)}
        await _send_soon(writer, last)
    except ConnectionError:
        log.debug("whoever asked is gone before it was done")


async def _send_soon(writer: asyncio.StreamWriter, answer: Answer) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await send(writer, answer)
    except TimeoutError:
        writer.transport.abort()
        raise ConnectionAbortedError("whoever asked does not read") from None


async def _hung_up(reader: asyncio.StreamReader) -> None:
    """Return when nobody is at the other end any more; what is said meanwhile is not read."""
    try:
        while await reader.read(LINE_BYTES_MAX):
            pass
    except ConnectionError:
        return


async def _send_lines(
    writer: asyncio.StreamWriter, lines: asyncio.Queue[Mapping[str, Any] | None]
) -> None:
    while (line := await lines.get()) is not None:
        await send(writer, line)


async def send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """One line."""
    writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    await writer.drain()


def _parse(line: bytes) -> Request | None:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None
