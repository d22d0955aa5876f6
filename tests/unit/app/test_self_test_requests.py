"""The self-tests over the control socket: what a person says reaches the check that asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from heimvakt.app.self_test_requests import Person, self_test_answers, self_test_works
from heimvakt.app.self_tests import SelfTests
from heimvakt.core.checks import Check, Found, Hand, Needs, failed, passed
from heimvakt.core.words import Words
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.control import RequestRefused
from tests.support.homes import EVENING

WORD = Words(nb="x", en="x")
LAMP = Words(nb="Lyser lampen?", en="Does the lamp burn?")


async def asks(hand: Hand) -> Found:
    return passed(WORD) if await hand.ask(LAMP) else failed(WORD, WORD)


class Asked:
    """Somebody at the other end, who answers what he is asked by what he is told to say."""

    def __init__(self, folder: Path, says: bool = True) -> None:
        configuration = Mock()
        configuration.gateway = Mock(id="g", language="en", timezone="Europe/Oslo")
        self.tests = SelfTests(lambda: configuration, folder, DrivenClock(EVENING))
        check = Check(
            check_id="driver/gpio/lamp", part=WORD, title=WORD, measure=asks, needs=Needs.HAND
        )
        self.tests.meant = lambda named: [check]  # type: ignore[method-assign]
        self.person = Person()
        self.steps: list[Mapping[str, Any]] = []
        self._says = says

    async def answer(self, **said: object) -> Mapping[str, Any]:
        return await self_test_answers(self.person)["self-test-answer"](said)

    async def tell(self, step: Mapping[str, Any]) -> None:
        self.steps.append(step)
        if "asks" in step:
            for wrong in ({}, {"question": 99, "yes": True}, {"question": 1, "yes": "perhaps"}):
                with pytest.raises(RequestRefused, match="waits for this answer"):
                    await self.answer(**wrong)
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(self.person.answer, step["question"], self._says)

    async def done(self, **said: object) -> Mapping[str, Any]:
        works = self_test_works(self.tests, self.person)
        return await works["self-test"](said, self.tell)


@pytest.mark.parametrize(("says", "outcome"), [(True, "pass"), (False, "fail")])
async def test_what_the_person_says_decides(tmp_path: Path, says: bool, outcome: str) -> None:
    asked = Asked(tmp_path, says)
    told = await asked.done(**{"with": ["hand"]})
    begins, question, result = asked.steps
    assert (begins["begins"], begins["number"], begins["of"]) == ("driver/gpio/lamp", 1, 1)
    assert question["asks"] == {"nb": LAMP.nb, "en": LAMP.en}
    assert result["result"]["outcome"] == outcome
    assert told["report"]["by"] == "command"
    assert told["kept"].startswith(str(tmp_path))
    assert not asked.tests.busy


async def test_without_leave_nobody_is_asked(tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    await asked.done()
    assert asked.steps[-1]["result"]["outcome"] == "skipped"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"with": ["everything"]}, "bolt, hand"),
        ({"with": "hand"}, "list of names"),
        ({"only": [1]}, "list of names"),
        ({"only": ["x"] * 101}, "at most 100"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, said: dict[str, object], why: str
) -> None:
    with pytest.raises(RequestRefused, match=why):
        await Asked(tmp_path).done(**said)


async def test_there_is_one_at_a_time_and_whoever_hangs_up_ends_it(tmp_path: Path) -> None:
    asked = Asked(tmp_path)
    asked.person.ask = _never  # type: ignore[method-assign, assignment]
    first = asyncio.get_running_loop().create_task(asked.done(**{"with": ["hand"]}))
    while not asked.steps:  # noqa: ASYNC110 - the first step is told in the next turns of the loop
        await asyncio.sleep(0)
    with pytest.raises(RequestRefused, match="being done already"):
        await asked.done()
    first.cancel()
    await asyncio.wait([first])
    assert (await asked.done())["report"]["by"] == "command"


async def _never(_: Words) -> bool | None:
    await asyncio.get_running_loop().create_future()
    return None
