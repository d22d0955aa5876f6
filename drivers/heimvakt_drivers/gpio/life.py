"""The life of the pins: opened, listened to, lost, and opened again, while they are wanted.

    keep_open   opened ─▶ listening ─▶ lost ─▶ (wait) ─▶ opened ...

One pin that cannot be had costs its device only, and is tried again. A board that is not there, or
goes, is told once and tried again for ever.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from heimvakt.core.events import ClockQuality, RadioBack, RadioLost
from heimvakt.core.fields import Hours
from heimvakt.core.ports import DriverContext

from .outgoing import Outgoing
from .pins import Board, BoardError, PinError
from .relay import Relay
from .sensor import Sensor
from .showing import Showing
from .supply import Supply

READ_S = 1.0
"""How often each level is looked at, for an edge that was lost."""
SEEN_S = 600.0
"""How often a device that says nothing is told to live."""
PIN_AGAIN_S = 30.0
"""How often a pin that cannot be had is tried again."""
BOARD_AGAIN_S = 1.0
SETTLED_S = 0.1
"""After this the first state of each contact is known and said, but of one that chatters."""

log = structlog.get_logger(__name__)

Part = Sensor | Relay


class PinLife:
    """One for each `run` of the driver."""

    def __init__(
        self,
        name: str,
        open_board: Callable[[], Board],
        parts: Sequence[Part],
        showing: Showing,
        supply: Supply,
        outgoing: Outgoing,
        context: DriverContext,
        counted: Counter[str],
        quiet: Hours | None,
        lost: str | None,
    ) -> None:
        """`lost`: why the board was, when the last `run` ended."""
        self.lost = lost
        self._name = name
        self._open_board = open_board
        self._parts = parts
        self._showing = showing
        self._supply = supply
        self._outgoing = outgoing
        self._context = context
        self._counted = counted
        self._quiet = quiet.window(context.zone) if quiet else None

    async def keep_open(self) -> None:
        """Open the pins and listen, again and again, until cancelled."""
        while True:
            try:
                await self._listen(self._open_board())
            except BoardError as error:
                self._is_lost(str(error), error.hint)
            except PinError as error:
                self._is_lost(str(error), "is the board still there?")
            await asyncio.sleep(BOARD_AGAIN_S)

    async def _listen(self, board: Board) -> None:
        """Until a pin that was there is gone.

        Raises:
            BoardError: no pin can be had.
            PinError: that pin is gone.
        """
        loop = asyncio.get_running_loop()
        try:
            self._open(board)
            await asyncio.sleep(SETTLED_S)
            self._is_up()
            await self._outgoing.handed_over()
            self._context.armed()
            seen_at = tried_at = loop.time()
            while True:
                await asyncio.sleep(READ_S)
                now = loop.time()
                for each in (*self._parts, self._supply):
                    each.read()
                if now - tried_at >= PIN_AGAIN_S:
                    tried_at = now
                    self._open(board)
                if now - seen_at >= SEEN_S:
                    seen_at = now
                    for part in self._parts:
                        part.seen()
        finally:
            self._counted["edges that found no room"] += board.dropped()
            for one in (*self._parts, self._showing, self._supply):
                one.close()
            board.close()

    def _open(self, board: Board) -> None:
        """Take the pins that are not there yet."""
        failed: dict[str, PinError] = {}
        for part in self._parts:
            if not part.is_open:
                try:
                    part.open(board)
                except PinError as error:
                    failed[part.device_id] = error
        if failed and len(failed) == len(self._parts):
            why = next(iter(failed.values()))
            raise BoardError(f"no pin can be had: {why}", hint="is another program using them?")
        for part in self._parts:
            if (reason := failed.get(part.device_id)) is not None:
                part.lose(f"its pin cannot be had: {reason}")
        self._showing.open(board, self._is_quiet)
        self._supply.open(board)

    def _is_quiet(self) -> bool:
        context = self._context
        if self._quiet is None or context.clock() is ClockQuality.UNKNOWN:
            return False
        return self._quiet.contains(context.now())

    def _is_up(self) -> None:
        if self.lost is not None:
            self.lost = None
            self._outgoing.put(RadioBack(driver=self._name))
        log.info("the pins are open", parts=len(self._parts))

    def _is_lost(self, reason: str, hint: str) -> None:
        if reason != self.lost:
            log.warning("the pins are lost; tried again", reason=reason, hint=hint)
        if self.lost is None:
            self._outgoing.put(RadioLost(driver=self._name, reason=reason))
        self.lost = reason
