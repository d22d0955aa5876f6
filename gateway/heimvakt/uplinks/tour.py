"""Which of a receiver's brokers is the next to be tried, and when all of them have been. Pure.

A broker that serves is not left for an earlier one. When the connection to it ends, the first
address is the next: that is where a receiver wants its gateways.
"""

from __future__ import annotations

from .backoff import Failure


class Tour:
    """The addresses of one receiver, by their place in the configuration."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._place = 0
        self._tried: list[Failure] = []
        self._over: Failure | None = None

    @property
    def place(self) -> int:
        """The address to try now."""
        return self._place

    def failed(self, failure: Failure) -> None:
        """There was no connection."""
        self._go_on()
        self._end_with(failure)

    def ended(self, failure: Failure, *, elsewhere: bool, stood: bool) -> None:
        """A connection ended; `elsewhere`: another address is worth trying before this one;
        `stood`: it had lasted long enough to be called one."""
        if stood:
            self._tried.clear()
            self._place = (self._place + 1) % self._count if elsewhere else 0
            self._over = failure
            return
        if elsewhere or self._tried:  # twice in a row: it may take connections and do nothing else
            self._go_on()
        self._end_with(failure)

    def take_over(self) -> Failure | None:
        """The failure of a round that is over, once: it is time for a pause."""
        over, self._over = self._over, None
        return over

    def _go_on(self) -> None:
        self._place = (self._place + 1) % self._count

    def _end_with(self, failure: Failure) -> None:
        self._tried.append(failure)
        if len(self._tried) >= self._count:
            # Where one of them is only away, its return is worth looking for often.
            self._over = Failure.AWAY if Failure.AWAY in self._tried else Failure.UNWELCOME
            self._tried.clear()
