"""The pins of a board as the driver asks for them: tiny, so that any library can keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .settings import Pull

Edge = Callable[[float, bool], None]
"""When, on the clock of the event loop, and the level after it."""


class PinError(Exception):
    """A pin cannot be had, or is gone; the text says why in plain words."""


class BoardError(Exception):
    """The pins cannot be reached at all: no such chip, no rights, no such board.

    Attributes:
        hint: what a technician can do about it.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class Output(Protocol):
    """One pin that is driven."""

    def set(self, *, on: bool) -> None:
        """Drive it; ends a `pulse`.

        Raises:
            PinError: it is gone.
        """

    def pulse(self, seconds: float) -> None:
        """On, and off after this time, whatever becomes of the event loop meanwhile.

        Raises:
            PinError: it is gone.
        """

    def close(self) -> None:
        """Off, and let go. Harmless if repeated; raises nothing."""


class Input(Protocol):
    """One pin that is read."""

    def level(self) -> bool:
        """What it is now.

        Raises:
            PinError: it is gone.
        """

    def close(self) -> None:
        """Let it go. Harmless if repeated; raises nothing."""


class Analog(Protocol):
    """One channel of a converter."""

    def volts(self) -> float:
        """What it measures now.

        Raises:
            PinError: it is gone.
        """

    def close(self) -> None:
        """Let it go. Harmless if repeated; raises nothing."""


class Board(Protocol):
    """All pins, of one opening. Made and called in the event loop; nothing here waits."""

    def input(self, pin: int, pull: Pull, edge: Edge) -> Input:
        """Read a pin. `edge` is called in the event loop, soon, for each edge in the order in which
        they came, over all pins; the oldest give way where there are far too many.

        Raises:
            PinError: it cannot be had.
        """

    def output(self, pin: int, *, active: bool) -> Output:
        """Drive a pin that is on at the level `active`, and off from the first moment.

        Raises:
            PinError: it cannot be had.
        """

    def analog(self, channel: int) -> Analog:
        """Measure with the converter on the first SPI bus.

        Raises:
            PinError: it cannot be had.
        """

    def dropped(self) -> int:
        """How many edges gave way."""

    def close(self) -> None:
        """Let all pins go, outputs off first. Harmless if repeated; raises nothing."""
