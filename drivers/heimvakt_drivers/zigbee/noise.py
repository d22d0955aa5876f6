"""The Zigbee libraries' own log, made fit for a service that runs for years.

They log a warning, some with a traceback, for each broken frame and each frame of a stranger: a bad
stick could fill the disk. While the driver runs each place in their code is told once, in one line,
and counted after that. What they say below a warning is not made at all.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

LIBRARIES = ("zigpy", "zigpy_znp", "bellows", "zigpy_deconz", "serialx", "aiosqlite")
SHOWN_MAX = 300
"""Characters of one message: some carry a whole frame."""

log = structlog.get_logger(__name__)


class _Once(logging.Handler):
    """Tells the first record of each place in the code; bounded by how much code there is."""

    def __init__(self, counted: Counter[str]) -> None:
        super().__init__(logging.WARNING)
        self._counted = counted

    def emit(self, record: logging.LogRecord) -> None:
        message = _message(record)
        if message.endswith("CancelledError"):
            return  # an answer that was on its way when the radio was let go
        place = f"log {record.name}:{record.lineno}"
        self._counted[place] += 1
        if self._counted[place] > 1:
            return
        error = record.exc_info[1] if record.exc_info else None
        log.warning(
            "the Zigbee library warns; told once, then counted",
            place=place,
            message=message[:SHOWN_MAX],
            error=repr(error)[:SHOWN_MAX] if error else None,
        )


def _message(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit their own format
        message = str(record.msg)
    first, *rest = message.strip().splitlines() or [""]
    return f"{first} ... {rest[-1]}" if rest else first  # of a traceback, what it is all about


@contextmanager
def told_once(counted: Counter[str]) -> Iterator[None]:
    """Take over the libraries' logs until left; `counted` gets how often each place was reached.

    Where somebody has set a level for a library on purpose, to look closer, that one is left alone.
    """
    taken = []
    for name in LIBRARIES:
        library = logging.getLogger(name)
        if library.level != logging.NOTSET:
            continue
        handler = _Once(counted)
        taken.append((library, handler, library.propagate))
        library.addHandler(handler)
        library.setLevel(logging.WARNING)
        library.propagate = False
    try:
        yield
    finally:
        for library, handler, propagate in taken:
            library.removeHandler(handler)
            library.setLevel(logging.NOTSET)
            library.propagate = propagate
