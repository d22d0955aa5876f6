"""What a driver tells on its way to the pipeline: contacts that chatter are told with measure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from heimvakt.core.events import DeviceEvent, Event
from heimvakt.core.steadying import CONTACTS, Contact, Pace, due, heard, look

from .waits import now, until


class Steadying:
    """Of one driver, over all its `run`s."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """`monotonic`: seconds on the home's clock, in whose time a hand is slow."""
        self._monotonic = monotonic
        self._heard = self._told = 0
        self._paces: dict[tuple[str, Contact], Pace] = {}
        self._news = asyncio.Event()

    @property
    def left_out(self) -> int:
        """Changes that nobody was told of."""
        held = sum(pace.held is not None for pace in self._paces.values())
        return self._heard - self._told - held

    def measured(self, events: Sequence[Event]) -> list[Event]:
        """What of these is told now, in its order."""
        told: list[Event] = []
        at = self._monotonic()
        for event in events:
            contact = CONTACTS.get(type(event))
            if contact is None or not isinstance(event, DeviceEvent):
                told.append(event)
                continue
            self._heard += 1
            key = (event.device_id, contact)
            self._keep(key, heard(self._paces.get(key, Pace(at=at)), event, at), told)
        return told

    async def run(self, emit: Callable[..., Awaitable[None]]) -> None:
        """Tell what is held when there is room for it, until cancelled."""
        while True:
            self._news.clear()
            ahead = now() - self._monotonic()
            await until(self._news, *(ahead + at for at in map(due, self._paces.values()) if at))
            told: list[Event] = []
            at = self._monotonic()
            for key, pace in tuple(self._paces.items()):
                if (due_at := due(pace)) is not None and due_at <= at:
                    self._keep(key, look(pace, at), told)
            if told:
                await emit(*told)

    def _keep(
        self, key: tuple[str, Contact], passed: tuple[Pace, Sequence[Event]], told: list[Event]
    ) -> None:
        before = self._paces.get(key)
        pace, events = passed
        told.extend(events)
        self._told += sum(type(event) in CONTACTS for event in events)
        self._paces[key] = pace
        if pace.held is not None and (before is None or pace.held is not before.held):
            self._news.set()
