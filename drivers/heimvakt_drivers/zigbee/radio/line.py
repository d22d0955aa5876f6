"""The serial line of the radio: garbage on it is counted, and none of it holds a frame back.

A frame begins with a mark and its length. A stray octet that looks like a mark promises up to 250
octets that never come, and the library waits for them: in a quiet home the frame of a button behind
it would wait until other sensors have filled the gap. So when the line stands still in the middle
of a frame for longer than any frame takes, the false beginning is thrown away.

This reaches into zigpy-znp, which offers no hook; nothing else here does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import structlog

STANDSTILL_S = 0.25
"""The longest frame takes 22 ms at 115,200 baud; a network or a busy stick may pause within it."""

SOF = 0xFE
"""What each frame begins with (TI, Z-Stack Monitor and Test API, 2.1)."""

GARBAGE = "garbage on the line"

log = structlog.get_logger(__name__)


class Reader(Protocol):
    """What is used of zigpy-znp's line protocol."""

    _buffer: bytearray
    _extract_frames: Callable[[], Iterable[object]]
    _extract_frame: Callable[[], object]

    def data_received(self, data: bytes) -> None:
        """Take octets; hand over the frames that are complete."""


class LineWatch:
    """Watches one reader until `close`."""

    def __init__(self, reader: Reader, counted: Counter[str]) -> None:
        self._reader = reader
        self._counted = counted
        self._extract_one = reader._extract_frame
        self._extract_all = reader._extract_frames
        self._standstill: asyncio.TimerHandle | None = None
        reader._extract_frame = self._frame
        reader._extract_frames = self._frames

    def close(self) -> None:
        """Stop watching."""
        if self._standstill is not None:
            self._standstill.cancel()
            self._standstill = None

    def _frame(self) -> object:
        try:
            return self._extract_one()
        except ValueError:  # zigpy-znp's InvalidFrame: no mark, too long, or a wrong checksum
            count(self._counted, GARBAGE)
            raise

    def _frames(self) -> Iterator[object]:
        self.close()
        yield from self._extract_all()
        if self._reader._buffer:
            loop = asyncio.get_running_loop()
            self._standstill = loop.call_later(STANDSTILL_S, self._stood_still)

    def _stood_still(self) -> None:
        self._standstill = None
        buffer = self._reader._buffer
        count(self._counted, "unfinished frame on the line")
        next_mark = buffer.find(SOF, 1)
        del buffer[: next_mark if next_mark > 0 else len(buffer)]
        self._reader.data_received(b"")


def count(counted: Counter[str], what: str) -> None:
    """Count what is no frame; the first is told."""
    counted[what] += 1
    if counted[what] == 1:
        log.warning("the stick sends what is no frame; told once, then counted", what=what)
