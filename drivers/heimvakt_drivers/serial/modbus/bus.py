"""One question at a time on a line of boards. Nothing is asked twice in here."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from heimvakt_drivers.serial.line import SerialLine

from . import wire

ANSWER_S = 0.3
"""Boards answer within some 50 ms at 9600 baud; what takes longer is taken for lost."""

PAUSE_S = 0.01
"""Silence between two frames: 3.5 characters are 4 ms at 9600 baud (V1.02, 2.5.1.1)."""

LATE_S = 0.1
"""The same after an answer that did not come: a board may be late."""


class NoAnswer(Exception):
    """Nothing came that answers the question.

    Attributes:
        damaged: something came.
    """

    def __init__(self, *, damaged: bool) -> None:
        super().__init__("damaged" if damaged else "nothing")
        self.damaged = damaged


class ModbusBus:
    """For one `run` of the driver."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted
        self._turn = asyncio.Lock()
        self._line: SerialLine | None = None
        self._heard = bytearray()
        self._some = asyncio.Event()

    def on(self, line: SerialLine | None) -> None:
        """The line that is used from now on."""
        self._line = line

    def heard(self, octets: bytes) -> None:
        """For the line."""
        self._heard += octets
        del self._heard[: -wire.FRAME_MAX]
        self._some.set()

    def say(self, question: wire.Question) -> None:
        """Write it, and wait for nothing: there is no time any more."""
        if self._line is not None:
            self._line.write(question.frame)

    async def ask(
        self, question: wire.Question, going_out: Callable[[], bool] = lambda: True
    ) -> wire.Answer | None:
        """The answer of a board.

        Args:
            going_out: called when it is about to go on the wire; False: it is not sent any more,
                and the answer is None.

        Raises:
            NoAnswer: none came.
        """
        async with self._turn:
            self._heard.clear()
            if self._line is None:
                raise NoAnswer(damaged=False)
            if not going_out():
                return None
            self._line.write(question.frame)
            answer = await self._wait(question)
            await asyncio.sleep(PAUSE_S if answer else LATE_S)
        if answer is None:
            damaged = bool(self._heard)
            self._counted["damaged frames"] += damaged
            raise NoAnswer(damaged=damaged)
        return answer

    async def _wait(self, question: wire.Question) -> wire.Answer | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                while (found := wire.answer(question, bytes(self._heard))) is None:
                    self._some.clear()
                    await self._some.wait()
        except TimeoutError:  # where this process stood still, it may have come all the same
            return wire.answer(question, bytes(self._heard))
        return found
