"""Whether what a sensor tells is somebody: one movement alone is nobody.

Motion sensors fire in empty homes, 14 times in 83 hours of one known to be empty and never twice
within a minute, and mats let go while somebody lies on them. A second witness makes it one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .events import (
    ApplianceStarted,
    ButtonPressed,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    MotionDetected,
)

_SURE = (DoorOpened, DoorClosed, ApplianceStarted, ButtonPressed)
"""What needs a hand."""
_SOON = timedelta(minutes=2)
"""So far apart two signs are of the same person on his way."""
_SEVERAL, _AN_HOUR = 4, timedelta(hours=1)
"""At 14 in 83 hours four come by chance within an hour once in a year."""
_FRAME_AGAIN = timedelta(seconds=2)
"""A radio repeats an unconfirmed frame within this: the same movement is no second sign."""


@dataclass(frozen=True, slots=True)
class Witness:
    """The last sign that was heard, which the next may confirm."""

    device_id: str = ""
    at: datetime | None = None

    def after(self, event: DeviceEvent) -> Witness:
        """With `event` as the last; the same frame again changes nothing."""
        if self.device_id == event.device_id and self._since(event) < _FRAME_AGAIN:
            return self
        return Witness(event.device_id, event.at)

    def confirms(self, event: DeviceEvent) -> bool:
        """Whether `event`, with what was heard before it, is somebody."""
        if isinstance(event, _SURE):
            return True
        since = self._since(event)
        if self.device_id != event.device_id:
            return since <= _SOON
        return isinstance(event, MotionDetected) and _FRAME_AGAIN <= since <= _SOON

    def _since(self, event: DeviceEvent) -> timedelta:
        """Since the last sign; a clock that was set between them tells nothing."""
        if self.at is None or event.at < self.at:
            return timedelta.max
        return event.at - self.at


@dataclass(frozen=True, slots=True)
class Movements:
    """The last that were heard one by one: somebody who sits still is heard seldom, but again."""

    at: tuple[datetime, ...] = ()

    def after(self, event: DeviceEvent) -> Movements:
        """With `event`, if it is one; the same frame again is none."""
        if not isinstance(event, MotionDetected):
            return self
        if self.at and timedelta() <= event.at - self.at[-1] < _FRAME_AGAIN:
            return self
        return Movements((*self.at, event.at)[-_SEVERAL:])

    def confirm(self, event: DeviceEvent) -> bool:
        """Whether `event` is one more, so soon after the others as no empty home has them."""
        after = self.after(event)
        if after is self or len(after.at) < _SEVERAL:
            return False
        return timedelta() <= after.at[-1] - after.at[0] <= _AN_HOUR


NO_MOVEMENT = Movements()
NOBODY = Witness()
