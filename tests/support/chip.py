"""A chip of lines at the edge of the library gpiod: file descriptors that can be read, edges with
the kernel's time, a buffer that lets the oldest go. The machines that test have no such chip.
"""

from __future__ import annotations

import errno
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import gpiod
import pytest
from gpiod.line import Bias, Direction, Value

RISING = gpiod.EdgeEvent.Type.RISING_EDGE.value
FALLING = gpiod.EdgeEvent.Type.FALLING_EDGE.value


class Request:
    """One line that was asked for."""

    def __init__(self, lines: Lines, offset: int, settings: gpiod.LineSettings, size: int) -> None:
        self._lines = lines
        self._offset = offset
        self._size = size
        self._seq = 0
        self._edges: deque[gpiod.EdgeEvent] = deque(maxlen=size)
        self._released = False
        self.settings = settings
        self._read, self._write = os.pipe()
        if settings.direction is Direction.OUTPUT:
            self.drive(settings.output_value)

    def __bool__(self) -> bool:
        return not self._released

    @property
    def fd(self) -> int:
        return self._read

    def edge(self, *, high: bool, at_ns: int) -> None:
        self._seq += 1
        kind = RISING if high else FALLING
        self._edges.append(gpiod.EdgeEvent(kind, at_ns, self._offset, self._seq, self._seq))
        if len(self._edges) == 1:
            os.write(self._write, b"!")

    def wait_edge_events(self, timeout: float) -> bool:
        assert timeout == 0
        self._lines.check()
        return bool(self._edges)

    def read_edge_events(self, max_events: int) -> list[gpiod.EdgeEvent]:
        self._lines.check()
        assert self._edges, "this would block"
        os.read(self._read, 1)
        taken = [self._edges.popleft() for _ in range(min(max_events, len(self._edges)))]
        if self._edges:
            os.write(self._write, b"!")
        return taken

    def get_value(self, offset: int) -> Value:
        self._lines.check()
        assert offset == self._offset
        return Value.ACTIVE if self._lines.level(offset) else Value.INACTIVE

    def set_value(self, offset: int, value: Value) -> None:
        self._lines.check()
        if self._released:
            raise gpiod.RequestReleasedError
        assert offset == self._offset
        self.drive(value)

    def drive(self, value: Value) -> None:
        active = value is Value.ACTIVE
        self._lines.levels[self._offset] = active is not self.settings.active_low

    def release(self) -> None:
        assert not self._released
        self._released = True
        del self._lines.requests[self._offset]
        os.close(self._read)
        os.close(self._write)


class Lines:
    """The far end of the chip."""

    def __init__(self) -> None:
        self.levels: dict[int, bool] = {}
        self.requests: dict[int, Request] = {}
        self.taken: set[int] = set()
        self.gone = False
        self.opened: list[str] = []

    def check(self) -> None:
        if self.gone:
            raise OSError(errno.ENODEV, "No such device")

    def level(self, offset: int) -> bool:
        return self.levels.get(offset, True)

    def drive(self, offset: int, *, high: bool, at_ns: int | None = None) -> None:
        if self.level(offset) is high and offset in self.levels:
            return
        self.levels[offset] = high
        if offset in self.requests and not self.gone:
            at_ns = time.monotonic_ns() if at_ns is None else at_ns
            self.requests[offset].edge(high=high, at_ns=at_ns)


class Chip:
    """Stands where `gpiod.Chip` does."""

    lines: Lines

    def __init__(self, path: str) -> None:
        self.lines.check()
        self.lines.opened.append(path)

    def request_lines(
        self, config: dict[int, gpiod.LineSettings], consumer: str, event_buffer_size: int = 16
    ) -> Request:
        self.lines.check()
        ((offset, settings),) = config.items()
        if offset in self.lines.taken or offset in self.lines.requests:
            raise OSError(errno.EBUSY, "Device or resource busy")
        assert consumer == "heimvakt"
        assert settings.bias is not Bias.UNKNOWN
        self.lines.requests[offset] = Request(self.lines, offset, settings, event_buffer_size)
        return self.lines.requests[offset]

    def close(self) -> None: ...


@contextmanager
def fake_chip(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Lines for whoever opens a chip meanwhile; all of them have to be released at the end."""
    lines = Lines()
    monkeypatch.setattr(Chip, "lines", lines, raising=False)
    monkeypatch.setattr(gpiod, "Chip", Chip)
    yield lines
    assert not lines.requests, "lines were left open"
