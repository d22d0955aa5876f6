"""A blocking look in a thread of its own, which may be walked away from: a disk or a bus that hangs
must keep neither the loop nor the threads that others share, nor the end of the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

NAME = "heimvakt-check"
HANGING_MAX = 8
"""Threads that hang cannot be ended; with so many of them no other begins."""


async def apart(look: Callable[[], T]) -> T:
    """What it returns or raises. When this is cancelled nobody hears of it any more.

    Raises:
        TimeoutError: too many earlier looks still hang.
    """
    if sum(thread.name == NAME for thread in threading.enumerate()) >= HANGING_MAX:
        raise TimeoutError("too many earlier looks still hang")
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # of no error there is a result

    def run() -> None:
        result: T | None = None
        failure: Exception | None = None
        try:
            result = look()
        # Whatever it is: it is raised where somebody waits for it.
        except Exception as error:  # noqa: BLE001
            failure = error
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name=NAME, daemon=True).start()
    return await answer
