"""What the dispenser remembers over restarts: doses, log, commands, clock. Written whole each time.

A crash leaves what was written last. So every act of the machine is: write what is meant to be
done, do it, write that it was done; and on a start go on with what was meant.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from .flash import Flash, plain

LOG_MAX = 1000
COMMANDS_MAX = 32
SETTLED_MIN = 3 * 24 * 60
"""Doses that are done with are forgotten after so many minutes; `floor` stands for them then."""


class Stage(StrEnum):
    """Of a dose."""

    WAITING = "waiting"
    OUT = "out"
    TAKEN = "taken"
    MISSED = "missed"


@dataclass(slots=True)
class Dose:
    """One of the plan."""

    minute: int
    window: int
    stage: Stage = Stage.WAITING
    section: int | None = None
    """Where it is, once the carousel was turned for it."""
    how: int = 0
    until: float = 0.0
    """While it is out: when it is locked away."""
    reminded: bool = False

    @property
    def at(self) -> float:
        """Seconds since 1970."""
        return self.minute * 60.0

    @property
    def closes(self) -> float:
        """Seconds since 1970."""
        return (self.minute + self.window) * 60.0

    @property
    def settled(self) -> bool:
        """Nothing more happens to it."""
        return self.stage in (Stage.TAKEN, Stage.MISSED)


@dataclass(slots=True)
class LogRecord:
    """One entry of the log."""

    number: int
    code: int
    tlvs: str
    """In hexadecimal digits."""
    crystal: float
    boot: int


@dataclass(slots=True)
class Done:
    """What came of a command."""

    number: int
    result: int
    reason: int


@dataclass(slots=True)
class Turning:
    """What the motor is at."""

    minute: int
    section: int
    how: int
    until: float
    ready: float
    """On the crystal."""
    command: int | None


@dataclass(slots=True)
class Memory:
    """See the module."""

    flash: Flash
    log: int = 0
    boot: int = 0
    last: int = 0
    """Of the log, the newest record."""
    records: list[LogRecord] = field(default_factory=list)
    plan: int = 0
    doses: dict[int, Dose] = field(default_factory=dict)
    floor: int = 0
    """No dose up to this minute is ever begun."""
    offset: float | None = None
    """From the crystal to the time of day; None: the time is not known."""
    commands: list[Done] = field(default_factory=list)
    turning: Turning | None = None
    jammed: bool = False
    lid_open: bool = False
    tilted: bool = False
    on_battery: bool = False
    low: bool = False
    empty: bool = False
    filling: int = 0

    @classmethod
    def load(cls, flash: Flash) -> Self:
        """What was written last; with a log of its own if there is nothing."""
        memory, text = cls(flash), flash.read()
        if text is None:
            memory.log = int.from_bytes(os.urandom(8), "little") or 1
            return memory
        kept: dict[str, Any] = json.loads(text)
        for name, value in kept.items():
            setattr(memory, name, value)
        memory.records = [LogRecord(**each) for each in kept["records"]]
        memory.commands = [Done(**each) for each in kept["commands"]]
        memory.doses = {int(k): Dose(**v) for k, v in kept["doses"].items()}
        for dose in memory.doses.values():
            dose.stage = Stage(dose.stage)
        memory.turning = Turning(**kept["turning"]) if kept["turning"] else None
        return memory

    def write(self) -> None:
        """To the flash, whole or not at all."""
        kept = plain(self)
        del kept["flash"]
        self.flash.write(json.dumps(kept, default=plain))

    # ------------------------------------------------------------------------------------ doses

    @property
    def out(self) -> Dose | None:
        """The dose that is held out."""
        found = (each for each in self.doses.values() if each.stage is Stage.OUT)
        return next(found, None)

    def in_order(self) -> list[Dose]:
        """As they come."""
        return sorted(self.doses.values(), key=lambda dose: dose.minute)

    def take_plan(self, number: int, entries: dict[int, int], now: float) -> None:
        """What has not come yet is as the plan says, what is due or turned to already stays."""
        for minute, window in entries.items():
            known = self.doses.get(minute)
            if known is None and minute > self.floor:
                self.doses[minute] = Dose(minute, window)
            elif known is not None and known.stage is Stage.WAITING:
                known.window = window
        for dose in self.in_order():
            ahead = dose.stage is Stage.WAITING and dose.at > now and dose.section is None
            begun = self.turning is not None and self.turning.minute == dose.minute
            if ahead and not begun and dose.minute not in entries:
                del self.doses[dose.minute]
        self.plan = number
        self.write()

    def forget(self, now: float) -> None:
        """Doses that are done with since long are only remembered by `floor`."""
        old = [
            dose.minute
            for dose in self.in_order()
            if dose.settled and dose.minute + SETTLED_MIN < now / 60
        ]
        for minute in old:
            del self.doses[minute]
            self.floor = max(self.floor, minute)
        if old:
            self.write()

    # ------------------------------------------------------------------------- log and commands

    def note(self, code: int, crystal: float, tlvs: bytes = b"") -> None:
        """Put a record at the end of the log; `write` makes it last."""
        self.last += 1
        self.records.append(LogRecord(self.last, code, tlvs.hex(), crystal, self.boot))
        del self.records[:-LOG_MAX]

    def acknowledged(self, log: int, record: int) -> None:
        """The gateway has these on durable storage."""
        if log == self.log and self.records and self.records[0].number <= record:
            self.records = [each for each in self.records if each.number > record]
            self.write()

    def came_of(self, command: int) -> Done | None:
        """What came of a command; None: never heard of it."""
        return next((each for each in self.commands if each.number == command), None)

    def done(self, command: int, result: int, reason: int = 0) -> None:
        """Remember what came of a command; `write` makes it last."""
        self.commands = [each for each in self.commands if each.number != command]
        self.commands.append(Done(command, result, reason))
        del self.commands[:-COMMANDS_MAX]
