"""An order to a dispenser is carried out once or refused, and what came of it is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.events import DoseOffered, DoseRetracted, DoseTaken, TakenHow
from heimvakt_drivers.serial.dispenser.conversation import TRIES
from heimvakt_drivers.serial.dispenser.payload import Reason, Result
from tests.support.dispenser_book import check
from tests.support.dispenser_desk import FIRST, SECOND, answer_of, synced


def test_a_dose_released_early_is_taken_early() -> None:
    desk = synced()
    desk.release("once", FIRST)
    desk.speak()
    assert answer_of(desk, "once").result == Result.DONE
    assert desk.device.take()
    desk.go_on(hours=3)
    [taken] = [e for e in desk.events if isinstance(e, DoseTaken)]
    assert (taken.dose, taken.how) == (FIRST, TakenHow.EARLY)
    assert len([e for e in desk.events if isinstance(e, DoseOffered)]) == 1
    check(desk)


def test_a_dose_for_travel_is_taken_for_travel() -> None:
    desk = synced()
    desk.release("one", FIRST, travel=True)
    desk.speak()
    desk.device.take()
    desk.release("two", SECOND, travel=True)
    desk.speak()
    desk.device.take()
    desk.speak()
    hows = [e.how for e in desk.events if isinstance(e, DoseTaken)]
    assert hows == [TakenHow.TRAVEL, TakenHow.TRAVEL]


def test_a_dose_that_is_left_is_locked_away_and_offered_again_at_its_time_from_its_section() -> (
    None
):
    desk = synced()
    desk.release("once", FIRST)
    desk.speak()
    desk.go_on(minutes=40)
    assert [type(e) for e in desk.events[2:]] == [DoseOffered, DoseRetracted]
    desk.go_on(minutes=30)
    assert desk.device.take()
    desk.speak()
    assert desk.device.turns == [(1, 1)]
    [taken] = [e for e in desk.events if isinstance(e, DoseTaken)]
    assert taken.how is TakenHow.IN_TIME
    check(desk)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("tilt", Reason.TILTED),
        ("open", Reason.LID_OPEN),
        ("time", Reason.CLOCK),
        ("empty", Reason.EMPTY),
        ("second", Reason.NOT_NEXT),
        ("foreign", Reason.OVER),
        ("late", Reason.EXPIRED),
    ],
)
def test_what_cannot_be_given_is_refused_with_the_reason(name: str, reason: Reason) -> None:
    desk = synced()
    dose = {"second": SECOND, "foreign": FIRST + timedelta(minutes=1)}.get(name, FIRST)
    match name:
        case "tilt":
            desk.device.tilt()
        case "open":
            desk.device.open_lid()
        case "time":
            desk.device.lose_time()
        case "empty":
            desk.device.refill(0)
    order = desk.release("no", dose)
    if name == "late":
        order.expires -= 60
    desk.run(1)
    answer = answer_of(desk, "no")
    assert (answer.result, answer.reason) == (Result.REFUSED, reason)
    assert desk.device.turns == []


def test_a_jam_on_the_way_is_told_and_the_dose_is_still_there_when_it_is_freed() -> None:
    desk = synced()
    desk.device.jam()
    desk.release("once", FIRST)
    desk.run(1)
    assert answer_of(desk, "once").result == Result.FAILED
    desk.device.jam(stuck=False)
    desk.go_on(minutes=70)
    assert desk.device.take()
    desk.speak()
    assert "dispenser-jammed" in desk.kinds()
    assert "dispenser-freed" in desk.kinds()
    check(desk)


def test_a_motor_that_takes_its_time_is_waited_for_and_asked() -> None:
    desk = synced()
    desk.device.machine.turn_s = 4.0
    desk.release("once", FIRST)
    desk.run(2)
    assert "once" not in desk.answers
    desk.device.restart()
    desk.run(4)
    assert answer_of(desk, "once").result == Result.DONE
    assert desk.device.turns == [(1, 1)]


def test_after_a_break_it_is_asked_what_came_of_an_order() -> None:
    desk = synced()
    desk.release("once", FIRST)
    desk.device.faults.answers_lost = TRIES + 2
    desk.run(2)
    assert desk.device.turns == [(1, 1)]
    desk.device.faults.mend()
    desk.run(3)
    assert answer_of(desk, "once").result == Result.DONE
    assert desk.device.turns == [(1, 1)]


def test_the_same_command_after_a_restart_of_the_gateway_has_the_same_result() -> None:
    desk = synced()
    desk.release("once", FIRST)
    desk.speak()
    desk.device.take()
    desk.restart()
    desk.answers.clear()
    desk.run(1)
    desk.release("once", FIRST)
    desk.run(1)
    assert answer_of(desk, "once").result == Result.DONE
    assert desk.device.turns == [(1, 1)]


def test_what_came_of_an_order_is_unknown_when_the_memory_is_lost() -> None:
    desk = synced()
    desk.release("once", FIRST)
    desk.device.faults.answers_lost = 100
    desk.run(2)
    desk.device.forget()
    desk.device.faults.mend()
    desk.run(5)
    assert desk.answers["once"] is None
    assert desk.device.turns == [(1, 1)]
