"""What happens to somebody that others should hear of: each with its truth, then its stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from .lived import Deed, Doing, Happened, Lived, Moment, Room, Truth
from .walk import Walk

ABOUT = (Room.HALL, Room.LIVING, Room.KITCHEN)
MOMENT = timedelta(minutes=1)
CALLS = 0.4
"""Of those who have fallen, the share that can press the button."""


def wanders(walk: Walk) -> Iterator[Lived]:
    """Up at night and about, in rooms that he has no business in."""
    ends = walk.now + timedelta(minutes=walk.minutes(35, 90))
    yield Truth(Happened.WANDERING, walk.now, ends)
    yield walk.stay(Room.HALL, Doing.IS_UP, minutes=walk.minutes(1, 4))
    yield walk.stay(Room.LIVING, Doing.IS_UP, minutes=walk.minutes(8, 15))
    while walk.now < ends:
        yield walk.stay(walk.chance.choice(ABOUT), Doing.IS_UP, minutes=walk.minutes(2, 12))


def leaves(walk: Walk) -> Iterator[Lived]:
    """Out of the door at night."""
    yield walk.stay(Room.HALL, Doing.IS_UP, minutes=walk.minutes(0.5, 5))
    out = walk.minutes(20, 90)
    yield Truth(Happened.LEFT_AT_NIGHT, walk.now, walk.now + timedelta(minutes=out))
    yield walk.stay(Room.OUT, Doing.IS_OUT, minutes=out)
    yield walk.stay(Room.HALL, Doing.IS_UP, minutes=3)


def falls(walk: Walk, helped_at: datetime) -> Iterator[Lived]:
    """In the day, and lies until somebody comes.

    Args:
        walk: of the person.
        helped_at: when somebody comes in any case.
    """
    room = walk.chance.choice([Room.LIVING, Room.KITCHEN, Room.HALL, Room.BATHROOM])
    what = Happened.FALL_IN_BATHROOM if room is Room.BATHROOM else Happened.FALL
    yield walk.stay(Room.HALL, Doing.IS_UP, minutes=0.5)
    yield walk.stay(room, Doing.IS_UP, minutes=walk.minutes(1, 3))
    yield from _lies(walk, room, what, timedelta(hours=walk.minutes(5.5, 8.5)), helped_at)


def falls_at_night(walk: Walk, helped_at: datetime) -> Iterator[Lived]:
    """On the way from bed, or in the bathroom."""
    room = walk.chance.choice([Room.BEDROOM, Room.HALL, Room.BATHROOM])
    lies, begin = timedelta(hours=walk.minutes(0.75, 4)), walk.now
    if room is not Room.BEDROOM:
        yield walk.stay(Room.HALL, Doing.IS_UP, minutes=0.5)
    if room is Room.BATHROOM:
        yield walk.stay(room, Doing.IS_UP, minutes=walk.minutes(1, 3))
        yield from _lies(walk, room, Happened.FALL_IN_BATHROOM, lies, helped_at)
        return
    for each in _lies(walk, room, Happened.FALL_AT_NIGHT, lies, helped_at):
        # The bed was left before: that is what can be seen of it.
        if isinstance(each, Truth) and each.what is Happened.FALL_AT_NIGHT:
            yield replace(each, begin=begin)
        else:
            yield each


def calls(walk: Walk) -> Iterator[Lived]:
    """Presses the button that he wears."""
    yield Truth(Happened.CALLED, walk.now, walk.now + MOMENT)
    yield Moment(walk.now, Deed.CALLS)
    yield walk.stay(Room.LIVING, Doing.SITS, minutes=walk.minutes(15, 40))


def stays_in_bathroom(walk: Walk, helped_at: datetime) -> Iterator[Lived]:
    """Is not well, and does not come out before somebody comes."""
    yield walk.stay(Room.HALL, Doing.IS_UP, minutes=1)
    begin = walk.now
    until = min(begin + timedelta(minutes=walk.minutes(100, 180)), helped_at)
    yield Truth(Happened.LONG_IN_BATHROOM, begin, max(until, begin + MOMENT))
    yield walk.stay(Room.BATHROOM, Doing.IS_UP, minutes=2)
    if until > walk.now:
        yield walk.stay(Room.BATHROOM, Doing.LIES, until=until)


def forgets_door(walk: Walk, out: timedelta) -> Iterator[Lived]:
    """Goes out and leaves it open."""
    yield Truth(Happened.DOOR_LEFT_OPEN, walk.now, walk.now + out)
    yield walk.stay(Room.OUT, Doing.IS_OUT, until=walk.now + out, door_stays_open=True)


def _lies(
    walk: Walk, room: Room, what: Happened, lies: timedelta, helped_at: datetime
) -> Iterator[Lived]:
    at, called_at = walk.now, None
    if walk.chance.random() < CALLS:
        called_at = at + timedelta(minutes=walk.minutes(0.5, 5))
        lies = called_at - at + timedelta(minutes=walk.minutes(15, 45))
    until = min(at + lies, max(helped_at, at + MOMENT))
    yield Truth(what, at, until)
    yield Moment(at, Deed.FALLS)
    if called_at is not None and called_at < until:
        yield Truth(Happened.CALLED, called_at, called_at + MOMENT)
        yield Moment(called_at, Deed.CALLS)
    yield walk.stay(room, Doing.LIES, until=until)
    # Others are there, and help him.
    yield walk.stay(room, Doing.IS_UP, minutes=walk.minutes(2, 10))
