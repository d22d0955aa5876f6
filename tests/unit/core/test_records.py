"""What a device tells out of its own log is taken once, however often it is told."""

from __future__ import annotations

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import DispenserJammed
from heimvakt.core.records import Record
from tests.support.homes import Desk, home

MEDICINE = Device(device_id="medicine", role=Role.DISPENSER, driver="dispenser", address="1")


def jammed(record: int, log: str = "a") -> DispenserJammed:
    return DispenserJammed(device_id="medicine", log=log, record=record)


@pytest.fixture
def desk() -> Desk:
    return Desk(home({"medicine": MEDICINE}, {}))


def test_the_last_that_was_taken_is_remembered_over_a_restart(desk: Desk) -> None:
    desk.tell(jammed(7))
    desk.restart(minutes=1)
    assert desk.state.records == {"medicine": Record("a", 7)}


def test_what_is_told_again_changes_nothing_at_all(desk: Desk) -> None:
    desk.tell(jammed(7))
    before = desk.state
    desk.wait(minutes=5)
    for told_again in (jammed(7), jammed(3)):
        desk.tell(told_again)
        assert desk.state is before


def test_what_comes_after_it_is_taken(desk: Desk) -> None:
    desk.tell(jammed(7))
    before = desk.state
    desk.tell(jammed(8))
    assert desk.state.records == {"medicine": Record("a", 8)}
    assert desk.state.supervised is not before.supervised


def test_a_log_that_begins_anew_is_another_one(desk: Desk) -> None:
    desk.tell(jammed(7))
    desk.tell(jammed(1, log="b"))
    assert desk.state.records == {"medicine": Record("b", 1)}


def test_what_comes_from_no_log_is_taken_always(desk: Desk) -> None:
    desk.tell(jammed(7))
    before = desk.state
    desk.tell(jammed(0, log=""))
    assert desk.state.supervised is not before.supervised
    assert desk.state.records == before.records
