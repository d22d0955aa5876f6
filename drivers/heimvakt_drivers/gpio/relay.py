"""A lock that a relay opens for a while: a strike, or a motor lock with an input for that.

It is closed again by the library of the pins and, should that fail, by the event loop. Where a
contact at the bolt is wired, what is told of the lock is what the contact says; else it is what the
relay was told to do.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.devices import Device
from heimvakt.core.events import (
    ContactBack,
    ContactLost,
    DeviceEvent,
    DeviceSeen,
    LockedBy,
    LockLocked,
    LockUnlocked,
)

from .debounce import Change
from .pins import Board, Input, Output, PinError
from .plugin import options_of, pin_of
from .sensor import Say
from .settings import Pull
from .watched import Watched
from .wiring import STILL_S, wiring_of

RELEASE = timedelta(seconds=5)
RELEASE_MAX = timedelta(minutes=10)
"""A door is not let go for longer at a time, whatever an order says."""
BOLT_S = 3.0
"""A strike moves in a tenth of a second, the bolt of a motor lock in two."""
END_S = 0.5
"""After its time an output that is still on is put off from here."""

log = structlog.get_logger(__name__)


class Relay:
    """Of one lock; lives for one `run`, and may be opened again."""

    def __init__(self, device: Device, say: Say, lost: dict[str, str]) -> None:
        """`lost`: with which devices there is no contact, and why; it is kept over `run`s."""
        self.device_id = device.device_id
        self._device = device
        self._options = options = options_of(device)
        self._release = options.release or RELEASE
        self._say = say
        self._lost = lost
        self._output: Output | None = None
        self._bolt: Input | None = None
        self._watched: Watched[bool] | None = None
        self._moved = asyncio.Event()
        self._end: asyncio.TimerHandle | None = None
        self._done = ""
        """The last command that was carried out."""

    @property
    def is_open(self) -> bool:
        """Whether its pins are there."""
        return self._output is not None

    def open(self, board: Board) -> None:
        """Take its pins; the relay is off.

        Raises:
            PinError: one of them cannot be had.
        """
        try:
            self._output = board.output(pin_of(self._device), active=self._options.active != "low")
            if self._options.bolt is not None:
                pull = wiring_of(self._device, self._options).pull
                self._bolt = board.input(self._options.bolt, pull, self._bolt_moved)
                self._watched = Watched(lambda _: STILL_S, self._bolt_changed)
                self._watched.begin(self._is_out())
        except PinError:
            self.close()
            raise
        if self._lost.pop(self.device_id, None) is not None:
            self._say(ContactBack(device_id=self.device_id))
        if self._watched is None:
            # It may have been open when the last life ended, and went off with it.
            self._say(LockLocked(device_id=self.device_id, by=LockedBy.UNKNOWN))
        self.seen()

    def read(self) -> None:
        """Look at its bolt.

        Raises:
            PinError: the pin is gone.
        """
        if self._watched is not None:
            self._watched.read(self._is_out())

    def seen(self) -> None:
        """Say that it lives, if it does."""
        if self.is_open:
            self._say(DeviceSeen(device_id=self.device_id))

    def lose(self, reason: str) -> None:
        """There is no contact with it; told once."""
        if self.device_id not in self._lost:
            log.warning("no contact with a device", device=self.device_id, reason=reason)
            self._say(ContactLost(device_id=self.device_id, reason=reason))
        self._lost[self.device_id] = reason

    def is_durable(self, event: DeviceEvent) -> None:
        """What it said is on storage."""

    def close(self) -> None:
        """The relay goes off, and its pins are let go."""
        for each in (self._output, self._bolt):
            if each is not None:
                each.close()
        if self._watched is not None:
            self._watched.close()
        if self._end is not None:
            self._end.cancel()
        self._output = self._bolt = self._watched = self._end = None

    async def execute(self, command: Command) -> None:
        """Open for a while; returns when the bolt has moved, or at once where nothing tells.

        Raises:
            CommandFailed: it was not done, or nobody knows.
        """
        if command.verb is not Verb.UNLOCK:
            raise CommandFailed("a lock behind a relay can be opened, and closes by itself")
        if command.command_id == self._done:
            return
        release = command.lasting or self._release
        if release > RELEASE_MAX:
            raise CommandFailed(f"a door is let go for {RELEASE_MAX.seconds} s at the most")
        if self._output is None:
            raise CommandFailed(self._lost.get(self.device_id, "its pin is not open"))
        try:
            self._output.pulse(release.total_seconds())
        except PinError as error:
            raise CommandFailed(str(error), certain=False) from error
        self._done = command.command_id
        self._moved.clear()
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(
            release.total_seconds() + END_S, self._over
        )
        if self._watched is None:
            self._say(LockUnlocked(device_id=self.device_id, by=LockedBy.ORDER))
        elif self._watched.believed:
            await self._wait_for_bolt()

    async def _wait_for_bolt(self) -> None:
        try:
            async with asyncio.timeout(BOLT_S):
                await self._moved.wait()
        except TimeoutError:
            raise CommandFailed("the bolt did not move", certain=False) from None

    def _over(self) -> None:
        self._end = None
        if self._output is None:
            return
        try:
            self._output.set(on=False)
        except PinError as error:
            log.critical("a lock cannot be closed", device=self.device_id, reason=str(error))
            return
        if self._watched is None:
            self._say(LockLocked(device_id=self.device_id, by=LockedBy.INSIDE))

    def _is_out(self) -> bool:
        assert self._bolt is not None
        return self._closed(self._bolt.level())

    def _closed(self, level: bool) -> bool:
        # `active` is of the relay: the contact is closed at the level that its pull is not at.
        return level is (self._options.pull is Pull.DOWN)

    def _bolt_moved(self, at: float, level: bool) -> None:
        if self._watched is not None:
            self._watched.moved(at, self._closed(level))

    def _bolt_changed(self, change: Change[bool]) -> None:
        by = LockedBy.ORDER if self._end is not None and not change.value else LockedBy.UNKNOWN
        kind = LockLocked if change.value else LockUnlocked
        self._say(kind(device_id=self.device_id, by=by))
        if not change.value:
            self._moved.set()
