"""What a contact that somebody presses means. Pure.

A press counts at once, or after `hold_s`: nobody who needs help waits for a long press to be told
from a short one. A button that stays down cannot be pressed again: after `STUCK_S` that is told as
no contact with it, until it is let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

STUCK_S = 300.0
"""Who holds on to a cord in fear lets go sooner; a thing that lies on a button does not."""


class Told(Enum):
    """What is to be said."""

    PRESSED = "pressed"
    STUCK = "stuck"
    FREED = "freed"


@dataclass(frozen=True, slots=True)
class Button:
    """Of one button."""

    hold_s: float = 0.0
    down_since: float | None = None
    told: bool = False
    """This press was said."""
    stuck: bool = False


def pressed(button: Button, at: float, *, known: bool = False) -> tuple[Button, list[Told]]:
    """It went down at `at`. `known`: it was so, and told, before anybody listened here."""
    if known:
        return Button(button.hold_s, at, told=True, stuck=True), [Told.STUCK]
    return passed(Button(button.hold_s, down_since=at), at)


def released(button: Button, at: float) -> tuple[Button, list[Told]]:
    """It was let go; what was due before is said first."""
    after, told = passed(button, at)
    return Button(button.hold_s), [*told, Told.FREED] if after.stuck else told


def passed(button: Button, at: float) -> tuple[Button, list[Told]]:
    """Time has passed."""
    if button.down_since is None:
        return button, []
    down_s = at - button.down_since
    told: list[Told] = []
    if not button.told and down_s >= button.hold_s:
        told.append(Told.PRESSED)
    stuck = button.stuck or down_s >= STUCK_S
    if stuck and not button.stuck:
        told.append(Told.STUCK)
    was_told = button.told or bool(told)
    return Button(button.hold_s, button.down_since, was_told, stuck), told


def due(button: Button) -> float | None:
    """When to look again."""
    if button.down_since is None or button.stuck:
        return None
    return button.down_since + (STUCK_S if button.told else button.hold_s)
