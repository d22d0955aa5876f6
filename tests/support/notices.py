"""systemd's end of the notify socket, for tests of the real daemon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

UNTIL_S_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One datagram to systemd."""

    at: float
    fields: Mapping[str, str]


class Notices(asyncio.DatagramProtocol):
    """systemd's end of the notify socket."""

    def __init__(self) -> None:
        self.heard: list[Notice] = []
        self._news = asyncio.Event()

    def datagram_received(self, data: bytes, _address: Any) -> None:
        pairs = (line.partition("=") for line in data.decode().splitlines())
        fields = {key: value for key, _, value in pairs}
        self.heard.append(Notice(at=time.monotonic(), fields=fields))
        self._news.set()

    def of(self, key: str) -> list[Notice]:
        """Those that carry this key."""
        return [notice for notice in self.heard if key in notice.fields]

    async def until(self, true: Callable[[], bool], within_s: float = UNTIL_S_MAX) -> None:
        async with asyncio.timeout(within_s):
            while not true():
                self._news.clear()
                await self._news.wait()
