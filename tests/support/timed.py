"""Times that are promised in seconds, held on a machine that others use too.

A busy machine makes slower and never faster: a promise is broken when it is not kept once in three
rounds. Only what was too slow is done again; what is lost or wrong fails at once.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROUNDS = 3


class TooSlow(AssertionError):
    """It took longer than is promised."""


def in_time(took_s: float, most_s: float, what: str = "it") -> None:
    """Raises TooSlow unless it is."""
    if took_s > most_s:
        raise TooSlow(f"{what} took {took_s:.3f} s, and {most_s:.3f} s at most is promised")


def timed(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """A test with `in_time` in it; each round has a folder of its own for `tmp_path`."""

    @functools.wraps(test)
    async def in_rounds(**given: Any) -> None:
        folder: Path | None = given.get("tmp_path")
        for number in range(1, ROUNDS + 1):
            if folder is not None:
                given["tmp_path"] = folder / str(number)
                given["tmp_path"].mkdir()
            try:
                return await test(**given)
            except TooSlow as slow:
                if number == ROUNDS:
                    raise
                print(f"round {number}: {slow}")

    return in_rounds
