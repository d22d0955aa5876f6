"""The pins by gpiod: the kernel's own way to the lines of a chip, on any board.

The kernel stamps each edge and keeps those that are not read yet; the event loop reads them from
the file descriptors of the lines, without a thread. Each line is asked for by itself, so that one
that somebody else has costs no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import gpiod
from gpiod.line import Bias, Direction, Value
from gpiod.line import Edge as Detect

from .pins import Analog, BoardError, Edge, Input, Output, PinError
from .settings import Pull
from .timed import TimedOutput

NAME = "heimvakt"
EDGES_MAX = 1_024
"""Edges of a line that the kernel keeps; when there are more it lets the oldest go."""

_BIAS = {Pull.UP: Bias.PULL_UP, Pull.DOWN: Bias.PULL_DOWN, Pull.NONE: Bias.DISABLED}
_HINT = "gpiodetect lists the chips; the service needs the rights to open it (group gpio)"


@contextmanager
def _told_as_pin_error(pin: int) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, gpiod.RequestReleasedError, gpiod.ChipClosedError) as error:
        raise PinError(f"line {pin}: {error}") from error


class ChipBoard:
    """Keeps `pins.Board`."""

    def __init__(self, chip: str) -> None:
        """Open the chip.

        Raises:
            BoardError: it cannot be opened.
        """
        try:
            self._chip = gpiod.Chip(chip)
        except (OSError, ValueError) as error:
            raise BoardError(f"{chip} cannot be opened: {error}", hint=_HINT) from error
        self._loop = asyncio.get_running_loop()
        self._inputs: list[_ChipInput] = []
        self._outputs: list[TimedOutput] = []
        self._dropped = 0

    def input(self, pin: int, pull: Pull, edge: Edge) -> Input:
        """See the port."""
        settings = gpiod.LineSettings(
            direction=Direction.INPUT, edge_detection=Detect.BOTH, bias=_BIAS[pull]
        )
        with _told_as_pin_error(pin):
            request = self._chip.request_lines(
                {pin: settings}, consumer=NAME, event_buffer_size=EDGES_MAX
            )
        line = _ChipInput(pin, request, edge, self._loop)
        self._inputs.append(line)
        self._loop.add_reader(line.fd, self._read)
        return line

    def output(self, pin: int, *, active: bool) -> Output:
        """See the port."""
        settings = gpiod.LineSettings(
            direction=Direction.OUTPUT, active_low=not active, output_value=Value.INACTIVE
        )
        with _told_as_pin_error(pin):
            request = self._chip.request_lines({pin: settings}, consumer=NAME)

        def drive(on: bool) -> None:
            with _told_as_pin_error(pin):
                request.set_value(pin, Value.ACTIVE if on else Value.INACTIVE)

        def let_go() -> None:
            with suppress(OSError):
                request.release()

        self._outputs.append(TimedOutput(drive, let_go))
        return self._outputs[-1]

    def analog(self, channel: int) -> Analog:
        """See the port; a chip of pins has no converter."""
        raise PinError(f"channel {channel}: a converter is read by gpiozero only")

    def dropped(self) -> int:
        """See the port."""
        return self._dropped

    def close(self) -> None:
        """See the port."""
        for line in self._inputs:
            line.close()
        for output in self._outputs:
            output.close()
        self._inputs.clear()
        self._outputs.clear()
        self._chip.close()

    def _read(self) -> None:
        """Edges of all lines that have some, by the kernel's own time."""
        found = []
        for line in self._inputs:
            try:
                events = line.read()
            except OSError:
                line.close()  # the chip is gone, which the next look at a level tells
                continue
            for event in events:
                self._dropped += line.missed(event.line_seqno)
                found.append((event.timestamp_ns, line, event.event_type))
        for at_ns, line, kind in sorted(found, key=lambda each: each[0]):
            line.edge(at_ns / 1e9, kind is gpiod.EdgeEvent.Type.RISING_EDGE)


class _ChipInput:
    def __init__(
        self,
        number: int,
        request: gpiod.LineRequest,
        edge: Edge,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._number = number
        self._request = request
        self._loop = loop
        self._seq = 0
        self.fd = request.fd
        self.edge = edge

    def level(self) -> bool:
        with _told_as_pin_error(self._number):
            return self._request.get_value(self._number) is Value.ACTIVE

    def read(self) -> list[gpiod.EdgeEvent]:
        """What waits; never blocks."""
        if not self._request or not self._request.wait_edge_events(0):
            return []
        return self._request.read_edge_events(EDGES_MAX)

    def missed(self, seq: int) -> int:
        """How many edges of this line the kernel let go before this one."""
        missed, self._seq = max(seq - self._seq - 1, 0), seq
        return missed

    def close(self) -> None:
        if self._request:
            self._loop.remove_reader(self.fd)
            with suppress(OSError):
                self._request.release()
