"""The lamps and the buzzer: play the sign of the moment, as `core.patterns` says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from heimvakt.core.patterns import (
    LIGHTS,
    SOUNDS,
    UNWELL,
    WELL_AGAIN,
    Colour,
    Now,
    Sound,
    light_at,
    sound_at,
)
from heimvakt.core.signs import Sign

from .pins import Board, Output, PinError
from .settings import GpioSettings

log = structlog.get_logger(__name__)

ANY = frozenset(Colour)
EARLY_MS = 1
"""A timer may come a moment too early; what is due then is done, and not waited for again."""


@dataclass(slots=True)
class _Driven:
    """An output, and what it is at."""

    output: Output
    name: str
    colours: frozenset[Colour]
    """Of lights that it shows; none: it sounds."""
    on: bool = False


class Showing:
    """Keeps the sign over `run`s; plays it while there are outputs."""

    def __init__(self, settings: GpioSettings) -> None:
        self._active = settings.lamps_active == "high"
        self._wanted: dict[str, tuple[int, frozenset[Colour]]] = {}
        for name, colours in (
            ("lamp", ANY),
            ("lamp_green", frozenset({Colour.GREEN, Colour.BOTH})),
            ("lamp_red", frozenset({Colour.RED, Colour.BOTH})),
            ("buzzer", frozenset()),
        ):
            if (pin := getattr(settings, name)) is not None:
                self._wanted[name] = (pin, colours)
        self._driven: dict[str, _Driven] = {}
        self._failed: set[str] = set()
        self._is_quiet: Callable[[], bool] = lambda: False
        self._sign: Sign | None = None
        self._sound: Sound | None = None
        self._unwell = False
        self._since = 0.0
        self._into_ms = 0
        """How far into its turn the light began."""
        self._timer: asyncio.TimerHandle | None = None
        self._tried: str | None = None
        """The output that somebody looks at or listens to, whatever the sign."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The outputs that the settings name."""
        return tuple(self._wanted)

    @contextmanager
    def trying(self, name: str) -> Iterator[bool]:
        """Have this output on and the others off while somebody looks, or until there is another
        sign to show: an alarm is not kept from those who live there. Gives whether it is there."""
        self._tried = name
        self._play()
        try:
            yield name in self._driven
        finally:
            self._tried = None
            self._play()

    def show(self, sign: Sign) -> None:
        """See `core.ports.Signs`."""
        if sign is self._sign:
            return
        self._tried = None
        self._sound = SOUNDS.get(sign)
        if sign is Sign.CONNECTED and self._unwell:
            self._sound = WELL_AGAIN
        self._unwell = sign in UNWELL or (self._unwell and sign is not Sign.CONNECTED)
        self._sign = sign
        self._since = asyncio.get_running_loop().time()
        # It begins dark where a lamp burns, so that something is seen at once.
        light = LIGHTS[sign]
        burns = any(each.on for each in self._driven.values() if light.colour in each.colours)
        self._into_ms = light.on_ms if burns and light.off_ms else 0
        self._play()

    def open(self, board: Board, is_quiet: Callable[[], bool]) -> None:
        """Take the pins that are not there yet; one that cannot be had is told once."""
        self._is_quiet = is_quiet
        for name, (pin, colours) in self._wanted.items():
            if name in self._driven:
                continue
            try:
                output = board.output(pin, active=self._active)
            except PinError as error:
                self._fails(name, error)
            else:
                self._driven[name] = _Driven(output, name, colours)
        self._play()

    def close(self) -> None:
        """Show nothing; the board puts its outputs off."""
        self._driven.clear()
        self._wait(None)

    def _play(self) -> None:
        if self._tried is not None:
            for each in list(self._driven.values()):
                self._drive(each, each.name == self._tried)
            self._wait(None)
            return
        if self._sign is None:
            for each in list(self._driven.values()):
                self._drive(each, on=False)
            return
        light = LIGHTS[self._sign]
        shown_ms = int((asyncio.get_running_loop().time() - self._since) * 1_000) + EARLY_MS
        lamp = light_at(light, shown_ms + self._into_ms)
        beep = Now(False, None)
        if self._sound is not None:
            beep = sound_at(self._sound, shown_ms, quiet=self._is_quiet())
        for each in list(self._driven.values()):
            on = lamp.on and light.colour in each.colours if each.colours else beep.on
            self._drive(each, on)
        ends_ms = [] if beep.until_ms is None else [beep.until_ms]
        if lamp.until_ms is not None:
            ends_ms.append(lamp.until_ms - self._into_ms)
        self._wait(self._since + min(ends_ms) / 1_000 if ends_ms and self._driven else None)

    def _drive(self, driven: _Driven, on: bool) -> None:
        if driven.on is on:
            return
        try:
            driven.output.set(on=on)
            driven.on = on
            self._failed.discard(driven.name)
        except PinError as error:
            del self._driven[driven.name]
            self._fails(driven.name, error)

    def _fails(self, name: str, error: PinError) -> None:
        if name not in self._failed:
            self._failed.add(name)
            log.error(
                "those who live here are not shown how their alarm is doing",
                output=name,
                reason=str(error),
                hint=f"is [drivers.gpio] {name} the right pin, and is it free? it is tried again",
            )

    def _wait(self, until: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if until is not None:
            self._timer = asyncio.get_running_loop().call_at(until, self._play)
