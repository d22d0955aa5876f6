"""What is asked, what is told, and what is done once: our side and a dispenser, by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.events import (
    ClockQuality,
    ContactBack,
    ContactLost,
    DispenserTilted,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    TakenHow,
)
from heimvakt_drivers.serial.dispenser.agenda import POLL_S
from heimvakt_drivers.serial.dispenser.conversation import TRIES
from heimvakt_drivers.serial.dispenser.payload import Answer, Reason, Result, Status
from tests.support.dispenser import MORNING, Desk, moment, plan
from tests.support.dispenser_book import check

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


# ------------------------------------------------------------------------------------- contact


def test_the_first_contact_brings_the_time_the_plan_and_what_is_in_the_log() -> None:
    desk = synced()
    machine = desk.device.machine
    assert machine.time == pytest.approx(desk.now.timestamp(), abs=1)
    assert min(machine.memory.doses) * 60 == FIRST.timestamp()
    assert desk.kinds() == ["dispenser-refilled", "contact-back"]


def test_contact_is_told_back_only_after_what_happened_meanwhile() -> None:
    desk = synced()
    desk.device.faults.cut_after = 0
    desk.run(2)
    desk.device.tilt()
    desk.device.faults.mend()
    desk.run(3)
    assert desk.kinds()[2:] == ["contact-lost", "dispenser-tilted", "contact-back"]


def test_one_that_is_gone_again_before_it_has_told_all_is_told_as_lost_again() -> None:
    """What it told made it one that speaks, for whoever heard it."""
    desk = synced()
    desk.device.faults.cut_after = 0
    desk.run(2)
    desk.device.tilt()
    desk.device.faults.mend()
    while desk.kinds()[-1] != "dispenser-tilted":
        desk.run(0.01)
    desk.device.faults.cut_after = 0
    desk.run(30)
    assert desk.kinds()[2:] == ["contact-lost", "dispenser-tilted", "contact-lost"]
    desk.device.faults.mend()
    desk.run(5)
    assert desk.kinds()[5:] == ["contact-back"]


def test_contact_is_lost_after_a_second_and_told_once() -> None:
    desk = synced()
    desk.device.faults.cut_after = 0
    began = desk.now
    desk.run(30)
    lost = [event for event in desk.events if isinstance(event, ContactLost)]
    assert len(lost) == 1
    assert timedelta(seconds=0.8) < lost[0].at - began < timedelta(seconds=1.6)
    assert lost[0].reason == "it does not answer"


def test_if_we_stood_still_ourselves_contact_is_not_lost() -> None:
    desk = synced()
    for _ in range(5):
        desk.now += timedelta(seconds=5)
        desk.device.faults.answers_lost = 1
        desk.run(1)
    assert desk.kinds()[-1] == "contact-back"


def test_one_that_never_answers_is_told_once_after_the_start() -> None:
    desk = Desk()
    desk.device.kill()
    desk.run(20)
    assert desk.kinds() == ["contact-lost"]


def test_one_with_another_key_is_told_as_that() -> None:
    desk = Desk(key=bytes(16))
    desk.run(20)
    [lost] = desk.events
    assert isinstance(lost, ContactLost)
    assert "key" in lost.reason
    assert desk.device.machine.memory.plan == 0


def test_a_short_restart_of_the_dispenser_is_no_loss_of_contact() -> None:
    desk = synced()
    desk.device.restart()
    desk.run(1)
    desk.device.tilt()
    desk.run(1)
    assert desk.kinds()[2:] == ["dispenser-tilted"]
    assert status_of(desk).boot == 2


def test_a_gateway_that_starts_anew_says_again_that_there_is_contact() -> None:
    desk = synced()
    desk.restart()
    desk.run(1)
    assert [type(event) for event in desk.events[1:]] == [ContactBack, ContactBack]
    assert desk.told_again == 0


# ---------------------------------------------------------------------------------- exchanges


def test_a_lost_answer_is_asked_for_again_and_the_order_is_carried_out_once() -> None:
    desk = synced()
    desk.release("once", FIRST)
    desk.device.faults.answers_lost = TRIES - 1
    before = desk.device.requests
    desk.exchange()
    assert desk.device.requests == before + 1
    assert answer_of(desk, "once").result == Result.DONE


def test_it_polls_five_times_a_second_and_not_more() -> None:
    desk = synced()
    before = desk.device.requests
    desk.run(20)
    assert desk.device.requests - before <= 20 / POLL_S + 2


def test_a_record_is_acknowledged_only_when_it_is_stored() -> None:
    desk = synced()
    desk.talk.agenda.took = lambda *_: None  # type: ignore[method-assign]
    desk.device.tilt()
    desk.run(1)
    assert desk.device.machine.memory.records[0].number == 2
    told_again = desk.told_again
    desk.restart()
    desk.run(1)
    assert desk.device.machine.memory.records == []
    assert desk.kinds().count("dispenser-tilted") == 1
    assert desk.told_again == told_again, "the store knew it, and the first poll said so"


def test_what_storage_did_not_take_is_asked_for_again_later() -> None:
    desk = synced()
    desk.talk.agenda.took = lambda entry, now: desk.talk.agenda.later(now + 5.0)  # type: ignore[method-assign]
    desk.device.tilt()
    desk.run(0.5)
    seen = desk.device.requests
    desk.run(4)
    assert desk.device.requests == seen
    desk.run(2)
    assert desk.told_again >= 1


# ---------------------------------------------------------------------------------- time, plan


def test_a_time_that_is_not_known_is_not_told_and_nothing_is_given_without_one() -> None:
    desk = Desk(clock=ClockQuality.UNKNOWN)
    desk.speak()
    desk.go_on(hours=3)
    assert desk.device.machine.time is None
    assert desk.device.turns == []
    desk.clock = ClockQuality.HOLDOVER
    desk.speak()
    desk.go_on(hours=12)
    assert [e.dose for e in desk.logged() if isinstance(e, DoseOffered)] == [SECOND]


def test_a_clock_that_is_set_is_told_at_once() -> None:
    desk = synced()
    desk.began += timedelta(minutes=30)  # the home's clock goes half an hour on, no time passes
    desk.now += timedelta(minutes=30)
    desk.run(1)
    assert desk.device.machine.time == pytest.approx(desk.now.timestamp(), abs=2)


def test_a_clock_that_is_set_back_gives_no_dose_again() -> None:
    desk = synced()
    desk.go_on(minutes=65)
    assert desk.device.take()
    desk.speak()
    desk.began -= timedelta(hours=2)
    desk.now -= timedelta(hours=2)
    desk.speak()
    desk.go_on(hours=4)
    assert len([e for e in desk.logged() if isinstance(e, DoseOffered)]) == 1
    check(desk)


def test_the_plan_is_sent_when_it_is_another_and_not_else() -> None:
    desk = synced()
    number = status_of(desk).plan
    before = desk.device.requests
    desk.restart()
    desk.run(0.2)
    assert desk.device.requests - before <= 5
    assert status_of(desk).plan == number
    desk.doses = plan(("12:00", "30"))
    desk.restart()
    desk.run(1)
    waiting = [dose.minute * 60 for dose in desk.device.machine.memory.doses.values()]
    assert min(waiting) == moment("02 12:00").timestamp()
    assert len(waiting) == 28


def test_a_change_of_daylight_saving_is_ours_alone() -> None:
    """On 29 March 2026 the clock goes from 02:00 to 03:00 in Oslo."""
    desk = Desk(now=moment("28 12:00"), doses=plan(("02:30", "60"), ("09:00", "60")))
    desk.speak()
    desk.go_on(hours=40)
    offered = [e.dose for e in desk.logged() if isinstance(e, DoseOffered)]
    assert offered == [moment("29 02:30"), moment("29 09:00"), moment("30 02:30")][: len(offered)]
    assert len(offered) >= 2
    check(desk)


# -------------------------------------------------------------------------------------- orders


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


# --------------------------------------------------------------------------------- lost memory


def test_a_dose_in_an_open_window_is_not_given_again_by_one_that_forgot_it() -> None:
    desk = synced()
    desk.go_on(minutes=65)
    assert desk.device.take()
    desk.run(1)
    desk.device.forget()
    desk.run(3)
    desk.go_on(hours=2)
    assert len(desk.device.turns) == 1
    desk.go_on(hours=10)
    assert desk.device.take()
    desk.speak()
    assert [given.dose * 60 for given in desk.device.given] == [
        FIRST.timestamp(),
        SECOND.timestamp(),
    ]
    check(desk)


def test_a_dose_released_beforehand_is_not_given_again_by_one_that_forgot_it() -> None:
    desk = synced()
    desk.release("once", FIRST)
    desk.speak()
    assert desk.device.take()
    desk.device.forget()
    desk.run(3)
    desk.restart()
    desk.go_on(hours=3)
    assert desk.device.turns == [(1, 1)]
    check(desk)


def test_a_dispenser_that_is_new_begins_with_what_comes() -> None:
    desk = Desk(now=moment("02 09:20"))
    desk.speak()
    desk.go_on(minutes=30)
    assert desk.device.turns == []
    desk.go_on(hours=12)
    assert [e.dose for e in desk.logged() if isinstance(e, DoseOffered)] == [SECOND]


# ------------------------------------------------------------------------------- what is missed


def test_a_window_that_ends_is_missed_and_locked_away() -> None:
    desk = synced()
    desk.go_on(hours=3)
    assert [e.kind for e in desk.logged()[1:]] == ["dose-offered", "dose-missed", "dose-retracted"]
    missed = [e for e in desk.logged() if isinstance(e, DoseMissed)]
    assert missed[0].at - FIRST < timedelta(minutes=61)
    assert not desk.device.take()


def test_what_is_told_late_says_when_it_was() -> None:
    desk = synced()
    desk.device.faults.cut_after = 0
    desk.run(2)
    desk.device.tilt()
    desk.run(90)
    desk.device.faults.mend()
    desk.run(5)
    [tilted] = [e for e in desk.logged() if isinstance(e, DispenserTilted)]
    assert tilted.ago_s == pytest.approx(90, abs=5)
    assert tilted.at - timedelta(seconds=tilted.ago_s) - MORNING < timedelta(seconds=4)


def test_without_the_gateway_it_goes_on_with_its_plan() -> None:
    desk = synced()
    desk.device.faults.cut_after = 0
    desk.run(2)
    desk.go_on(hours=1.1)
    assert desk.device.take()
    desk.go_on(hours=12)
    assert desk.device.take()
    desk.device.faults.mend()
    desk.run(5)
    assert [e.dose for e in desk.logged() if isinstance(e, DoseTaken)] == [FIRST, SECOND]
    check(desk)
