"""The wire to the dispenser is cut at any octet, and either side dies at any step.

Never is a dose given twice, told twice, or not accounted for; and what an order is said to have
come to is what it came to. HEIMVAKT_WIRE_CUTS says how often (6 of each kind without it),
HEIMVAKT_SEED which ones. Time is turned by hand and the wire is octets, so that each try takes
milliseconds.
"""

from __future__ import annotations

import os
import random

import pytest

from heimvakt.core.events import DoseOffered
from heimvakt_drivers.serial.dispenser.payload import Result
from tests.support.dispenser import Desk, GatewayDied, moment
from tests.support.dispenser_book import check, history_of

CUTS = int(os.environ.get("HEIMVAKT_WIRE_CUTS", "6"))
SEED = int(os.environ.get("HEIMVAKT_SEED", "1"))
OCTETS = 700
"""On the wire during an order and its events, with the polls around them."""
WRITES = 14
"""To the dispenser's memory and by its motor, during the same."""
STEPS = 8
"""Of the gateway's, during the same."""

pytestmark = pytest.mark.fault

EARLY = moment("02 09:00")


def chances(of: str) -> list[random.Random]:
    return [random.Random(f"{of} {SEED} {number}") for number in range(CUTS)]


def synced() -> Desk:
    desk = Desk()
    desk.speak()
    desk.go_on(minutes=10)
    return desk


def survive(desk: Desk, seconds: float) -> None:
    """Live on for so long, over the death of either side."""
    until = desk.seconds + seconds
    while desk.seconds < until:
        try:
            desk.run(until - desk.seconds)
        except GatewayDied:
            desk.restart()


def end(desk: Desk, chance: random.Random) -> None:
    """All is whole again; the dose is taken or left, and the next one too."""
    desk.device.faults.mend()
    desk.device.faults.power_for = desk.dies_in = None
    if not desk.device.on:
        desk.device.start()
    desk.run(5)
    if chance.random() < 0.5:
        desk.device.take()
    desk.go_on(hours=5)
    desk.device.take()
    desk.go_on(hours=16)
    desk.speak()
    check(desk)


def told_the_truth(desk: Desk, name: str) -> None:
    """What the order is said to have come to, against what the dispenser wrote."""
    answer = desk.answers.get(name)
    offered = any(
        isinstance(event, DoseOffered) and event.dose == EARLY for event in history_of(desk.device)
    )
    if answer is not None and answer.result == Result.DONE:
        assert offered
    if answer is not None and answer.result == Result.REFUSED:
        assert not offered


def test_the_wire_is_cut_at_any_octet_of_an_order() -> None:
    done = 0
    for chance in chances("order"):
        desk = synced()
        desk.device.faults.cut_after = chance.randrange(OCTETS)
        desk.release("once", EARLY)
        desk.run(chance.choice((0.5, 3.0, 20.0)))
        told_the_truth(desk, "once")
        done += "once" in desk.answers
        desk.device.faults.mend()
        desk.run(5)
        told_the_truth(desk, "once")
        assert desk.answers["once"] is not None
        end(desk, chance)
    assert CUTS < 50 or 0 < done < CUTS, "cuts before and after the answer"


def test_the_wire_is_cut_at_any_octet_of_what_is_told() -> None:
    for chance in chances("events"):
        desk = synced()
        desk.go_on(minutes=51)
        desk.device.faults.cut_after = chance.randrange(OCTETS)
        desk.device.tilt()
        desk.device.take()
        desk.device.tilt(tilted=False)
        desk.run(chance.choice((0.5, 3.0, 20.0)))
        end(desk, chance)


def test_noise_and_lost_answers_change_nothing() -> None:
    for chance in chances("noise"):
        desk = synced()
        desk.device.faults.chance = chance
        desk.device.faults.noise = chance.choice((0.0, 1e-3, 1e-2))
        desk.device.faults.answers_lost = chance.randrange(4)
        desk.release("once", EARLY)
        desk.run(10)
        told_the_truth(desk, "once")
        end(desk, chance)


def test_the_dispenser_dies_at_any_step_of_an_order() -> None:
    for chance in chances("power"):
        desk = synced()
        desk.device.faults.power_for = chance.randrange(WRITES)
        desk.release("once", EARLY)
        desk.run(3)
        if chance.random() < 0.3:
            desk.device.take()  # also from one that is dead with its shutter open
        if not desk.device.on:
            desk.device.start()
        desk.run(5)
        told_the_truth(desk, "once")
        end(desk, chance)


def test_the_dispenser_dies_at_any_step_of_a_dose() -> None:
    for chance in chances("dose"):
        desk = synced()
        desk.device.faults.power_for = chance.randrange(WRITES)
        desk.go_on(minutes=55)
        desk.device.take()
        desk.go_on(minutes=chance.choice((1, 30, 70)))
        end(desk, chance)


def test_the_dispenser_dies_at_any_step_of_locking_a_dose_away() -> None:
    for chance in chances("lock"):
        desk = synced()
        desk.go_on(minutes=105)
        desk.device.faults.power_for = chance.randrange(6)
        desk.go_on(minutes=10)
        desk.device.take()  # whoever comes too late finds it shut, also when it is dead
        end(desk, chance)


def test_the_gateway_dies_at_any_step_of_either() -> None:
    for chance in chances("gateway"):
        desk = synced()
        desk.dies_in = chance.randrange(STEPS)
        desk.release("once", EARLY)
        survive(desk, 3)
        desk.device.take()
        desk.dies_in = chance.randrange(STEPS)
        survive(desk, 5)
        end(desk, chance)


def test_the_dispenser_loses_its_memory_at_any_time() -> None:
    for chance in chances("memory"):
        desk = synced()
        if chance.random() < 0.5:
            desk.release("once", EARLY)
            desk.run(chance.uniform(0, 1))
        desk.go_on(minutes=chance.choice((1, 55, 80)))
        if chance.random() < 0.5:
            desk.device.take()
            desk.run(chance.uniform(0, 0.4))
        desk.device.forget()
        desk.run(5)
        desk.device.take()
        end(desk, chance)
