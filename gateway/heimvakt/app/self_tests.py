"""The self-tests of one home: done one at a time, kept beside the database, and told upstream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from heimvakt import __version__
from heimvakt.checks.apart import apart
from heimvakt.checks.running import Begins, Ends, run_checks
from heimvakt.config.configuration import Configuration
from heimvakt.core.checks import Check, Hand, Needs, Outcome, Result, is_meant
from heimvakt.core.ports import Clock
from heimvakt.core.self_test import SelfTest

from .self_test_facts import Facts

log = structlog.get_logger("self-test")

KEEP_S = 10.0
"""A disk that is full or dead is what the test may be about: what was found is told all the same.
"""


class SelfTests:
    """Of one life of the gateway, or of none."""

    def __init__(
        self,
        configuration: Callable[[], Configuration],
        state: Path,
        clock: Clock,
        facts: Facts | None = None,
        tell: Callable[[SelfTest], Awaitable[None]] | None = None,
    ) -> None:
        """`facts` are of a service that works, and `tell` tells of a test upstream."""
        self._configuration = configuration
        self._state = state
        self._clock = clock
        self._facts = facts
        self._tell = tell
        self.busy = False
        """One is being done."""

    @property
    def language(self) -> str:
        """Of those who read what was found."""
        return self._configuration().gateway.language

    def meant(self, named: Sequence[str]) -> list[Check]:
        """The checks of this home that somebody names; made anew for each test."""
        # Here, so that a gateway that is never tested knows nothing of certificates.
        from .self_test_list import checks_of

        working = self._facts.working() if self._facts else None
        checks = checks_of(self._configuration(), self._state, self._clock, working)
        return [check for check in checks if is_meant(check.check_id, named)]

    async def run(
        self,
        checks: Sequence[Check],
        *,
        by: str,
        hand: Hand,
        allowed: frozenset[Needs],
        begins: Begins,
        ends: Ends,
    ) -> tuple[SelfTest, str | None]:
        """Do them, while no other is done; what was found, and the page on which it is kept."""
        assert not self.busy, "who asks looks first"
        self.busy = True
        try:
            began_at, since = self._clock.now(), self._clock.monotonic()
            results = await run_checks(checks, hand=hand, allowed=allowed, begins=begins, ends=ends)
            took_s = max(self._clock.monotonic() - since, 0.0)
            report = self._report(results, by, began_at, took_s)
            kept = await self._keep(report)
            if self._tell is not None:
                await self._tell(report)
            return report, kept
        finally:
            self.busy = False

    def _report(
        self, results: Sequence[Result], by: str, began_at: datetime, took_s: float
    ) -> SelfTest:
        gateway = self._configuration().gateway
        return SelfTest(
            gateway_id=gateway.id,
            version=__version__,
            language=gateway.language,
            timezone=gateway.timezone,
            began_at=began_at,
            took_s=took_s,
            by=by,
            with_service=self._facts is not None,
            results=tuple(results),
        )

    async def _keep(self, report: SelfTest) -> str | None:
        # Here, so that a gateway that was never tested has no pages in its memory.
        from heimvakt.checks.kept import keep

        if self._facts is not None:  # else whoever asked reads it on the terminal
            named = [one.check_id for one in report.of(Outcome.WARN, Outcome.FAIL)]
            log.info("self-test", checks=len(report.results), named=named, by=report.by)
        try:
            async with asyncio.timeout(KEEP_S):
                return str(await apart(lambda: keep(self._state, report)))
        except OSError as error:  # also a TimeoutError
            log.warning("a self-test is not kept", error=str(error))
        return None
