"""One thread that does what it is given, in order, for callers on an event loop.

What was given is done, whatever becomes of its caller: one that is cancelled must not take a commit
with it half way. Between the two threads there is one queue and one wake-up for each call, because
every further one is on the way of an alarm.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class CallThread:
    """Works from `start` to `end`. Its queue is as short as its callers are few: each waits."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name)
        self._ended = False

    def start(self) -> None:
        """Be ready for calls."""
        self._thread.start()

    def end(self) -> None:
        """Return when everything that was given is done."""
        self._ended = True
        self._calls.put(None)
        self._thread.join()

    async def call(self, call: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """Return or raise what `call` does, in the thread, after everything given before.

        Raises:
            RuntimeError: the thread has ended, and nobody would do it.
        """
        if self._ended:
            raise RuntimeError(f"the thread {self._thread.name} has ended")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_T] = loop.create_future()

        def do() -> None:
            try:
                told = partial(_give, answer, call(*args, **named))
            except BaseException as error:  # noqa: BLE001 (whatever it is, it is the caller's)
                told = partial(_fail, answer, error)
            with suppress(RuntimeError):  # the loop is closed: there is nobody to tell
                loop.call_soon_threadsafe(told)

        self._calls.put(do)
        return await answer

    def _work(self) -> None:
        while (do := self._calls.get()) is not None:
            do()
            del do  # what it holds must not stay until the next call


def _give(answer: asyncio.Future[_T], result: _T) -> None:
    if not answer.done():
        answer.set_result(result)


def _fail(answer: asyncio.Future[_T], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
