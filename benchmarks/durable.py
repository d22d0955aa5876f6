"""When an event is durable, as the gateway tells those who watch: after its commit."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Durable:
    """One event, and when it was told, on the clock of `time.monotonic_ns`."""

    at_ns: int
    kind: str
    device_id: str | None


@asynccontextmanager
async def watching(control: Path) -> AsyncIterator[asyncio.Queue[Durable]]:
    """Every event that is committed while this lasts; a thread notes the times."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Durable] = asyncio.Queue()
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def listen() -> None:
        with end.makefile("rb") as lines:
            for line in lines:
                at_ns = time.monotonic_ns()
                event = json.loads(line).get("event")
                if event:
                    one = Durable(at_ns, event["kind"], event.get("device_id"))
                    loop.call_soon_threadsafe(told.put_nowait, one)

    with end:
        end.connect(str(control))
        end.sendall(b'{"do": "watch"}\n')
        thread = threading.Thread(target=listen, name="durable")
        thread.start()
        try:
            yield told
        finally:
            end.shutdown(socket.SHUT_RDWR)
            await asyncio.to_thread(thread.join)
