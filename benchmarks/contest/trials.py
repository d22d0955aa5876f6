"""The four things that break, each done once to one contestant."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from .arena import Arena
from .contestant import ALARM

DOWN_FIRST_S = 1.0
"""The line has been down so long before anything is fed: each has noticed."""
TAKE_S_MAX = 300.0
"""For a backlog to be taken."""
FLAT_OUT = 5_000.0
"""Events a second, more than any takes: none of them is to be choked by its own socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What came of the events of a trial."""

    taken: int
    """The contestant said that it has them."""
    lost: int
    """Of those."""
    repeats: int
    """Copies that came of events which were there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Seconds from the moment at which the line was back; None: it never came."""

    taken: int
    take_s: float
    """Until all of them were taken, with the line down."""
    lost: int
    """Of the events, without the alarm."""
    alarm_s: float | None
    last_s: float | None
    """Until the last that came at all was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconnect:
    """Seconds from the moment at which the line was back; None: nothing came."""

    first_s: float | None


async def kill(there: Arena, *, events: int, per_s: float, after_s: float) -> Losses:
    """The line is down and events come; SIGKILL; then it is started again, and the line is back."""
    await there.line.shut()
    await asyncio.sleep(DOWN_FIRST_S)
    feeding = asyncio.create_task(there.feed(range(events), per_s))
    await asyncio.sleep(after_s)
    feeding.cancel()
    await asyncio.wait([feeding])
    if not feeding.cancelled():
        feeding.result()  # what was wrong with the contestant, if anything
    await there.contestant.kill()
    taken = there.contestant.taken & set(range(events))
    await there.line.open()
    await there.contestant.start()
    await there.settle(taken)
    return _losses(there, taken)


async def black_hole(there: Arena, *, hole_s: float, per_s: float) -> Losses:
    """The connection stands and what is sent vanishes; then it is cut, and all is well again."""
    events = range(round(hole_s * per_s))
    there.line.swallow()
    await there.feed(events, per_s)
    taken = await there.taken(events, within_s=5.0)
    there.line.mend()
    await there.settle(taken)
    return _losses(there, taken)


async def backlog(there: Arena, *, events: int, rest_s: float) -> Backlog:
    """The line is down, events come as fast as they are taken, and last of all an alarm; it stays
    down for a rest, in which each can put away what it has taken."""
    loop = asyncio.get_running_loop()
    await there.line.shut()
    await asyncio.sleep(DOWN_FIRST_S)
    began = loop.time()
    await there.feed(range(events), FLAT_OUT)
    taken = await there.taken(range(events), within_s=TAKE_S_MAX)
    take_s = loop.time() - began
    there.contestant.feed(ALARM)
    await there.taken((ALARM,), within_s=5.0)
    await asyncio.sleep(rest_s)
    back_ns = await there.line.open()
    await there.settle({*taken, ALARM})
    return Backlog(
        taken=len(taken),
        take_s=take_s,
        lost=there.witness.missing(taken),
        alarm_s=_after(there, (ALARM,), back_ns),
        last_s=_after(there, taken, back_ns),
    )


async def reconnect(there: Arena, *, down_s: float) -> Reconnect:
    """The line is down for a while, with an event a second; which comes first does not matter."""
    await there.line.shut()
    ends_at = asyncio.get_running_loop().time() + down_s
    events = range(int(down_s))
    await there.feed(events, 1.0)
    await asyncio.sleep(ends_at - asyncio.get_running_loop().time())
    back_ns = await there.line.open()
    await there.settle(events)
    return Reconnect(first_s=_after(there, events, back_ns, first=True))


def _losses(there: Arena, taken: set[int]) -> Losses:
    return Losses(
        taken=len(taken), lost=there.witness.missing(taken), repeats=there.witness.repeats
    )


def _after(
    there: Arena, numbers: Iterable[int], back_ns: int, *, first: bool = False
) -> float | None:
    times = [at for n in numbers if (at := there.witness.first_ns.get(n)) is not None]
    if not times:
        return None
    return ((min if first else max)(times) - back_ns) / 1e9
