"""What bare paho does with as much as a gateway had to tell: the same path, broker and receiver."""

from __future__ import annotations

import sys
from pathlib import Path

from .listener import Listener
from .peers import paho_alone
from .program import Program

COUNT_MAX = 10_000
"""Messages: the rate stays the same after that."""


class Paho:
    """A process that publishes what lies ready in its memory."""

    def __init__(self, port: int) -> None:
        self._program = Program([sys.executable, str(Path(paho_alone.__file__)), str(port)])

    async def rate(self, listener: Listener, count: int, size: int) -> float:
        """Messages a second that the broker has confirmed, with a receiver that hears them.

        The receiver's own times do not count: a broker drops what one cannot take in time.
        """
        await listener.subscribe("paho/#")
        count = min(count, COUNT_MAX)
        took: list[float] = []

        def is_sent(line: str) -> bool:
            word, _, seconds = line.partition(" ")
            if word == "SENT":
                took.append(float(seconds))
            return word == "SENT"

        ready = self._program.expect(lambda line: line == "READY")
        sent = self._program.expect(is_sent)
        await self._program.start()
        try:
            await self._program.said(ready)
            await self._program.tell(f"{count} {size}")
            await self._program.said(sent)
        finally:
            await self._program.stop(by_signal=False)
        return count / took[0]
