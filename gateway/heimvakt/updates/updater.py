"""The updater: what is wanted is taken in, prepared, put in place when nobody is in danger, tried,
and kept or taken back; and the gateway is told.

Whatever it does it has written down before, and can do twice: it may be killed anywhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from heimvakt.core.ports import Clock

from . import change as life
from .acts import Acts
from .asking import Answer, Gateway
from .book import Book
from .preparing import Preparing
from .taking_in import Places, TakingIn

log = structlog.get_logger("update")

NOT_TAKEN_MAX = 10
"""So often a gateway may answer without taking what it is told: a program that is older than
changes never will."""


class Updater:
    """Of one box."""

    def __init__(
        self,
        places: Places,
        preparing: Preparing,
        gateway: Gateway,
        clock: Clock,
        boot_id: str,
        *,
        pause: Callable[[], Awaitable[None]],
    ) -> None:
        """`pause` is what passes between two looks at what has not changed."""
        self._gateway = gateway
        self._pause = pause
        self._book = Book(places.folder, clock, preparing.tidy)
        self._taking_in = TakingIn(places, preparing, self._book, clock)
        self._acts = Acts(preparing, gateway, self._book, clock, boot_id)
        self._not_taken = 0

    async def run(self) -> None:
        """Until nothing is left to do."""
        self._book.tidy()  # what a power cut has left behind
        while True:
            try:
                began = self._taking_in.take_in()
                on = self._book.state.change
                done = on is not None and await self._acts.act(on)
                told = await self._tell()
            except OSError as error:
                self._book.say(f"it cannot go on now: {error}")
            else:
                if began or done or told:
                    continue
                if not self._book.state.busy:
                    self._book.write(self._book.state)
                    return
            await self._pause()

    async def _tell(self) -> bool:
        if not self._book.state.untold:
            return False
        ended = self._book.state.untold[0]
        answer = await self._gateway.tell(ended)
        if answer is Answer.NOBODY:
            return False
        if answer is Answer.NOT_TAKEN:
            self._not_taken += 1
            if self._not_taken < NOT_TAKEN_MAX:
                return False
            log.error("the gateway does not take what it is told", outcome=ended.outcome)
        self._not_taken = 0
        self._book.write(life.told(self._book.state))
        return True
