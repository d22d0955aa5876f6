"""Do checks one after another, each in its time: one that hangs or falls never keeps the rest.

One at a time, because they measure: two that flush the same disk would find it slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from heimvakt.core.checks import Check, Found, Hand, Needs, Result, failed, skipped, why_not
from heimvakt.core.words import Words, spell_duration

log = structlog.get_logger("self-test")

HAND_S = 60.0
"""How long a person may take to do what a check asks for, beside its own time."""

Begins = Callable[[Check], Awaitable[None]]
Ends = Callable[[Result], Awaitable[None]]


class Nobody:
    """In front of the box; keeps `core.checks.Hand`."""

    async def ask(self, question: Words) -> bool | None:
        """See the port."""
        return None


async def run_checks(
    checks: Sequence[Check],
    *,
    hand: Hand,
    allowed: frozenset[Needs],
    begins: Begins,
    ends: Ends,
) -> list[Result]:
    """Do all of them, in their order; tells of each as it begins and ends. How many there are is
    bounded by what the configuration names."""
    results: dict[str, Result] = {}
    for check in checks:
        await begins(check)
        results[check.check_id] = result = await _done(check, results, hand, allowed)
        await ends(result)
    return list(results.values())


async def _done(
    check: Check, results: dict[str, Result], hand: Hand, allowed: frozenset[Needs]
) -> Result:
    loop = asyncio.get_running_loop()
    began = loop.time()
    why = why_not(check, results, allowed)
    found = await _measured(check, hand) if why is None else skipped(why)
    return Result(
        check_id=check.check_id,
        part=check.part,
        title=check.title,
        outcome=found.outcome,
        text=found.text,
        measured=found.measured,
        unit=check.unit,
        limit=check.limit,
        advice=found.advice,
        took_s=loop.time() - began,
    )


async def _measured(check: Check, hand: Hand) -> Found:
    within_s = check.within_s + (HAND_S if check.needs is Needs.HAND else 0.0)
    limit = asyncio.timeout(within_s)
    try:
        async with limit:
            return await check.measure(hand)
    # A mistake in one check must not keep those after it from being done; it is told as failed.
    except Exception as error:
        if limit.expired():
            return _late(within_s)
        log.exception("a check fell", check=check.check_id)
        what = f"{type(error).__name__}: {error}"
        return failed(
            Words(nb=f"kontrollen selv falt: {what}", en=f"the check itself fell: {what}"),
            Words(
                nb="meld fra, med: heimvakt selftest --json",
                en="report it, with: heimvakt selftest --json",
            ),
        )


def _late(within_s: float) -> Found:
    spelt = spell_duration(within_s)
    return failed(
        Words(nb=f"ikke ferdig på {spelt.nb}", en=f"not done in {spelt.en}"),
        Words(
            nb="det henger: se loggen, journalctl -u heimvakt",
            en="it hangs: see the log, journalctl -u heimvakt",
        ),
    )
