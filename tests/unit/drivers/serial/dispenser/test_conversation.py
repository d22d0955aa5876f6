"""Contact is told as it comes and goes, and what was lost on the way is asked or told again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.events import ContactBack, ContactLost, DispenserTilted
from heimvakt_drivers.serial.dispenser.conversation import TRIES
from heimvakt_drivers.serial.dispenser.payload import Result
from tests.support.dispenser import MORNING, Desk
from tests.support.dispenser_desk import FIRST, answer_of, status_of, synced

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
    assert desk.kinds() == ["dispenser-refilled", "contact-back"]


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
    assert 80 <= desk.device.requests - before <= 102


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
