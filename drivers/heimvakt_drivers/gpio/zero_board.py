"""The pins by gpiozero, which knows the boards of the Raspberry Pi and has mock pins for tests.

Of gpiozero only the pins themselves are used, with both edges as they come: the devices above them
have a filter against bouncing that loses edges, and one that mock pins have not.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import Any

import gpiozero

from .edges import Edges
from .pins import Analog, BoardError, Edge, Input, Output, PinError
from .settings import Pull
from .timed import TimedOutput

_PULLS = {Pull.UP: "up", Pull.DOWN: "down", Pull.NONE: "floating"}
_HINT = (
    "on a Raspberry Pi install lgpio, and give the service the group gpio; on another board write "
    'backend = "gpiod"'
)


def _errors() -> tuple[type[Exception], ...]:
    """What gpiozero and the library below it raise."""
    below = sys.modules.get("lgpio")
    own = (gpiozero.GPIOZeroError, OSError, ImportError, RuntimeError, ValueError)
    return own if below is None else (*own, below.error)


class ZeroBoard:
    """Keeps `pins.Board`."""

    def __init__(self) -> None:
        """Find the library below gpiozero that fits this board.

        Raises:
            BoardError: there is none.
        """
        try:
            gpiozero.Device.ensure_pin_factory()
        except _errors() as error:
            raise BoardError(f"gpiozero finds no pins: {error}", hint=_HINT) from error
        self._factory = gpiozero.Device.pin_factory
        self._edges = Edges(asyncio.get_running_loop())
        self._inputs: list[_ZeroInput] = []
        self._outputs: list[TimedOutput] = []
        self._analogs: list[_ZeroAnalog] = []

    def input(self, pin: int, pull: Pull, edge: Edge) -> Input:
        """See the port."""
        try:
            opened = self._factory.pin(pin)
            opened.input_with_pull(_PULLS[pull])
            self._inputs.append(_ZeroInput(pin, opened, edge, self._edges))
        except _errors() as error:
            raise PinError(f"pin {pin}: {error}") from error
        return self._inputs[-1]

    def output(self, pin: int, *, active: bool) -> Output:
        """See the port."""
        try:
            opened = self._factory.pin(pin)
            opened.output_with_state(not active)
        except _errors() as error:
            raise PinError(f"pin {pin}: {error}") from error

        def drive(on: bool) -> None:
            try:
                opened.state = on is active
            except _errors() as error:
                raise PinError(f"pin {pin}: {error}") from error

        self._outputs.append(TimedOutput(drive, lambda: _close(opened)))
        return self._outputs[-1]

    def analog(self, channel: int) -> Analog:
        """See the port."""
        try:
            opened = gpiozero.MCP3008(channel=channel, pin_factory=self._factory)
        except _errors() as error:
            raise PinError(f"the converter: {error}") from error
        self._analogs.append(_ZeroAnalog(opened))
        return self._analogs[-1]

    def dropped(self) -> int:
        """See the port."""
        return self._edges.dropped

    def close(self) -> None:
        """See the port."""
        for output in self._outputs:
            output.close()
        for each in self._inputs:
            each.close()
        for analog in self._analogs:
            analog.close()
        self._analogs.clear()
        self._outputs.clear()
        self._inputs.clear()


class _ZeroInput:
    def __init__(self, number: int, pin: Any, edge: Edge, edges: Edges) -> None:
        self._number = number
        self._pin = pin
        self._edge = edge
        self._edges = edges
        pin.bounce = None
        pin.edges = "both"
        pin.when_changed = self._changed  # gpiozero keeps a weak reference: `self` must live on

    def _changed(self, _ticks: object, state: float) -> None:
        """Called in a thread of gpiozero's."""
        self._edges.put(self._edge, bool(state))

    def level(self) -> bool:
        try:
            return bool(self._pin.state)
        except _errors() as error:
            raise PinError(f"pin {self._number}: {error}") from error

    def close(self) -> None:
        _close(self._pin)


class _ZeroAnalog:
    def __init__(self, converter: Any) -> None:
        self._converter = converter

    def volts(self) -> float:
        try:
            return float(self._converter.voltage)
        except _errors() as error:
            raise PinError(f"the converter: {error}") from error

    def close(self) -> None:
        with suppress(*_errors()):
            self._converter.close()


def _close(pin: Any) -> None:
    with suppress(*_errors()):
        pin.when_changed = None
    with suppress(*_errors()):
        pin.close()
