"""A blocking call in a thread of its own that may be walked away from.

The threads of the event loop's executor are waited for when the process ends, and looking up a name
can hang for half a minute: stopping must not.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(
    work: Callable[[], T], *, abandoned: Callable[[T], None], errors: tuple[type[Exception], ...]
) -> T:
    """What `work` returns. When this is cancelled, what comes later goes to `abandoned`, there.

    `errors` are those that `work` may raise; they are raised here.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()
    lock = threading.Lock()
    gone = False

    def run() -> None:
        try:
            result = work()
        except errors as error:
            _post(loop, _fail, answer, error)
            return
        with lock:
            if not gone and _post(loop, _settle, answer, result, abandoned):
                return
        abandoned(result)

    threading.Thread(target=run, name="heimvakt-connect", daemon=True).start()
    try:
        return await answer
    finally:
        with lock:
            gone = True


def _post(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *args: object) -> bool:
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:  # the loop has been closed
        return False
    return True


def _settle(answer: asyncio.Future[T], result: T, abandoned: Callable[[T], None]) -> None:
    if answer.done():
        abandoned(result)
    else:
        answer.set_result(result)


def _fail(answer: asyncio.Future[T], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
