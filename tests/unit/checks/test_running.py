"""Checks are done one after another: one that hangs or falls costs itself alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from heimvakt.checks.apart import HANGING_MAX, apart
from heimvakt.checks.running import Nobody, run_checks
from heimvakt.core.checks import Check, Found, Hand, Needs, Outcome, Result, is_meant, passed
from heimvakt.core.words import Words

WORD = Words(nb="x", en="x")


async def well(_: Hand) -> Found:
    return passed(WORD)


async def hangs(_: Hand) -> Found:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


async def falls(_: Hand) -> Found:
    raise KeyError("what nobody thought of")


def check(name: str, measure: Callable[[Hand], Awaitable[Found]] = well, **more: object) -> Check:
    return Check(check_id=name, part=WORD, title=WORD, measure=measure, **more)  # type: ignore[arg-type]


async def run(*checks: Check, allowed: frozenset[Needs] = frozenset()) -> dict[str, Result]:
    told: list[str] = []

    async def begins(one: Check) -> None:
        told.append(f"begins {one.check_id}")

    async def ends(one: Result) -> None:
        told.append(f"ends {one.check_id}")

    results = await run_checks(checks, hand=Nobody(), allowed=allowed, begins=begins, ends=ends)
    assert told == [f"{what} {one.check_id}" for one in checks for what in ("begins", "ends")]
    return {one.check_id: one for one in results}


async def test_one_that_hangs_and_one_that_falls_never_keep_the_rest() -> None:
    results = await run(check("a"), check("b", hangs, within_s=0.05), check("c", falls), check("d"))
    outcomes = {i: one.outcome for i, one in results.items()}
    assert outcomes == {
        "a": Outcome.PASS,
        "b": Outcome.FAIL,
        "c": Outcome.FAIL,
        "d": Outcome.PASS,
    }
    assert "not done in" in results["b"].text.en
    assert "KeyError" in results["c"].text.en


async def test_what_cannot_be_without_another_is_skipped_and_names_it() -> None:
    results = await run(
        check("a", falls), check("b", after=("a",)), check("c", after=("b",)), check("d")
    )
    assert [one.outcome for one in results.values()] == [
        Outcome.FAIL,
        Outcome.SKIPPED,
        Outcome.SKIPPED,
        Outcome.PASS,
    ]
    alone = await run(check("b", after=("a",)))
    assert alone["b"].outcome is Outcome.PASS, "nobody has asked for the other"


@pytest.mark.parametrize("needs", list(Needs))
async def test_what_needs_more_is_done_only_when_somebody_asks(needs: Needs) -> None:
    assert (await run(check("a", falls, needs=needs)))["a"].outcome is Outcome.SKIPPED
    asked = await run(check("a", needs=needs), allowed=frozenset({needs}))
    assert asked["a"].outcome is Outcome.PASS


async def test_a_look_that_blocks_blocks_nobody_and_only_so_many_hang() -> None:
    free = threading.Event()

    def blocks() -> str:
        free.wait()
        return "at last"

    try:
        for _ in range(HANGING_MAX):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await apart(blocks)
        with pytest.raises(TimeoutError, match="too many"):
            await apart(lambda: "soon")
    finally:
        free.set()
    for thread in threading.enumerate():
        if thread.name == "heimvakt-check":
            thread.join()
    assert await apart(lambda: "soon") == "soon"
    with pytest.raises(OSError, match="broken"):
        await apart(_broken)


def _broken() -> None:
    raise OSError("broken")


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ([], True),
        (["hall-motion"], True),
        (["device/hall-motion/link"], True),
        (["device"], True),
        (["hall"], False),
        (["hall-motion/battery"], False),
        (["store", "link"], True),
        (["/device/"], True),
    ],
)
def test_a_check_is_meant_by_its_id_or_by_words_of_it(named: list[str], meant: bool) -> None:
    assert is_meant("device/hall-motion/link", named) is meant
