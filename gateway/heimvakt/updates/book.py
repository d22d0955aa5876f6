"""What is known of changes, in memory as it is on the disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from heimvakt.core.events import ChangeOutcome
from heimvakt.core.ports import Clock

from . import change as life
from . import state_file
from .change import Change, State

log = structlog.get_logger("update")


class Book:
    """Of one box. Who asks it what is so, asks for what is on the disk."""

    def __init__(self, folder: Path, clock: Clock, tidy: Callable[[str], None]) -> None:
        """`tidy` removes what belongs to no change but this one."""
        self._folder = folder
        self._clock = clock
        self._tidy = tidy
        self._said = ""
        self.state = state_file.read(folder)

    def write(self, state: State) -> None:
        """Returns when it is on the disk.

        Raises:
            OSError: it is not; what was before is.
        """
        state_file.write(self._folder, state)
        self.state = state
        self._said = ""

    def go_on(self, change: Change) -> None:
        """The change that is on, in another stage."""
        self.write(replace(self.state, change=change))

    def end(self, outcome: ChangeOutcome, reason: str = "") -> None:
        """It is over, and the gateway has to be told."""
        self.write(life.end(self.state, outcome, self._clock.now(), reason))
        self.tidy()

    def tidy(self) -> None:
        """Remove what belongs to no change that is on."""
        self._tidy(self.state.change.change_id if self.state.change else "")

    def say(self, what: str) -> None:
        """Into the log, once, and again when it is something else."""
        if what and what != self._said:
            log.info(what)
            self._said = what
