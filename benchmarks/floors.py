"""What no gateway can be faster than on this machine: MQTT alone, and one flush to storage."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .figures import Spread
from .listener import Listener, Message
from .peers import mqtt_alone
from .program import Program

PAGE = b"\0" * 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """Measured between the blocks of the hosts."""

    mqtt_alone: Spread | None
    """From a pipe through paho and the broker to the subscriber."""
    flush_4_kib: Spread | None
    """pwrite and fdatasync of a page at the end of a file."""


class MqttAlone:
    """A process that publishes when it reads something."""

    def __init__(self, broker_port: int) -> None:
        self._program = Program([sys.executable, str(Path(mqtt_alone.__file__)), str(broker_port)])
        self._messages: asyncio.Queue[Message] = asyncio.Queue()

    @asynccontextmanager
    async def running(self, listener: Listener) -> AsyncIterator[MqttAlone]:
        """It runs for as long as this lasts."""
        self._messages = await listener.subscribe("alone/#")
        ready = self._program.expect(lambda line: line == "READY")
        await self._program.start()
        try:
            await self._program.said(ready)
            yield self
        finally:
            await self._program.stop(by_signal=False)

    async def block(self, count: int, period_s: float) -> list[float]:
        """So many messages at a pace; milliseconds for each."""
        took_ms: list[float] = []
        for _ in range(count):
            sent_ns = time.monotonic_ns()
            await self._program.tell("event")
            message = await self._messages.get()
            took_ms.append((message.at_ns - sent_ns) / 1e6)
            await asyncio.sleep(period_s)
        return took_ms


def flush(path: Path, count: int) -> list[float]:
    """Append so many pages, each flushed by itself; milliseconds for each. Blocks."""
    took_ms: list[float] = []
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for _ in range(count):
            began_ns = time.monotonic_ns()
            os.write(handle, PAGE)
            os.fdatasync(handle)
            took_ms.append((time.monotonic_ns() - began_ns) / 1e6)
            time.sleep(0.002)
    finally:
        os.close(handle)
    return took_ms
