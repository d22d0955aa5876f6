"""What a daemon told as committed over its control socket, kept by a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Watched:
    """What the daemon told as committed, in order."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """The daemon is gone and has told all that it could."""
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, line: Mapping[str, Any]) -> None:
        self.lines.append(dict(line))
        self._news.set()

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The committed events of one kind."""
        return [line["event"] for line in self.lines if line["event"]["kind"] == kind]

    def alarms(self) -> dict[str, dict[str, Any]]:
        """Each alarm as it was told last."""
        return {alarm["alarm_id"]: alarm for line in self.lines for alarm in line["alarms"]}

    async def until(self, true: Callable[[], bool], within_s: float = 60.0) -> None:
        """Return when `true()` is, looked at after every committed event."""
        try:
            async with asyncio.timeout(within_s):
                while not true():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            told = [(e["seq"], e["kind"], e.get("device_id")) for e in map(_event, self.lines)]
            error.add_note(f"the daemon told as committed: {told}")
            raise

    async def event(self, kind: str, count: int = 1, within_s: float = 60.0) -> dict[str, Any]:
        """The `count`-th committed event of one kind."""
        await self.until(lambda: len(self.events(kind)) >= count, within_s)
        return self.events(kind)[count - 1]


def _event(line: Mapping[str, Any]) -> Mapping[str, Any]:
    event: Mapping[str, Any] = line["event"]
    return event
