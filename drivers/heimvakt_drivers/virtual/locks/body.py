"""The lock itself: a strike, a bolt that follows it, a door, a handle, a housing.

It knows no protocol. What happened to it is kept, so that a test can say how often it opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

DOOR, BOLT, HANDLE = 0, 1, 2
"""Its inputs, by number."""


class LockBody:
    """Moves in the event loop. `changed` is called after each change that a contact feels."""

    def __init__(self, *, bolt_s: float = 0.1) -> None:
        """`bolt_s`: how long the bolt takes."""
        self.releases = 0
        """How often it was told to let go, also while it did."""
        self.stuck = False
        """The bolt does not follow."""
        self.released = False
        self.locked = True
        self.door_open = False
        self.handle = False
        self.tampered = False
        self.on_battery = False
        self.beeps = 0
        self.changed: Callable[[str], None] = lambda what: None
        self._bolt_s = bolt_s
        self._ends: asyncio.TimerHandle | None = None
        self._bolt: asyncio.TimerHandle | None = None

    def release(self, for_s: float) -> None:
        """The strike lets go."""
        self._cancel()
        self.releases += 1
        self.released = True
        self._ends = asyncio.get_running_loop().call_later(for_s, self.hold)
        self.changed("outputs")
        self._follow()

    def hold(self) -> None:
        """The strike lets go no more."""
        self._cancel()
        if self.released:
            self.released = False
            self.changed("outputs")
        self._follow()

    def open_door(self, *, is_open: bool = True) -> None:
        """Somebody opens the door, or shuts it."""
        self.door_open = is_open
        self.changed("inputs")

    def use_handle(self) -> None:
        """Somebody goes out: the handle draws the bolt, which comes back."""
        self.handle = True
        self.changed("inputs")
        self._turn(locked=False)
        self.handle = False
        self.changed("inputs")

    def turn_key(self, *, locked: bool) -> None:
        """Somebody with a key."""
        self._turn(locked=locked)

    def tamper(self, *, is_open: bool = True) -> None:
        """The housing is opened, or closed."""
        self.tampered = is_open
        self.changed("local")

    def battery(self, *, on: bool = True) -> None:
        """The supply fails, or is back."""
        self.on_battery = on
        self.changed("local")

    def power_off(self) -> None:
        """Nothing moves any more; a strike without power holds."""
        self._cancel()
        self.released = False
        if self._bolt is not None:
            self._bolt.cancel()
        self.locked = True

    def _follow(self) -> None:
        if self._bolt is not None:
            self._bolt.cancel()
        if self.locked is not self.released or self.stuck:
            return
        loop = asyncio.get_running_loop()
        self._bolt = loop.call_later(self._bolt_s, self._moved)

    def _moved(self) -> None:
        self._turn(locked=not self.released)

    def _turn(self, *, locked: bool) -> None:
        if self.locked is not locked:
            self.locked = locked
            self.changed("inputs")

    def _cancel(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None
