"""One input in the event loop: its edges, the time until it stands still, and looks at its level.

A shell around `debounce`, which decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from . import debounce
from .debounce import Change, Debounce, Still

V = TypeVar("V")


class Watched(Generic[V]):
    """Tells each change once it is believed."""

    def __init__(self, still: Still[V], changed: Callable[[Change[V]], None]) -> None:
        self._still = still
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._state: Debounce[V] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def believed(self) -> V | None:
        """What it stands at; None: not known yet."""
        return self._state.believed if self._state else None

    def begin(self, value: V) -> None:
        """It was read for the first time."""
        self._state = debounce.begin(value, self._loop.time())
        self._wait()

    def moved(self, at: float, value: V) -> None:
        """An edge came."""
        if self._state is not None:
            self._take(debounce.edge(self._state, self._still, at, value))

    def read(self, value: V) -> None:
        """It was read again."""
        if self._state is not None:
            self._take(debounce.reread(self._state, self._still, self._loop.time(), value))

    def close(self) -> None:
        """Tell no more."""
        self._state = None
        self._wait()

    def _look(self) -> None:
        if self._state is not None:
            self._take(debounce.look(self._state, self._still, self._loop.time()))

    def _take(self, after: tuple[Debounce[V], Change[V] | None]) -> None:
        self._state, change = after
        self._wait()
        if change is not None:
            self._changed(change)

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_at = debounce.due(self._state, self._still) if self._state else None
        if due_at is not None:
            self._timer = self._loop.call_at(due_at, self._look)
