"""Asking a stick what it is: each family knocks in its own way, and one of them is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import structlog

from heimvakt_drivers.zigbee.sticks.sticks import Family

from .bare import connected
from .families import coordinator_for
from .remembered import Line, Place

if TYPE_CHECKING:
    from .coordinator import Coordinator

ASK_S = 8.0
"""How long one way of knocking may take; a sound stick answers within two seconds."""

log = structlog.get_logger(__name__)


async def ask(port: str, families: Sequence[Family]) -> Place:
    """What is at the port, asked as each of `families` in turn.

    Raises:
        OSError: nothing answered.
    """
    why = "nothing was tried"
    for family in families:
        application = await asyncio.to_thread(coordinator_for, family)
        for line in _lines(application):
            place = Place(port=port, family=family, line=line)
            try:
                async with connected(place, ASK_S):
                    log.info("the radio was asked what it is", port=port, family=family)
                    return place
            except OSError as error:
                why = str(error)
    wanted = f"{families[0]} radio" if len(families) == 1 else "Zigbee radio"
    raise OSError(f"no {wanted} answers at {port}: {why}")


def _lines(application: type[Coordinator]) -> Iterator[Line]:
    """As the family has it by default, then what else it may be."""
    yield {}
    yield from application._probe_configs
