"""The box itself: its power, its interfaces, its modem, and what it shows those who live there."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from heimvakt.config.configuration import Configuration
from heimvakt.core.modem import Modem, ModemState, SignalPast
from heimvakt.core.ports import Clock, Driver, Signs
from heimvakt.core.power import TellsPower
from heimvakt.net.interfaces import watch_interfaces
from heimvakt.net.paths import PathWatch
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.runtime.power import PowerWatch
from heimvakt.runtime.signs import LampSigns, SignWatch
from heimvakt.uplinks.secrets import SecretError, secret_text

if TYPE_CHECKING:
    from heimvakt.net.modem.history import SignalHistory

log = structlog.get_logger("box")

Unit = Callable[[], Awaitable[None]]


class Box:
    """Of one life of the gateway."""

    def __init__(
        self,
        configuration: Configuration,
        clock: Clock,
        pipeline: Pipeline,
        state: Path,
        drivers: Sequence[Driver] = (),
    ) -> None:
        """Open nothing yet. `state` is where the gateway keeps things; of `drivers` some see its
        power, and some have lamps."""
        self._configuration = configuration
        self._clock = clock
        self._pipeline = pipeline
        self._state = state
        self._shown_on = [each for each in drivers if isinstance(each, Signs)]
        self.power = PowerWatch(
            pipeline.emit, [each for each in drivers if isinstance(each, TellsPower)]
        )
        self.modem: Modem | None = None
        self._signal: SignalHistory | None = None
        self._modem_path = ""
        for path in configuration.paths:
            if path.modem is not None and self.modem is None:
                self._modem_path = path.name
                self.modem = self._open(path.modem, path.pin)
                self._signal = self._remember(self.modem)

    @property
    def modems(self) -> Mapping[str, Callable[[], ModemState]]:
        """What is known of the modem, by the path that it drives."""
        return {self._modem_path: self.modem.state} if self.modem else {}

    @property
    def signals(self) -> Mapping[str, Callable[[], SignalPast | None]]:
        """How its signal has been, by the path that it drives."""
        return {self._modem_path: self._signal.past} if self._signal else {}

    def signs(self, watch: PathWatch) -> SignWatch:
        """What is shown, and on what."""
        led = self._configuration.signs.led
        lamps = [LampSigns(led)] if led else []
        return SignWatch(self._pipeline, self._clock, watch.cut_off_s, [*lamps, *self._shown_on])

    def units(self, watch: PathWatch, signs: SignWatch) -> Iterator[tuple[str, Unit]]:
        """What must run for it, with names."""
        yield "power", self.power.run
        yield "signs", signs.run
        if any(path.interface for path in self._configuration.paths):
            yield "interfaces", lambda: _interfaces(watch)
        if self.modem is not None:
            yield "modem", self.modem.run
        if self._signal is not None:
            yield "signal", self._signal.run

    def _open(self, named: str, pin: str | None) -> Modem:
        # Here, so that a home without a modem has no D-Bus in its memory.
        from heimvakt.net.modem.chosen import open_modem

        return open_modem(
            named,
            pin=_pin(pin),
            state_directory=self._state / "modem",
            chance=random.Random(),
        )

    def _remember(self, modem: Modem) -> SignalHistory:
        from heimvakt.net.modem.history import SignalHistory

        return SignalHistory(self._state / "modem", modem.state, self._clock)


async def _interfaces(watch: PathWatch) -> None:
    try:
        await watch_interfaces(watch.interfaces)
    finally:
        watch.interfaces(None)  # sessions and heartbeats still tell


def _pin(reference: str | None) -> str | None:
    """The PIN; without it the modem says that it needs one, and all else works."""
    if reference is None:
        return None
    try:
        return secret_text(reference)
    except SecretError as error:
        log.warning("the PIN of the SIM cannot be read", why=str(error), hint=error.hint)
        return None
