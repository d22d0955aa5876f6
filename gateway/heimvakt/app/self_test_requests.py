"""The self-tests over the control socket: told check by check, and a person's answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from heimvakt.core.checks import Check, Needs, Result
from heimvakt.core.codec import encode
from heimvakt.core.words import Words
from heimvakt.runtime.control import Answer, Handler, Request, RequestRefused, StepHandler, Tell

from .self_tests import SelfTests

NAMES_MAX = 100


class Person:
    """In front of the box, at the other end of the socket; keeps `core.checks.Hand`."""

    def __init__(self) -> None:
        self._tell: Tell | None = None
        self._answer: asyncio.Future[bool] | None = None
        self._number = 0

    async def ask(self, question: Words) -> bool | None:
        """See the port; whoever does not answer lets the check run out of its time."""
        if self._tell is None:
            return None
        self._number += 1
        self._answer = asyncio.get_running_loop().create_future()
        await self._tell({"asks": encode(question), "question": self._number})
        try:
            return await self._answer
        finally:
            self._answer = None

    def follow(self, tell: Tell | None) -> None:
        """Whom to ask from now on."""
        self._tell = tell

    def answer(self, number: object, yes: object) -> None:
        """What the person says.

        Raises:
            RequestRefused: nobody has asked that.
        """
        if number != self._number or self._answer is None or not isinstance(yes, bool):
            raise RequestRefused("nobody waits for this answer")
        if not self._answer.done():
            self._answer.set_result(yes)


def self_test_works(tests: SelfTests, person: Person) -> Mapping[str, StepHandler]:
    """`self-test`: `only` names some of the checks, `with` says what they may do."""

    async def self_test(request: Request, tell: Tell) -> Answer:
        only, allowed = _names(request, "only"), _allowed(request)
        checks = tests.meant(only)
        if not checks:
            raise RequestRefused(f"there is no check of that name: {', '.join(only)}")
        done = 0

        async def begins(check: Check) -> None:
            title = {"part": encode(check.part), "title": encode(check.title)}
            count = {"number": done + 1, "of": len(checks), "language": tests.language}
            await tell({"begins": check.check_id, **count, **title})

        async def ends(result: Result) -> None:
            nonlocal done
            done += 1
            await tell({"result": encode(result)})

        if tests.busy:
            raise RequestRefused("a self-test is being done already: wait a minute")
        person.follow(tell)
        try:
            report, kept = await tests.run(
                checks, by="command", hand=person, allowed=allowed, begins=begins, ends=ends
            )
        finally:
            person.follow(None)
        head = {key: value for key, value in encode(report).items() if key != "results"}
        return {"report": head, "kept": kept}

    return {"self-test": self_test}


def self_test_answers(person: Person) -> Mapping[str, Handler]:
    """`self-test-answer`: what a person says to a question of a check."""

    async def answer(request: Request) -> Answer:
        person.answer(request.get("question"), request.get("yes"))
        return {"taken": True}

    return {"self-test-answer": answer}


def _names(request: Request, key: str) -> list[str]:
    value: Any = request.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise RequestRefused(f"{key} is a list of names")
    if len(value) > NAMES_MAX:
        raise RequestRefused(f"{key} has at most {NAMES_MAX} names")
    return value


def _allowed(request: Request) -> frozenset[Needs]:
    named = _names(request, "with")
    if unknown := set(named) - set(Needs):
        raise RequestRefused(f"with knows {', '.join(Needs)}, and not {', '.join(sorted(unknown))}")
    return frozenset(Needs(one) for one in named)
