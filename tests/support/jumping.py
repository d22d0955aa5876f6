"""An event loop whose time goes by itself: while nothing happens it jumps to the next timer.

For what only waits for timers of the loop. Whatever waits for a thread or a wire waits in vain.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None:
            self.now += max(timeout, 0.0)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def jump(work: Coroutine[Any, Any, T]) -> T:
    """Run this in a time of its own."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)
