"""Keep units running: start again with back-off, give up by a rule, and tell who must know.

The only broad `except` of the gateway: whatever a unit dies of, somebody must learn of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger("supervisor")

Unit = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often a unit may fall before it stays down."""

    restarts_max: int = 8
    within_s: float = 600.0
    backoff_s_first: float = 0.2
    backoff_s_max: float = 30.0


class UnitGaveUp(Exception):
    """A unit that the gateway cannot do without is out of restarts: the process must end."""


async def supervise(
    name: str,
    unit: Unit,
    *,
    policy: Policy | None = None,
    stays_down: Callable[[str], Awaitable[None]] | None = None,
    fell: Callable[[str], Awaitable[None]] | None = None,
) -> None:
    """Run `unit` again each time it ends, until cancelled or out of restarts.

    Without `stays_down` the gateway cannot do without the unit. `fell` is told of each fall.

    Raises:
        UnitGaveUp: it is out of restarts and there is nobody to tell.
    """
    rule = policy or Policy()
    loop = asyncio.get_running_loop()
    falls: deque[float] = deque(maxlen=rule.restarts_max + 1)
    while True:
        try:
            await unit()
            reason = "it ended by itself"
        except Exception as error:
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            log.exception("unit fell", unit=name)
        falls.append(loop.time())
        if len(falls) > rule.restarts_max and falls[-1] - falls[0] < rule.within_s:
            log.error("unit stays down", unit=name, reason=reason, falls=len(falls))
            if stays_down is None:
                raise UnitGaveUp(f"{name} stays down: {reason}")
            await stays_down(reason)
            return
        recent = sum(1 for fall in falls if falls[-1] - fall < rule.within_s)
        wait_s = min(rule.backoff_s_first * 2 ** (recent - 1), rule.backoff_s_max)
        log.warning("unit starts again", unit=name, reason=reason, wait_s=wait_s)
        if fell is not None:
            await fell(reason)
        await asyncio.sleep(wait_s)
