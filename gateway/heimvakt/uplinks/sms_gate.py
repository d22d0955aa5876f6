"""When the next SMS may go: the network, the pause after a no, the allowance, and the turns."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.modem import Modem
from heimvakt.core.uplink import NotConnected, Waits

from .sms_memory import Allowance

PAUSE_S_FIRST = 5.0
PAUSE_S_MAX = {Waits.HIGH: 10.0, Waits.SOMETHING: 60.0, Waits.NOTHING: 60.0}
"""After an SMS that was not taken. Longer than on other paths: each attempt takes the radio channel
of a network that has just said no."""
REFUSED_PAUSE_S = 600.0
"""After one that the network will not take until somebody does something about it."""
HURRY_S = 1.0
"""Between two attempts, however much it is hurried."""


class Gate:
    """Of one receiver."""

    def __init__(
        self, modem: Modem, allowance: Allowance, limit_reached: Callable[[], None]
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._modem = modem
        self._allowance = allowance
        self._limit_reached = limit_reached
        self._attended = False
        self._news = asyncio.Event()
        self._pressing = Waits.SOMETHING
        self._tried_at = 0.0
        self._rest_until = 0.0
        self._refused = False
        self._failures = 0
        self._line: list[tuple[int, int, int]] = []
        """Who waits: urgency, number of the alarm, order of coming. At most as many as are sent at
        once by whoever ships (`heimvakt.core.sessions`)."""
        self._arrivals = count()
        self._limit_told = False

    @property
    def is_open(self) -> bool:
        """Whether the network would take an SMS, as far as is known."""
        return self._attended and self._modem.state().can_send and now() >= self._rest_until

    def attended(self, yes: bool) -> None:
        """Whether somebody hears what comes back: an SMS without that is sent in vain."""
        self._attended = yes
        self.pulse()

    def pressing(self, what: Waits) -> None:
        """What waits: the cap of the pauses."""
        self._pressing = what

    def hurry(self) -> None:
        """End the pause, but not one after a refusal that only a person can end."""
        if not self._refused:
            self._rest_until = min(self._rest_until, self._tried_at + HURRY_S)
            self.pulse()

    def pulse(self) -> None:
        """Something has changed: all who wait look again."""
        self._news.set()
        self._news = asyncio.Event()

    async def wait_open(self) -> None:
        """Return when the network would take an SMS."""
        while not self.is_open:
            await self._news_until(self._rest_until if self._rest_until > now() else None)

    async def wait_shut(self) -> None:
        """Return when it would not."""
        while self.is_open:
            await self._news_until(None)

    @asynccontextmanager
    async def turn(self, alarm: Alarm, is_done: Callable[[], bool]) -> AsyncIterator[bool]:
        """Wait for the turn of an alarm and have it: what is less urgent waits until this is left.
        False: there is nothing to send any more (`is_done`).

        Raises:
            NotConnected: the network would take nothing now.
        """
        high = alarm.priority is Priority.HIGH and alarm.accepted_by is None
        # That a person has taken it is good to know, and costs nobody else his alarm.
        urgency = alarm.priority.rank if alarm.accepted_by is None else len(Priority)
        place = (urgency, alarm.number, next(self._arrivals))
        insort(self._line, place)
        try:
            yield await self._wait(place, is_done, high=high)
        finally:
            self._line.remove(place)
            self.pulse()

    def tried(self) -> None:
        """An attempt begins."""
        self._tried_at = now()

    def succeeded(self) -> None:
        """The network took it."""
        self._failures = 0

    def failed(self, *, refused: bool) -> bool:
        """It did not: pause. True: that should be said, it is not the same again."""
        self._failures += 1
        self.counts["refused" if refused else "not-taken"] += 1
        pause = min(PAUSE_S_MAX[self._pressing], PAUSE_S_FIRST * 2.0 ** min(self._failures - 1, 8))
        news = self._failures == 1 or refused is not self._refused
        self._refused = refused
        self._rest_until = now() + (REFUSED_PAUSE_S if refused else pause)
        return news

    async def _wait(
        self, place: tuple[int, int, int], is_done: Callable[[], bool], *, high: bool
    ) -> bool:
        waited = False
        while True:
            if is_done():
                return False
            if not self.is_open:
                raise NotConnected("the network takes no SMS now")
            until = None
            if self._line[0] == place:
                until = self._allowance.next_at(now(), high=high)
                if until <= now():
                    self._limit_told = self._limit_told and waited
                    return True
                if not waited:
                    waited = True
                    self._count_waiting(high=high)
            await self._news_until(until)

    def _count_waiting(self, *, high: bool) -> None:
        self.counts["high-waits-for-allowance" if high else "waits-for-allowance"] += 1
        if high and not self._limit_told:
            self._limit_told = True
            self._limit_reached()

    async def _news_until(self, at: float | None) -> None:
        news = self._news
        try:
            async with asyncio.timeout_at(at):
                await news.wait()
        except TimeoutError:
            return


def now() -> float:
    """On the loop's clock: what the network does is real time."""
    return asyncio.get_running_loop().time()
