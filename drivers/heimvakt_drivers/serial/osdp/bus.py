"""A line shared out among its locks: one is asked, and until it has answered nobody else is.

The line comes and goes; the locks stay, and with them what is known of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from heimvakt_drivers.serial.line import SerialLine

from .frames import Frame, Framer
from .peer import Peer

TICK_S = 0.02
"""libosdp wants to be called at least every 50 ms."""

ANSWER_S = 0.25
"""A lock has 200 ms for its answer (IEC 60839-11-5); then the line is free for another."""

SETTLE_S = 0.05
"""An adapter that was just opened loses what is written at once; libosdp would ask again only
after a second."""

STEPS = 3
"""Calls of libosdp from one answer to the next question."""


class Bus:
    """For one `run` of the driver."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted
        self._loop = asyncio.get_running_loop()
        self._line: SerialLine | None = None
        self._framer = Framer()
        self._broken = 0
        self._peers: Sequence[Peer] = ()
        self._next = 0
        self._asked: Peer | None = None
        self._asked_at = 0.0
        self._some = asyncio.Event()

    def write(self, octets: bytes) -> int:
        """For the channels of the locks."""
        self._framer.restart()
        return self._line.write(octets) if self._line is not None else 0

    def heard(self, octets: bytes) -> None:
        """For the line."""
        for frame in self._framer.feed(octets):
            self._sort(frame)
        if self._framer.broken > self._broken:
            self._counted["damaged frames"] += self._framer.broken - self._broken
            self._broken = self._framer.broken
            if self._asked is not None:
                self._asked.damaged()
        self._some.set()

    async def serve(
        self, line: SerialLine, peers: Sequence[Peer], looked: Callable[[], None]
    ) -> None:
        """Speak with the locks over this line, until cancelled; `looked` is called when it was
        looked at each of them."""
        await asyncio.sleep(SETTLE_S)
        self._line, self._peers, self._asked = line, peers, None
        for peer in peers:
            peer.opened()
        try:
            while True:
                self._go_on()
                for peer in peers:
                    peer.watch()
                looked()
                try:
                    async with asyncio.timeout(TICK_S):
                        await self._some.wait()
                except TimeoutError:
                    pass
                self._some.clear()
        finally:
            self._line = None
            for peer in peers:
                peer.closed()

    def _sort(self, frame: Frame) -> None:
        if not frame.is_reply:
            self._counted["echoes"] += 1
            return
        asked = self._asked
        if asked is not None and frame.address == asked.number:
            asked.deliver(frame)
            if not asked.refresh():  # it reads, and has its next turn like the others
                self._asked = None
            return
        for peer in self._peers:
            if peer.number == frame.address:
                peer.unasked()
                return
        self._counted["strangers"] += 1

    def _go_on(self) -> None:
        """Ask the next who has something to be asked, when the line is free."""
        if self._asked is not None:
            self._asked.refresh()
            if self._loop.time() - self._asked_at < ANSWER_S:
                return
            self._asked = None
        for _ in range(len(self._peers)):
            peer = self._peers[self._next]
            self._next = (self._next + 1) % len(self._peers)
            if any(peer.refresh() for _ in range(STEPS)):
                self._asked, self._asked_at = peer, self._loop.time()
                return
