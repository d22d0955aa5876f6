"""A contact of the home, from its pins to what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ButtonCancelled,
    ButtonPressed,
    ContactBack,
    ContactLost,
    DeviceEvent,
    DeviceSeen,
    Press,
)

from . import presses
from .debounce import Change
from .held import Held
from .meaning import state_event
from .pins import Board, Input, PinError
from .plugin import options_of, pin_of
from .presses import STUCK_S, Button, Told
from .watched import Watched
from .wiring import Contact, still_s, wiring_of

log = structlog.get_logger(__name__)

Say = Callable[[DeviceEvent], None]

FAULTS = {
    Contact.CUT: "its cable is cut, or a plug is out",
    Contact.SHORT: "the wires of its cable touch each other",
}
STUCK = f"it has been down for {STUCK_S / 60:.0f} min, or since before the start: is it stuck?"


class Sensor:
    """Of one device; lives for one `run`, and may be opened again."""

    def __init__(self, device: Device, say: Say, held: Held, lost: dict[str, str]) -> None:
        """`lost`: with which devices there is no contact, and why; it is kept over `run`s."""
        self.device_id = device.device_id
        self._device = device
        self._options = options = options_of(device)
        self._wiring = wiring_of(device, options)
        self._say = say
        self._held = held
        self._lost = lost
        self._inputs: list[Input] = []
        self._levels: list[bool] = []
        self._watched: Watched[Contact] | None = None
        self._hold_s = options.hold.total_seconds() if options.hold else 0.0
        self._button = Button(self._hold_s)
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether its pins are there."""
        return self._watched is not None

    def open(self, board: Board) -> None:
        """Take its pins and begin to listen.

        Raises:
            PinError: one of them cannot be had.
        """
        pins = [pin_of(self._device)]
        if self._options.second is not None:
            pins.append(self._options.second)
        try:
            for place, pin in enumerate(pins):
                self._inputs.append(board.input(pin, self._wiring.pull, self._moves(place)))
            self._levels = [each.level() for each in self._inputs]
        except PinError:
            self.close()
            raise
        self._watched = Watched(still_s, self._changed)
        self._watched.begin(self._contact())

    def read(self) -> None:
        """Look at its pins: an edge may have been lost.

        Raises:
            PinError: one of them is gone.
        """
        if self._watched is not None:
            self._levels = [each.level() for each in self._inputs]
            self._watched.read(self._contact())

    def seen(self) -> None:
        """Say that it lives, if it does."""
        if self.is_open and self.device_id not in self._lost:
            self._say(DeviceSeen(device_id=self.device_id))

    def lose(self, reason: str) -> None:
        """There is no contact with it; told once."""
        if self.device_id not in self._lost:
            log.warning("no contact with a device", device=self.device_id, reason=reason)
            self._say(ContactLost(device_id=self.device_id, reason=reason))
        self._lost[self.device_id] = reason

    def is_durable(self, event: DeviceEvent) -> None:
        """What it said is on storage."""
        if isinstance(event, ButtonPressed) and self._button.down_since is not None:
            self._held.add(self.device_id)

    def close(self) -> None:
        """Listen no more, and let its pins go."""
        for each in self._inputs:
            each.close()
        if self._watched is not None:
            self._watched.close()
        self._watched = None
        self._inputs = []
        self._button = Button(self._hold_s)
        self._wait()

    # ---------------------------------------------------------------------------- what it says

    def _moves(self, place: int) -> Callable[[float, bool], None]:
        def moved(at: float, level: bool) -> None:
            if self._watched is not None and self._levels:
                self._levels[place] = level
                self._watched.moved(at, self._contact())

        return moved

    def _contact(self) -> Contact:
        return self._wiring.contact(*self._levels)

    def _changed(self, change: Change[Contact]) -> None:
        if change.value.is_fault:
            self._button = Button(self._hold_s)
            self._wait()
            self.lose(FAULTS[change.value])
        elif self._device.role is Role.BUTTON:
            self._press(change)
        else:
            self._regain()
            self._say(state_event(self._device.role, self.device_id, on=change.value is Contact.ON))

    def _press(self, change: Change[Contact]) -> None:
        first = change.before is None
        if change.value is Contact.ON:
            # One that takes back is no more trusted at the start than one that was told.
            known = first and (self.device_id in self._held or self._options.cancels is not None)
            if not known:
                self._regain()
            after = presses.pressed(self._button, change.since, known=known)
        else:
            self._held.discard(self.device_id)
            after = presses.released(self._button, change.since)
        self._tell(*after)
        if change.value is Contact.REST:
            self._regain()
            if first:
                self.seen()

    def _passed(self) -> None:
        now = asyncio.get_running_loop().time()
        self._tell(*presses.passed(self._button, now))

    def _tell(self, button: Button, told: list[Told]) -> None:
        self._button = button
        for each in told:
            match each:
                case Told.PRESSED:
                    self._pressed()
                case Told.STUCK:
                    self.lose(STUCK)
                case Told.FREED:
                    self._regain()
        self._wait()

    def _pressed(self) -> None:
        if (other := self._options.cancels) is None:
            press = Press.LONG if self._hold_s else Press.SINGLE
            self._say(ButtonPressed(device_id=self.device_id, press=press))
            return
        self._say(ButtonCancelled(device_id=other))
        self.seen()
        if (reason := self._lost.get(other)) is not None:
            # What was said of the other one here is no sign of life of its own.
            self._say(ContactLost(device_id=other, reason=reason))

    def _regain(self) -> None:
        if self._lost.pop(self.device_id, None) is not None:
            log.info("a device is back", device=self.device_id)
            self._say(ContactBack(device_id=self.device_id))

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (due_at := presses.due(self._button)) is not None:
            self._timer = asyncio.get_running_loop().call_at(due_at, self._passed)
