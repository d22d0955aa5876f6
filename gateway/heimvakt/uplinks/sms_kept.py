"""The memory of what was sent by SMS, on the disk: read once, and saved before anything follows."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Protocol

import structlog

from heimvakt.core.ports import Clock

from .sms_gate import now
from .sms_memory import SmsMemory


class Kept(Protocol):
    """A small text that outlives restarts."""

    def load(self) -> str | None:
        """What was saved last; raises OSError or ValueError if it cannot be read."""

    def save(self, text: str) -> None:
        """Durable when it returns; may block for a moment; raises OSError."""


class KeptMemory:
    """Of one telephone. What the disk does not take is counted, and alarms go on: one may be sent
    twice then."""

    def __init__(
        self, receiver: str, memory: SmsMemory, kept: Kept, clock: Clock, counts: Counter[str]
    ) -> None:
        """Read nothing yet."""
        self._memory = memory
        self._kept = kept
        self._clock = clock
        self._counts = counts
        self._saving = asyncio.Lock()
        self._log = structlog.get_logger("heimvakt.uplinks.sms").bind(receiver=receiver)

    def load(self) -> None:
        """What an earlier life has saved."""
        try:
            text = self._kept.load()
            if text is not None:
                self._memory.read(text, now(), self._clock.now())
        except (OSError, ValueError) as error:
            self._log.warning("sms-memory-unread", why=str(error))

    async def save(self) -> None:
        """Return when it is durable as it is now, or cannot be."""
        async with self._saving:
            text = self._memory.to_text(now(), self._clock.now())
            try:
                await asyncio.to_thread(self._kept.save, text)
            except OSError as error:
                self._counts["memory-not-saved"] += 1
                if self._counts["memory-not-saved"] == 1:
                    self._log.warning("sms-memory-unsaved", why=str(error))
