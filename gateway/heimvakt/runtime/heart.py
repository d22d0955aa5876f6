"""Tell a receiver over one path how the gateway is, again and again, and learn if the path is good.

A heartbeat that the other end has confirmed proves the path from end to end, which no look at an
interface or at a router can.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from heimvakt.core.uplink import Heartbeat, NotConnected, Uplink

CONFIRM_S = 20.0
"""A heartbeat that nobody has confirmed for so long is missed."""
WAITED_S = 2.0
"""A session that ends when a heartbeat was not confirmed for so long has ended for that: the kernel
gives up what nobody takes after four seconds and more."""
GAP_S = 10.0
"""From one to the next at least: a path that flaps must not cost a heartbeat each time."""
JITTER_S = 5.0
"""Thousands of homes that got their power back together must not speak together."""


class Pulse(Protocol):
    """What decides when the heart beats, and learns what became of it."""

    def turn(self, receiver: str) -> int:
        """Grows whenever a path begins or ceases to carry something for this receiver."""

    async def turned(self, receiver: str, since: int) -> None:
        """Return when its `turn` is not `since` any more."""

    def beat_every_s(self, path: str, receiver: str) -> float:
        """How often a heartbeat should go to this receiver on this path."""

    def beaten(self, path: str, receiver: str, *, confirmed: bool) -> None:
        """A heartbeat was confirmed, or was not in its time."""


class Heart:
    """Of one receiver over one path."""

    def __init__(
        self,
        uplink: Uplink,
        measure: Callable[[str, int], Awaitable[Heartbeat]],
        pulse: Pulse,
        chance: random.Random,
        *,
        confirm_s: float = CONFIRM_S,
        gap_s: float = GAP_S,
    ) -> None:
        """`measure` makes the heartbeat of a path with the number that it is given."""
        self._uplink = uplink
        self._measure = measure
        self._pulse = pulse
        self._chance = chance
        self._confirm_s = confirm_s
        self._gap_s = gap_s
        self.beats = 0
        self.confirmed_at: float | None = None
        """The last that was, on the loop's clock."""
        self.took_s: float | None = None
        """From it to its confirmation."""

    @property
    def path(self) -> str:
        """The path that it proves."""
        return self._uplink.path

    @property
    def receiver(self) -> str:
        """The receiver that it tells."""
        return self._uplink.name

    async def run(self) -> None:
        """Beat until cancelled: when the receiver is first connected, then by the pulse."""
        while True:
            await self._uplink.wait_connected()
            turn = self._pulse.turn(self._uplink.name)
            await self._beat()
            await self._pause(turn)

    async def _beat(self) -> None:
        self.beats += 1
        told = await self._measure(self._uplink.path, self.beats)
        loop = asyncio.get_running_loop()
        sent_at = loop.time()
        try:
            async with asyncio.timeout(self._confirm_s):
                await self._uplink.beat(told)
        except NotConnected:
            # A session that ended is known as such. One that ended for want of a confirmation is
            # begun anew in a moment, and would hide that nothing gets through on it.
            if loop.time() - sent_at >= WAITED_S:
                self._pulse.beaten(self._uplink.path, self._uplink.name, confirmed=False)
            return
        except TimeoutError:
            self._pulse.beaten(self._uplink.path, self._uplink.name, confirmed=False)
            return
        self.confirmed_at = loop.time()
        self.took_s = self.confirmed_at - sent_at
        self._pulse.beaten(self._uplink.path, self._uplink.name, confirmed=True)

    async def _pause(self, turn: int) -> None:
        """Until the next is due, or a path to the receiver changed: then each must prove itself."""
        every_s = self._pulse.beat_every_s(self._uplink.path, self._uplink.name)
        jitter_s = min(JITTER_S, every_s / 10)
        due_at = asyncio.get_running_loop().time() + every_s
        due_at += self._chance.uniform(-jitter_s, jitter_s)
        await asyncio.sleep(self._gap_s)
        try:
            async with asyncio.timeout_at(due_at):
                await self._pulse.turned(self._uplink.name, turn)
        except TimeoutError:
            return


def confirmed_ago_s(receiver: str, hearts: Iterable[Heart]) -> float | None:
    """Since the last heartbeat of this life that was confirmed for this receiver on any path."""
    at = [
        heart.confirmed_at
        for heart in hearts
        if heart.receiver == receiver and heart.confirmed_at is not None
    ]
    return asyncio.get_running_loop().time() - max(at) if at else None
