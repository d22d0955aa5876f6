"""A desk whose two sides have spoken, the first two doses there, and what tests ask of it."""

from __future__ import annotations

from heimvakt_drivers.serial.dispenser.payload import Answer, Status
from tests.support.dispenser import Desk, moment

FIRST, SECOND = moment("02 09:00"), moment("02 21:00")


def synced(**more: object) -> Desk:
    desk = Desk(**more)  # type: ignore[arg-type]
    desk.run(1)
    return desk


def status_of(desk: Desk) -> Status:
    status = desk.talk.agenda.status
    assert status is not None
    return status


def answer_of(desk: Desk, name: str) -> Answer:
    answer = desk.answers[name]
    assert answer is not None
    return answer
