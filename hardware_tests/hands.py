"""The hands that a test needs: a person who is asked, nobody, or those of the virtual devices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import pytest


class Hands(Protocol):
    """Who does what a test cannot do itself."""

    async def do(self, what: str) -> None:
        """Have it done; returns when it is, and was said on the wire. Skips the test where nobody
        can."""

    async def put(self, what: str) -> None:
        """Have it so while nobody listens."""

    async def sees(self, question: str) -> bool:
        """Whether it is so."""


class Nobody:
    """Nobody is at the bench."""

    async def do(self, what: str) -> None:
        """See the protocol."""
        pytest.skip(f"nobody is here to do it: {what} (leave --no-hands out)")

    async def put(self, what: str) -> None:
        """See the protocol."""
        await self.do(what)

    async def sees(self, question: str) -> bool:
        """See the protocol."""
        pytest.skip(f"nobody is here to say: {question} (leave --no-hands out)")


class Person:
    """Reads what to do on the terminal and confirms it."""

    def __init__(self, uncaptured: Callable[[], AbstractContextManager[None]]) -> None:
        """`uncaptured`: while it lasts pytest lets go of the terminal."""
        self._uncaptured = uncaptured

    async def do(self, what: str) -> None:
        """See the protocol."""
        answer = await asyncio.to_thread(self._say, f"{what}\n  then Enter; s: cannot be done")
        if answer.strip().lower() == "s":
            pytest.skip(f"could not be done: {what}")

    async def put(self, what: str) -> None:
        """See the protocol."""
        await self.do(what)

    async def sees(self, question: str) -> bool:
        """See the protocol."""
        answer = await asyncio.to_thread(self._say, f"{question} [y/n]")
        return answer.strip().lower() in ("y", "j", "yes", "ja")

    def _say(self, text: str) -> str:
        with self._uncaptured():
            return input(f"\n>>> {text} ")


class Virtual:
    """Those of the virtual devices: what a rig says in words is a call here."""

    def __init__(
        self,
        doings: Mapping[str, Callable[[], Awaitable[object]]],
        rests: Mapping[str, Callable[[], object]],
    ) -> None:
        """`rests` are done without a word on the wire."""
        self._doings = doings
        self._rests = rests

    async def do(self, what: str) -> None:
        """See the protocol."""
        await self._doings[what]()

    async def put(self, what: str) -> None:
        """See the protocol."""
        self._rests[what]()

    async def sees(self, question: str) -> bool:
        """Its devices never fail by themselves."""
        return True
