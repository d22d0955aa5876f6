"""A whole contest: every contestant through every trial, and what came of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from . import trials
from .arena import Arena, arena
from .contestant import CannotTakePart, Contestant
from .plan import Plan
from .trials import Backlog, Losses, Reconnect

KILL, BACKLOG, BLACK_HOLE, RECONNECT = "kill", "backlog", "black hole", "reconnect"

Result = Losses | Backlog | Reconnect
Trial = Callable[[Arena], Awaitable[Result]]


@dataclass(slots=True)
class Figures:
    """Of one contestant."""

    settings: str
    trials: dict[str, list[Result]] = field(default_factory=dict)
    """By what was done: an entry for each run that came to its end."""
    failed: str = ""
    """Why it takes no further part."""


class Contest:
    """Run once. Each trial has an arena of its own, so nothing is left over from the one before."""

    def __init__(
        self,
        entrants: Sequence[type[Contestant]],
        plan: Plan,
        folder: Path,
        say: Callable[[str], None],
    ) -> None:
        self.figures = {each.name: Figures(each.settings) for each in entrants}
        self._entrants = entrants
        self._plan = plan
        self._folder = folder
        self._say = say
        self._busy = asyncio.Semaphore(plan.beside)
        self._arenas = 0

    async def run(self) -> None:
        """All of it."""
        plan, chance = self._plan, random.Random(self._plan.seed)
        for run in range(plan.kills):
            self._say(f"kill {run + 1} of {plan.kills}")
            after_s = chance.uniform(0.1, 1.0) * plan.kill_events / plan.kill_per_s
            fed = partial(trials.kill, events=plan.kill_events, per_s=plan.kill_per_s)
            await self._each(KILL, partial(fed, after_s=after_s))
        for records, run in ((r, n) for r in plan.records for n in range(plan.runs)):
            self._say(f"backlog of {records}, {run + 1} of {plan.runs}")
            rest_s = plan.rest_s + chance.uniform(0.0, plan.more_s)
            waits_for = partial(trials.backlog, events=records, rest_s=rest_s)
            await self._each(f"{BACKLOG} {records}", waits_for)
        for run in range(plan.runs):
            self._say(f"black hole of {plan.hole_s:g} s, {run + 1} of {plan.runs}")
            hole = partial(trials.black_hole, hole_s=plan.hole_s, per_s=plan.hole_per_s)
            await self._each(BLACK_HOLE, hole, waits=True)
        self._say(f"{plan.down_s:g} s down, {plan.runs} of {plan.runs} at the same time")
        async with asyncio.TaskGroup() as group:
            for _ in range(plan.runs):
                down_s = plan.down_s + chance.uniform(0.0, plan.more_s)
                down = partial(trials.reconnect, down_s=down_s)
                group.create_task(self._each(RECONNECT, down, waits=True))

    async def _each(self, name: str, trial: Trial, *, waits: bool = False) -> None:
        async with asyncio.TaskGroup() as group:
            for entrant in self._entrants:
                figures = self.figures[entrant.name]
                if not figures.failed:
                    results = figures.trials.setdefault(name, [])
                    group.create_task(self._one(entrant, figures, results, trial, waits))

    async def _one(
        self,
        entrant: type[Contestant],
        figures: Figures,
        results: list[Result],
        trial: Trial,
        waits: bool,
    ) -> None:
        self._arenas += 1
        folder = self._folder / str(self._arenas)
        try:
            async with AsyncExitStack() as turn:
                await turn.enter_async_context(self._busy)
                async with arena(entrant, folder) as there:
                    await there.ready()
                    if waits:
                        await turn.aclose()
                    results.append(await trial(there))
        except* (CannotTakePart, OSError, TimeoutError) as group:
            figures.failed = "; ".join(map(str, _leaves(group)))
            self._say(f"{entrant.name} takes no further part: {figures.failed}")


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
