"""What of the configuration is not in use, told to the rules at each start and to whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import structlog

from heimvakt.core.events import ConfigurationRefused, Event, RadioLost
from heimvakt.core.ledger import StoreFull

log = structlog.get_logger("configuration")

FILE = "file"
"""Stands for the file as a whole, among the places in it."""
AGAIN_S = 60.0
"""What a full store has not taken is told again after this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A place of the file that the home runs without."""

    where: str
    reason: str
    driver: str
    """What the rules are told is lost."""


class Configured:
    """Of one life of the gateway."""

    def __init__(
        self,
        left_out: Iterable[LeftOut],
        refused: str,
        emit: Callable[[Event], Awaitable[None]],
    ) -> None:
        """`refused`: why the file is not used at all; empty: it is."""
        self._left_out = tuple(left_out)
        self._refused = refused
        self._emit = emit
        self._news = asyncio.Event()

    def wrong(self) -> Mapping[str, str]:
        """Why each place is not in use; `FILE` for the file as a whole."""
        wrong = {one.where: one.reason for one in self._left_out}
        return {FILE: self._refused, **wrong} if self._refused else wrong

    def of_driver(self, name: str) -> str | None:
        """Why what this driver hears is not in use; None: it is, as far as the file goes."""
        return next(
            (f"{one.where}: {one.reason}" for one in self._left_out if one.driver == name), None
        )

    def refuse(self, why: str) -> None:
        """The file was to be read anew, and is not used: all stays as it is."""
        self._refused = why
        self._news.set()

    def taken(self) -> None:
        """It was read anew, and is used."""
        self._refused = ""
        self._news.clear()

    async def run(self) -> None:
        """Tell the rules, until cancelled. What is told twice is known already."""
        for one in self._left_out:
            log.error(
                "not in use, the rest runs", what=one.where, why=one.reason, hint="heimvakt check"
            )
            await self._tell(RadioLost(driver=one.driver, reason=one.reason))
        if self._refused:
            self._news.set()
        while True:
            await self._news.wait()
            self._news.clear()
            await self._tell(ConfigurationRefused(reason=self._refused))

    async def _tell(self, event: Event) -> None:
        while True:
            try:
                await self._emit(event)
            except StoreFull:
                await asyncio.sleep(AGAIN_S)
            else:
                return
