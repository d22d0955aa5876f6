"""The control socket: one JSON object a line, for the commands of this machine.

A request names what to do. Most are answered by one line; what takes its time is told step by step,
a line each, and the last one says `done`; `watch` tells every committed event until the other side
hangs up. The socket is a file that only its owner and group may open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog

from heimvakt.core.codec import encode, encode_event
from heimvakt.core.ledger import StoreUnavailable

from .pipeline import Committed, Pipeline

log = structlog.get_logger("control")

LINE_BYTES_MAX = 65_536
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


class ControlSocket:
    """Answers requests by their `do`: at once, or in steps; `watch` is its own."""

    def __init__(
        self,
        path: Path,
        pipeline: Pipeline,
        handlers: Mapping[str, Handler],
        *,
        in_steps: Mapping[str, StepHandler] = MappingProxyType({}),
        watch_waiting_max: int = WATCH_WAITING_MAX,
    ) -> None:
        self._path = path
        self._pipeline = pipeline
        self._handlers = handlers
        self._in_steps = in_steps
        self._watch_waiting_max = watch_waiting_max
        self._conversations: set[asyncio.Task[None]] = set()
        self.listens = asyncio.Event()
        """Set while somebody can ask."""

    async def run(self) -> None:
        """Listen until cancelled."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._serve, self._path, limit=LINE_BYTES_MAX)
        self._path.chmod(0o660)
        self.listens.set()
        try:
            # Not `serve_forever`: when cancelled it may wait for whoever is still connected.
            await asyncio.get_running_loop().create_future()
        finally:
            self.listens.clear()
            self._path.unlink(missing_ok=True)
            server.close()
            for conversation in self._conversations:
                conversation.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The task is the server's own; it must not outlive the socket.
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            await self._talk(reader, writer)
        except ConnectionError:
            return  # the other side went away
        except asyncio.CancelledError:
            return  # by `run`; asyncio of 3.11 logs a stream's task that ends cancelled as an error
        finally:
            self._conversations.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError:
                await _send(writer, {"error": f"a request has at most {LINE_BYTES_MAX} bytes"})
                return
            if not line:
                return
            request = _parse(line)
            if request is None:
                await _send(writer, {"error": 'a request is one JSON object: {"do": "status"}'})
            elif request.get("do") == "watch":
                await self._watch(reader, writer)
                return
            elif (handler := self._in_steps.get(str(request.get("do")))) is not None:
                await _follow(reader, writer, handler, request)
                return
            else:
                await _send(writer, await self._answer(request))

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
            await _send(writer, {"watching": True, "seq": self._pipeline.seq})
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
            await _send(writer, answer)
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
        await _send(writer, line)


async def _send(writer: asyncio.StreamWriter, answer: Mapping[str, Any]) -> None:
    writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    await writer.drain()


def _parse(line: bytes) -> Request | None:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None
