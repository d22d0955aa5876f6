"""What a hand-over has seen so far, kept after each thing: what works is not tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from heimvakt.commissioning import progress as pr
from heimvakt.commissioning.kept import Desk
from heimvakt.commissioning.record import Progress, Seen, Step
from heimvakt.commissioning.words import role_of
from heimvakt.core.checks import Outcome
from heimvakt.core.words import Words

from .client import ask
from .commission_talk import Choice, Talk
from .exits import Exit

DONE_BEFORE = Words(nb="gjort før avbruddet: ", en="done before the break: ")


@dataclass(slots=True, kw_only=True)
class Notes:
    """Of one run of the command."""

    socket: Path | None
    file: Path
    """Of the home."""
    talk: Talk
    desk: Desk
    progress: Progress
    within_s: float
    """How long each device is waited for."""

    @property
    def language(self) -> str:
        """Of the home."""
        return self.talk.language

    def devices(self) -> dict[str, Any]:
        """Of the home, as they are now."""
        rows: dict[str, Any] = ask(self.socket, {"do": "devices"})["devices"]
        return rows

    def configuration(self) -> str:
        """The SHA-256 of what is in force."""
        return str(ask(self.socket, {"do": "unit"})["configuration"])

    def now(self) -> datetime:
        """By the clock of the gateway."""
        return datetime.fromisoformat(ask(self.socket, {"do": "status"})["now"])

    def hold(self) -> None:
        """Leave out what was seen of something that is another thing now."""
        self.progress = pr.held(self.progress, self.devices(), self.configuration())

    def of_device(
        self,
        step: Step,
        device_id: str,
        outcome: Outcome,
        found: Words,
        seconds: float | None = None,
    ) -> Seen:
        """What came of trying a device."""
        return Seen(
            step=step,
            what=device_id,
            label=device_id,
            outcome=outcome,
            at=self.now(),
            found=found.in_language(self.language),
            seconds=seconds,
            of=pr.device_mark(self.devices()[device_id]),
        )

    def note(self, *seen: Seen) -> None:
        """Keep it, on the disk."""
        for one in seen:
            self.progress = pr.noted(self.progress, one)
        self.desk.keep(self.progress)

    def of(self, step: Step) -> list[Seen]:
        """What one step has seen so far."""
        return [one for one in self.progress.seen if one.step is step]

    def until_settled(self, step: Step, device_id: str, attempt: Callable[[], Seen]) -> None:
        """Try a device until it works or is left for a reason; what is settled stays so."""
        before = pr.seen_of(self.progress, step, device_id)
        if before is not None and pr.is_settled(before):
            self.say_before(before)
            return
        while True:
            seen = attempt()
            self.note(seen)
            told = f"{seen.found}: {seen.reason}" if seen.reason else seen.found
            self.talk.row(seen.outcome, seen.label, told)
            if pr.is_settled(seen):
                return
            if self.talk.how() is Choice.LEAVE:
                self.leave(seen)
                return

    def leave(self, *seen: Seen) -> None:
        """As it is, for a reason that the sheet shows."""
        reason = self.talk.reason()
        self.note(*(replace(one, reason=reason) for one in seen))

    def say_before(self, seen: Seen) -> None:
        """It was done before the hand-over was broken off."""
        what = DONE_BEFORE.in_language(self.language) + (seen.reason or seen.found)
        self.talk.row(seen.outcome, seen.label, what)

    def label(self, device_id: str) -> str:
        """`bed (seng, bedroom)`."""
        row = self.devices()[device_id]
        about = ", ".join(filter(None, (role_of(row["role"], self.language), row["room"])))
        return f"{device_id} ({about})"


def went_well(work: Callable[[], object]) -> bool:
    """Do something of another command; False if that said what is wrong, and would have ended.

    A service that is gone ends this command too.
    """
    try:
        work()
    except typer.Exit as ended:
        if ended.exit_code in (Exit.GOOD, Exit.FOUND, Exit.USAGE):
            return ended.exit_code == Exit.GOOD
        raise
    return True
