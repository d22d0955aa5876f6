"""Self-tests that somebody has ordered: begun after the commit, and answered when they are over."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from heimvakt.checks.running import Nobody
from heimvakt.core.checks import Outcome
from heimvakt.core.events import CommandCompleted, CommandReceived, CommandResult
from heimvakt.core.ledger import StoreFull
from heimvakt.core.orders import OrderVerb
from heimvakt.core.self_test import SelfTest, summary
from heimvakt.runtime.pipeline import Committed

from .self_tests import SelfTests

WAITING_MAX = 4
"""Each looks at the same things. Of more the oldest is let go; it is told as overdue."""
NAMED_MAX = 20


class OrderedSelfTests:
    """Of one life of the gateway."""

    def __init__(self, tests: SelfTests, emit: Callable[..., Awaitable[None]]) -> None:
        """`emit` of the pipeline."""
        self._tests = tests
        self._emit = emit
        self._ordered: deque[CommandReceived] = deque(maxlen=WAITING_MAX)
        self._some = asyncio.Event()

    def watch(self, committed: Committed) -> None:
        """Take the order of a committed event; a plain call."""
        event, answers = committed.event, committed.outcome.answers
        if not isinstance(event, CommandReceived) or event.verb != OrderVerb.SELF_TEST:
            return
        if any(answer.result == "accepted" for answer in answers):
            self._ordered.append(event)
            self._some.set()

    async def run(self) -> None:
        """Do what was ordered, until cancelled."""
        while True:
            while self._ordered:
                await self._do(self._ordered.popleft())
            self._some.clear()
            await self._some.wait()

    async def _do(self, order: CommandReceived) -> None:
        result, reason = CommandResult.FAILED, "another self-test is being done"
        if not self._tests.busy:
            test, _ = await self._tests.run(
                self._tests.meant(()),
                by=f"{order.receiver}: {order.by}",
                hand=Nobody(),
                allowed=frozenset(),
                begins=_unheard,
                ends=_unheard,
            )
            result, reason = CommandResult.DONE, said(test)
        with suppress(StoreFull):  # then it is told that nobody knows
            await self._emit(
                CommandCompleted(
                    command_id=order.order_id,
                    verb=OrderVerb.SELF_TEST,
                    result=result,
                    reason=reason,
                )
            )


async def _unheard(_: object) -> None:
    """Nobody follows it step by step."""


def said(test: SelfTest) -> str:
    """What whoever ordered it reads; the whole of it goes as a message of its own."""
    named = [one.check_id for one in test.of(Outcome.FAIL, Outcome.WARN)][:NAMED_MAX]
    counted = summary(test.results).in_language(test.language)
    return f"{counted}: {', '.join(named)}" if named else counted
