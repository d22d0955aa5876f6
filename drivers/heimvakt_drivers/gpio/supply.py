"""Whether the box has mains and how full its battery is, as its power board says: by contacts, or
by a converter that measures the battery."""

from __future__ import annotations

import structlog

from heimvakt.core.power import Power

from .charge import Charge
from .pins import Analog, Board, Input, PinError
from .settings import GpioSettings, Pull
from .watched import Watched

LOST_STILL_S = 0.2
"""A dip of the mains is shorter."""
BACK_STILL_S = 5.0
"""Mains that come and go while somebody works at them are not back yet."""

_HINT = "is SPI switched on (raspi-config), and is the MCP3008 on its first bus? it is tried again"

log = structlog.get_logger(__name__)


class Supply:
    """Keeps what it knows until the pins are opened again."""

    def __init__(self, settings: GpioSettings) -> None:
        self._low_percent = float(settings.battery_low_percent)
        self._mains = _Contact(
            "mains", settings.mains, settings.power_pull, good=settings.mains_active == "high"
        )
        self._battery = _Contact(
            "battery_low",
            settings.battery_low,
            settings.power_pull,
            good=settings.battery_low_active == "low",
        )
        self._channel = settings.battery_channel
        self._unmeasured = Charge(
            settings.battery_empty, settings.battery_full, settings.battery_times
        )
        self._charge = self._unmeasured
        self._analog: Analog | None = None
        self._has_failed = False

    def open(self, board: Board) -> None:
        """Take the pins that are not there yet; one that cannot be had is told once."""
        self._mains.open(board)
        self._battery.open(board)
        if self._channel is not None and self._analog is None:
            self._open_converter(board, self._channel)

    def read(self) -> None:
        """Look at the pins.

        Raises:
            PinError: one of them is gone.
        """
        self._mains.read()
        self._battery.read()
        if self._analog is not None:
            self._charge = self._charge.measured(self._analog.volts())

    def close(self) -> None:
        """Let the pins go; from now on nothing is known."""
        self._mains.close()
        self._battery.close()
        if self._analog is not None:
            self._analog.close()
        self._analog, self._charge = None, self._unmeasured

    def power(self) -> Power:
        """See `core.power`; of a contact and a voltage the emptier is believed."""
        percent = self._charge.percent()
        if self._battery.is_good() is False:
            percent = self._low_percent if percent is None else min(percent, self._low_percent)
        return Power(self._mains.is_good(), percent)

    def _open_converter(self, board: Board, channel: int) -> None:
        try:
            analog = board.analog(channel)
            self._charge = self._unmeasured.measured(analog.volts())
        except PinError as error:
            if not self._has_failed:
                why = str(error)  # the stack of it would tell nobody anything
                log.warning("the battery cannot be measured", reason=why, hint=_HINT)
            self._has_failed = True
            return
        self._analog, self._has_failed = analog, False


class _Contact:
    """One contact of the power board, which is at the level `good` while all is well."""

    def __init__(self, name: str, pin: int | None, pull: Pull, *, good: bool) -> None:
        self._name = name
        self._pin = pin
        self._pull = pull
        self._good = good
        self._input: Input | None = None
        self._watched: Watched[bool] | None = None
        self._has_failed = False

    def is_good(self) -> bool | None:
        """None: not known."""
        return self._watched.believed if self._watched else None

    def open(self, board: Board) -> None:
        if self._pin is None or self._input is not None:
            return
        try:
            self._input = board.input(self._pin, self._pull, self._moved)
            level = self._input.level()
        except PinError as error:
            self.close()
            self._fails(error)
            return
        self._has_failed = False
        self._watched = Watched(
            lambda good: BACK_STILL_S if good else LOST_STILL_S, lambda change: None
        )
        self._watched.begin(level is self._good)

    def read(self) -> None:
        if self._watched is not None and self._input is not None:
            self._watched.read(self._input.level() is self._good)

    def close(self) -> None:
        if self._input is not None:
            self._input.close()
        if self._watched is not None:
            self._watched.close()
        self._input = self._watched = None

    def _moved(self, at: float, level: bool) -> None:
        if self._watched is not None:
            self._watched.moved(at, level is self._good)

    def _fails(self, error: PinError) -> None:
        if not self._has_failed:
            self._has_failed = True
            log.error(
                "the power of the box cannot be watched on a pin",
                reason=str(error),
                hint=f"is [drivers.gpio] {self._name} the right pin, and is it free? it is tried "
                "again",
            )
