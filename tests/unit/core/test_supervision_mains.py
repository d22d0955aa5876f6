"""While the mains of the home are lost, what hangs behind them is excused, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.events import MainsLost, MainsRestored
from tests.support.homes import EVENING
from tests.support.supervised import BACK, LIMIT, LOST, SEEN, desk, mains_desk, silent_at


def test_while_the_mains_are_lost_there_is_one_alarm_and_nobody_behind_them_is_silent() -> None:
    d = mains_desk()
    d.wait(hours=5)
    d.tell(MainsLost())
    d.wait(hours=23)
    kinds = d.kinds()
    assert kinds.count("mains") == 1
    silent = {a.device_id for a in d.table.values() if a.kind == "device-silent"}
    assert silent == {"button"}, "what is wired to the box is heard as before"
    d.tell(MainsRestored())
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=5)


def test_lost_mains_are_no_excuse_for_ever() -> None:
    d = mains_desk()
    d.tell(MainsLost())
    d.wait_until(EVENING + LIMIT + timedelta(hours=24))
    silent = {a.device_id for a in d.table.values() if a.kind == "device-silent"}
    assert silent == {"button", "hall", "lamp"}


def test_a_home_without_anything_on_the_mains_is_heard_as_before() -> None:
    d = desk()
    d.tell(MainsLost())
    d.wait_until(EVENING + LIMIT)
    assert d.kinds() == ["device-silent"]


def test_a_sensor_that_was_heard_all_the_same_counts_from_then() -> None:
    d = mains_desk()
    d.tell(MainsLost())
    d.wait(hours=4)
    d.tell(SEEN)
    d.wait(hours=2)
    d.tell(MainsRestored())
    assert silent_at(d) == d.at + LIMIT


@pytest.mark.parametrize("radio_first", [True, False])
@pytest.mark.parametrize("back_first", ["radio", "mains"])
def test_mains_and_radio_lost_at_once_are_counted_once(radio_first: bool, back_first: str) -> None:
    d = mains_desk()
    d.wait(hours=1)
    for gone in (LOST, MainsLost()) if radio_first else (MainsLost(), LOST):
        d.tell(gone)
        d.wait(hours=2)
    for back in (BACK, MainsRestored()) if back_first == "radio" else (MainsRestored(), BACK):
        d.wait(hours=3)
        d.tell(back)
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=1)


def test_mains_that_were_lost_when_the_gateway_went_off_excuse_until_it_is_back() -> None:
    d = mains_desk()
    d.wait(hours=1)
    d.tell(MainsLost())
    d.wait(hours=3)
    d.restart(hours=2)
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=1)
    assert d.state.supervised.mains_lost is None, "a start finds out by itself"
