"""Coming back to a device when a state of it is over without another word: one timer for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SLACK_S = 0.01
"""A timer may fire a moment before its time by another clock."""


class Afterwards:
    """`come_back` is called with the address of a device, once for each time that was planned."""

    def __init__(self, come_back: Callable[[str], None]) -> None:
        self._come_back = come_back
        self._planned: dict[str, tuple[float, asyncio.TimerHandle]] = {}

    def plan(self, address: str, due_at: float | None, now: float) -> None:
        """Come back at this time, and at no other that was planned before; None: not at all."""
        planned = self._planned.get(address)
        if (planned[0] if planned else None) == due_at:
            return
        if planned is not None:
            self._planned.pop(address)[1].cancel()
        if due_at is not None:
            loop = asyncio.get_running_loop()
            handle = loop.call_later(max(0.0, due_at - now) + SLACK_S, self._fire, address)
            self._planned[address] = due_at, handle

    def drop(self) -> None:
        """Come back to nobody; what is heard next plans anew."""
        for _, handle in self._planned.values():
            handle.cancel()
        self._planned.clear()

    def _fire(self, address: str) -> None:
        del self._planned[address]
        self._come_back(address)
