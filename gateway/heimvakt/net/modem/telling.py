"""Who listens to a modem, and the state that they have been told of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from heimvakt.core.modem import Listener, ModemState, News, StateChanged

_log = structlog.get_logger("modem")


class Telling:
    """The listeners of one modem and its state."""

    def __init__(self) -> None:
        self.state = ModemState()
        self._listeners: list[Listener] = []

    @contextmanager
    def listen(self, listener: Listener) -> Iterator[None]:
        """See the port."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    async def tell(self, news: News) -> None:
        """To everybody, one after the other; what one raises is raised here."""
        for listener in tuple(self._listeners):
            await listener(news)

    async def become(self, state: ModemState) -> None:
        """Tell the state if it is another; log what a technician looks for in a log."""
        before, self.state = self.state, state
        if before == state:
            return
        if _spoken(before) != _spoken(state):
            _log.info(
                "modem",
                present=state.present,
                sim=str(state.sim),
                registration=str(state.registration),
                operator=state.operator,
                technology=state.technology,
            )
        if state.trouble and state.trouble != before.trouble:
            _log.warning("modem needs somebody", trouble=state.trouble)
        await self.tell(StateChanged(state))


def _spoken(state: ModemState) -> tuple[object, ...]:
    """Not the signal, which changes all day."""
    return state.present, state.sim, state.registration, state.operator, state.technology
