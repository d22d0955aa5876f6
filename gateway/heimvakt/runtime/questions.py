"""Answer what a receiver asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from heimvakt.core.alarms import Alarm
from heimvakt.core.heard import Asked
from heimvakt.core.ports import Clock
from heimvakt.core.sessions import TROUBLE_S, Sessions
from heimvakt.core.uplink import NotConnected, Uplink

from .waits import now

QUESTIONS_MAX = 4
"""That are being answered at once; whoever asks more asks again."""


class Questions:
    """Of one receiver."""

    def __init__(
        self,
        uplinks: Mapping[str, Uplink],
        sessions: Sessions,
        outstanding: Callable[[], Sequence[Alarm]],
        clock: Clock,
        counts: Counter[str],
    ) -> None:
        """`outstanding` are the alarms that are open; `counts` what could not be answered."""
        self._uplinks = uplinks
        self._sessions = sessions
        self._outstanding = outstanding
        self._clock = clock
        self._counts = counts
        self._open = 0

    async def answer(self, asked: Asked) -> None:
        """Say which alarms are open, on the first path that takes it."""
        if self._open >= QUESTIONS_MAX:
            self._counts["questions-too-many"] += 1
            return
        self._open += 1
        try:
            for session in self._sessions.usable(TROUBLE_S, now()):
                with suppress(NotConnected):
                    uplink = self._uplinks[session.name]
                    await uplink.tell_outstanding(asked, self._outstanding(), self._clock.now())
                    return
            self._counts["questions-not-answered"] += 1
        finally:
            self._open -= 1
