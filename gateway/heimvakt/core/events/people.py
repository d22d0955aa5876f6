"""What somebody does himself to be heard or known: presses, falls, keys held to a reader."""

from __future__ import annotations

from enum import StrEnum

from .event import DeviceEvent, event


class Press(StrEnum):
    """How a button was pressed."""

    SINGLE = "single"
    DOUBLE = "double"
    LONG = "long"
    HELD = "held"


@event
class ButtonPressed(DeviceEvent):
    """A resident asks for help."""

    press: Press = Press.SINGLE


@event
class ButtonHeld(DeviceEvent):
    """A button says again that it is pressed, and was not let go between: no new press."""


@event
class ButtonCancelled(DeviceEvent):
    """The resident took a press back at the button itself."""


@event
class FallDetected(DeviceEvent):
    """A sensor takes it that somebody fell."""


class TagBy(StrEnum):
    """How somebody said who he is."""

    CARD = "card"
    CODE = "code"


@event
class TagPresented(DeviceEvent):
    """Somebody held a key to a reader, or typed a code at it."""

    tag: str = ""
    """Its name in the configuration; empty: nobody knows it."""
    by: TagBy = TagBy.CARD


@event
class CodesIgnored(DeviceEvent):
    """So many wrong codes were typed at a reader that it takes none for a while, not even right
    ones."""

    wrong: int
    for_s: float
