"""How each sign looks and sounds, on whatever lamp or buzzer there is. Pure.

Who sees badly can count what he hears, who hears badly can tell the rhythms of light apart, and no
sign is told by colour alone. The more light, the better it is. No lamp flashes more than three
times in a second, which some people must not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .signs import Sign


class Colour(Enum):
    """Of the lamps, where there are two."""

    GREEN = "green"
    RED = "red"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp that is lit and dark in turn."""

    colour: Colour
    on_ms: int
    off_ms: int = 0
    """0: it burns; with `on_ms` 0 it is dark."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Beeps, and when they come again."""

    beeps_ms: tuple[int, ...]
    """On, off, on and so forth; it ends with a beep."""
    again_s: tuple[int, ...] = ()
    """From one beginning to the next."""
    for_ever: bool = False
    """The last wait comes again and again."""
    wakes: bool = True
    """It comes again in the quiet hours too."""


LIGHTS = {
    Sign.CONNECTED: Light(Colour.GREEN, 1_000),
    Sign.PRIVACY: Light(Colour.GREEN, 4_500, 1_500),
    Sign.FAULT: Light(Colour.RED, 9_500, 500),
    Sign.NOT_HEARD: Light(Colour.RED, 300, 700),
    Sign.NO_CONNECTION: Light(Colour.RED, 300, 2_700),
    Sign.REMINDER: Light(Colour.BOTH, 3_000, 3_000),
    Sign.CAN_BE_CANCELLED: Light(Colour.BOTH, 200, 200),
    Sign.CANCELLED: Light(Colour.BOTH, 0),
    Sign.ALARM_TAKEN: Light(Colour.GREEN, 400, 400),
    Sign.ALARM_DELIVERED: Light(Colour.GREEN, 1_000, 1_000),
    Sign.HELP_COMING: Light(Colour.GREEN, 2_700, 300),
}

SHORT, LONG, GAP, PAUSE = 150, 800, 200, 1_500

WELL_AGAIN = Sound((SHORT, GAP, LONG))
"""All is well, after a time in which it was not."""

SOUNDS = {
    Sign.NOT_HEARD: Sound((LONG, GAP, LONG), (60, 60, 900), for_ever=True, wakes=False),
    Sign.NO_CONNECTION: Sound(
        (LONG, GAP, LONG, GAP, LONG), (60, 60, 900), for_ever=True, wakes=False
    ),
    Sign.REMINDER: Sound(((SHORT, GAP, SHORT, PAUSE) * 8)[:-1], (60,), for_ever=True),
    Sign.CAN_BE_CANCELLED: Sound((SHORT,), (1,), for_ever=True),
    Sign.CANCELLED: Sound((LONG, GAP, SHORT)),
    Sign.ALARM_TAKEN: Sound((LONG,), (10, 10, 10, 10, 10, 60), for_ever=True),
    Sign.ALARM_DELIVERED: Sound((SHORT, GAP, SHORT), (30,) * 10),
    Sign.HELP_COMING: Sound((SHORT, GAP, SHORT, GAP, SHORT, GAP, LONG), (20, 20)),
}
"""The others are silent."""

UNWELL = frozenset({Sign.NOT_HEARD, Sign.NO_CONNECTION})
"""What is followed by `WELL_AGAIN` when it is over."""


@dataclass(frozen=True, slots=True)
class Now:
    """What something that is on or off should be at a moment, and until when."""

    on: bool
    until_ms: int | None
    """Since it was first shown; later than now. None: for ever."""


def light_at(light: Light, shown_ms: int) -> Now:
    """Whether the lamp is lit so long after the sign was first shown."""
    if not light.on_ms or not light.off_ms:
        return Now(bool(light.on_ms), None)
    turn_ms = light.on_ms + light.off_ms
    began_ms = shown_ms // turn_ms * turn_ms
    is_lit = shown_ms - began_ms < light.on_ms
    return Now(is_lit, began_ms + (light.on_ms if is_lit else turn_ms))


def sound_at(sound: Sound, shown_ms: int, *, quiet: bool = False) -> Now:
    """Whether the buzzer sounds so long after the sign was first shown. `quiet`: it is in the quiet
    hours now, in which only what wakes comes again."""
    began_ms, next_ms = _turn(sound, shown_ms)
    may_sound = began_ms == 0 or sound.wakes or not quiet
    ends_ms = began_ms
    for place, beep_ms in enumerate(sound.beeps_ms):
        ends_ms += beep_ms
        if shown_ms < ends_ms:
            return Now(place % 2 == 0 and may_sound, ends_ms)
    return Now(False, next_ms)


def _turn(sound: Sound, shown_ms: int) -> tuple[int, int | None]:
    """When the last turn began, and when the next one does."""
    began_ms = 0
    for wait_s in sound.again_s:
        if shown_ms < began_ms + wait_s * 1_000:
            return began_ms, began_ms + wait_s * 1_000
        began_ms += wait_s * 1_000
    if not sound.for_ever:
        return began_ms, None
    wait_ms = sound.again_s[-1] * 1_000
    began_ms += (shown_ms - began_ms) // wait_ms * wait_ms
    return began_ms, began_ms + wait_ms
