"""Tell upstream what a self-test has found: an event, which waits for a path like every other, and
the whole of it as a message to each receiver that can be reached now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import structlog

from heimvakt.core.checks import Outcome
from heimvakt.core.events import SelfTestDone
from heimvakt.core.ledger import StoreUnavailable
from heimvakt.core.ports import Clock
from heimvakt.core.self_test import SelfTest
from heimvakt.core.uplink import NobodyThere, NotConnected, Uplink

log = structlog.get_logger("self-test")

TELL_S = 5.0
"""For one receiver: 20 KB on a bad 4G line take a second."""
NAMED_MAX = 100


class Telling:
    """Of one life of the gateway."""

    def __init__(
        self,
        emit: Callable[..., Awaitable[None]],
        uplinks: Mapping[str, Sequence[Uplink]],
        clock: Clock,
    ) -> None:
        """`emit` of the pipeline; `uplinks` by receiver, in the order of the paths."""
        self._emit = emit
        self._uplinks = uplinks
        self._clock = clock

    async def tell(self, test: SelfTest) -> None:
        """Tell it once; a receiver that is out of reach has the event later."""
        with suppress(StoreUnavailable, TimeoutError):  # the test itself names a dead disk
            async with asyncio.timeout(TELL_S):
                await self._emit(event_of(test))
        for name, uplinks in self._uplinks.items():
            standing = [each for each in uplinks if each.carries_reports and each.connected]
            try:
                async with asyncio.timeout(TELL_S):
                    for uplink in standing[:1]:
                        await uplink.tell_self_test(test, self._clock.now())
            except (TimeoutError, NotConnected, NobodyThere) as error:
                log.info("a self-test was not told", receiver=name, why=str(error) or "no answer")


def event_of(test: SelfTest) -> SelfTestDone:
    """What the journal keeps of it."""
    named = test.of(Outcome.WARN, Outcome.FAIL)
    return SelfTestDone(
        by=test.by,
        passed=len(test.of(Outcome.PASS)),
        warned=len(test.of(Outcome.WARN)),
        failed=len(test.of(Outcome.FAIL)),
        skipped=len(test.of(Outcome.SKIPPED)),
        named=tuple(one.check_id for one in named[:NAMED_MAX]),
    )
