"""The line: one exchange at a time, with whichever dispenser is due first."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from heimvakt.core.ports import DriverContext
from heimvakt_drivers.serial.line import LineLost, SerialLine

from .ears import Ears
from .frame import WIRE_MAX, to_wire
from .talk import Talk

ANSWER_S = 0.15
"""A device answers within 60 ms; the rest is for adapters on USB, and for ourselves."""

TURN_S = 0.002
"""Whoever spoke has let go of the line by then."""

BITS_PER_OCTET = 10
"""With the start bit and the stop bit."""

IDLE_S = 1.0


class Bus:
    """One open line, until it is lost."""

    def __init__(
        self,
        talks: Sequence[Talk],
        context: DriverContext,
        counted: Counter[str],
    ) -> None:
        self.ears = Ears(counted)
        self._talks = talks
        self._context = context
        self._counted = counted

    async def serve(
        self, port: str, baudrate: int, is_there: Callable[[], Awaitable[None]]
    ) -> LineLost:
        """Speak with all of them; returns why the line was lost, once it is.

        `is_there` is called when it is open.

        Raises:
            LineLost: it could not be opened.
        """
        line = SerialLine(port, baudrate=baudrate, heard=self.ears.hear)
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(line.wait_lost(), name="dispenser: line")
                watching.add_done_callback(lambda _: self.ears.go_deaf())
                try:
                    await is_there()
                    while not self.ears.deaf:
                        if all(talk.known for talk in self._talks):
                            self._context.armed()
                        await self._turn(line, baudrate)
                    return await watching
                finally:
                    watching.cancel()
        finally:
            line.close()

    async def _turn(self, line: SerialLine, baudrate: int) -> None:
        """One exchange, or a wait for the next."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        talk = min(self._talks, key=lambda each: each.conversation.due(now), default=None)
        if talk is None or talk.conversation.due(now) > now:
            until = now + IDLE_S if talk is None else talk.conversation.due(now)
            await self.ears.wait(until)
            while self.ears.next() is not None:
                self._counted["frames-unasked"] += 1
            return
        await self._exchange(talk, line, baudrate)

    async def _exchange(self, talk: Talk, line: SerialLine, baudrate: int) -> None:
        loop = asyncio.get_running_loop()
        conversation = talk.conversation
        frame = conversation.ask(loop.time(), self._context.now(), self._context.clock())
        await talk.keep()
        while frame is not None and not self.ears.deaf:
            octets = to_wire(frame)
            await asyncio.sleep(TURN_S)
            line.write(octets)
            wire_s = (len(octets) + WIRE_MAX) * BITS_PER_OCTET / baudrate
            if await self._answered(talk, loop.time() + ANSWER_S + wire_s):
                return
            frame = conversation.unanswered(loop.time())
            self._counted["frames-repeated"] += frame is not None
            await talk.tell(conversation.lost(loop.time()))

    async def _answered(self, talk: Talk, until: float) -> bool:
        """Whether the answer came in time; what it says is told."""
        loop = asyncio.get_running_loop()
        while True:
            while (frame := self.ears.next()) is not None:
                now = loop.time()
                facts = talk.conversation.heard(frame, now)
                if facts is not None:
                    await talk.tell([*facts, *talk.conversation.lost(now)])
                    # What storage took of our time is not the silence of a device.
                    for each in self._talks:
                        each.conversation.paused(loop.time() - now)
                    return True
            if self.ears.deaf or loop.time() >= until:
                return False
            await self.ears.wait(until)
