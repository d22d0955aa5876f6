"""An output that goes off by itself: in a thread of its own, whatever becomes of the event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from .pins import PinError


class TimedOutput:
    """Keeps `pins.Output` over two functions of a library, which it never calls at once."""

    def __init__(self, drive: Callable[[bool], None], let_go: Callable[[], None]) -> None:
        """`drive` puts it on or off and raises PinError; `let_go` raises nothing."""
        self._drive = drive
        self._let_go = let_go
        self._lock = threading.Lock()
        self._end: threading.Timer | None = None
        self._closed = False

    def set(self, *, on: bool) -> None:
        """See the port."""
        self._forget_end()
        with self._lock:
            self._drive(on)

    def pulse(self, seconds: float) -> None:
        """See the port."""
        self._forget_end()
        self._end = threading.Timer(seconds, self._over)
        self._end.daemon = True
        self._end.start()  # first: what cannot be ended is not begun
        with self._lock:
            self._drive(True)

    def close(self) -> None:
        """See the port."""
        self._forget_end()
        with self._lock, suppress(PinError):
            if not self._closed:
                self._closed = True
                self._drive(False)
                self._let_go()

    def _over(self) -> None:
        with self._lock, suppress(PinError):
            if not self._closed:
                self._drive(False)

    def _forget_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
