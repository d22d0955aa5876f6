"""What is said of locks and dispensers in front of the box is what the rules have written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ContactBack, ContactLost, DispenserLow, DoseMissed, DoseTaken
from heimvakt.runtime.thing_report import dispenser_facts, lock_facts
from tests.support.homes import OSLO, Desk
from tests.support.medicine import (
    CLOSES,
    DOSE,
    EVENING_DOSE,
    HALF,
    MEDICINE,
    SIX,
    Log,
    with_medicine,
)

LOCK = Device(device_id="front", role=Role.LOCK, driver="osdp", address="1")


def said(desk: Desk) -> dict[str, Any]:
    """Of the one dispenser."""
    facts: dict[str, Any] = dispenser_facts(desk.home, desk.state, desk.at)["medicine"]
    return facts


def desk_with(*rules: str) -> Desk:
    home = with_medicine({name: {} for name in rules}, MEDICINE, LOCK)
    return Desk(replace(home, zone=OSLO), SIX)


def test_the_doses_of_today_and_the_next_one() -> None:
    desk, log = desk_with("missed-dose"), Log()
    desk.tell(ContactBack(device_id="medicine"))
    before = said(desk)
    assert (before["today"], before["fates"]) == (2, {})
    assert before["next"] == DOSE.isoformat()
    desk.tell(log.of(DoseTaken, dose=DOSE), at=HALF)
    morning = said(desk)
    assert (morning["fates"], morning["next"]) == ({"taken": 1}, EVENING_DOSE.isoformat())
    assert morning["balance"]["in_time"] == 1
    desk.wait(hours=20)  # the evening's is over, and nothing was said of it
    tomorrow = said(desk)
    assert (tomorrow["today"], tomorrow["fates"]) == (2, {})
    assert (tomorrow["balance"]["unknown"], tomorrow["wrong"]) == (1, ["dispenser-lost"])


def test_one_that_was_missed_and_what_is_wrong() -> None:
    desk, log = desk_with("missed-dose", "dispenser-low"), Log()
    desk.tell(log.of(DispenserLow, left=3))
    desk.tell(log.of(DoseMissed, dose=DOSE), at=CLOSES)
    assert said(desk)["fates"] == {"missed": 1}
    assert said(desk)["wrong"] == ["dispenser-low", "missed-dose"]


def test_whether_each_answers() -> None:
    desk = desk_with("missed-dose")
    for device_id in ("medicine", "front"):
        desk.tell(ContactBack(device_id=device_id))
    assert said(desk)["contact"]
    desk.tell(ContactLost(device_id="medicine", reason="it does not answer"))
    assert not said(desk)["contact"]
    facts = lock_facts(desk.home, desk.state, {"front": "unlocked"})
    assert facts == {"front": {"bolt": "unlocked", "contact": True, "wrong": []}}
    assert lock_facts(desk.home, desk.state, {})["front"]["bolt"] is None
