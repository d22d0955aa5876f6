"""What the lines of a Karusell mean. Pure: a line in, a value out.

hello 9c41              on every connection: the name of its log
17 taken 0 2026-03-02T08:00Z
                        record 17, 0 seconds ago, of the dose that is planned for that time
18 tilted 120           record 18, two minutes ago
done 5                  command 5 was carried out
alive                   every 5 seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from heimvakt.core.events import (
    DispenserTilted,
    DispenserUpright,
    DoseMissed,
    DoseOffered,
    DoseTaken,
    LoggedEvent,
)

ABOUT_A_DOSE: dict[str, type[DoseOffered | DoseTaken | DoseMissed]] = {
    "offered": DoseOffered,
    "taken": DoseTaken,
    "missed": DoseMissed,
}
ABOUT_ITSELF: dict[str, type[DispenserTilted | DispenserUpright]] = {
    "tilted": DispenserTilted,
    "upright": DispenserUpright,
}


@dataclass(frozen=True, slots=True)
class Hello:
    """A connection begins."""

    log: str


@dataclass(frozen=True, slots=True)
class Done:
    """A command was carried out."""

    number: int


@dataclass(frozen=True, slots=True)
class Alive:
    """It is there."""


def parse(line: str, device_id: str, log: str) -> Hello | Done | Alive | LoggedEvent:
    """What a line says; `log` is the one of the last hello.

    Raises:
        ValueError: nobody knows what it says.
    """
    match line.split():
        case ["hello", name]:
            return Hello(name)
        case ["alive"]:
            return Alive()
        case ["done", number]:
            return Done(int(number))
        case [record, what, ago_s, dose] if what in ABOUT_A_DOSE:
            return ABOUT_A_DOSE[what](
                device_id=device_id,
                log=log,
                record=int(record),
                ago_s=float(ago_s),
                dose=datetime.fromisoformat(dose),
            )
        case [record, what, ago_s] if what in ABOUT_ITSELF:
            return ABOUT_ITSELF[what](
                device_id=device_id, log=log, record=int(record), ago_s=float(ago_s)
            )
        case _:
            raise ValueError(f"{line!r} is no line of a Karusell")
