"""A lost radio is one alarm and not many silent sensors, and its time counts for none of them."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.events import ClockStepped, RadioLost
from tests.support.homes import EVENING
from tests.support.supervised import BACK, LIMIT, LOST, desk, silent_at


def test_while_the_radio_is_lost_nobody_is_silent_and_afterwards_the_rest_of_the_time_is_left() -> (
    None
):
    d = desk()
    d.wait(hours=10)
    d.tell(LOST)
    d.wait(hours=100)
    assert d.kinds() == ["radio"], "one cause, one alarm"
    d.tell(BACK)
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=10)


def test_the_loss_of_one_radio_does_not_excuse_the_devices_of_another() -> None:
    d = desk()
    d.tell(RadioLost(driver="gpio", reason="gone"))
    d.wait_until(EVENING + LIMIT)
    assert "device-silent" in d.kinds()


def test_a_radio_that_is_lost_twice_counts_from_the_first_time() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(hours=3)
    d.tell(LOST)
    d.wait(hours=3)
    d.tell(BACK)
    assert silent_at(d) == EVENING + LIMIT + timedelta(hours=6)


def test_a_radio_that_comes_back_before_it_was_lost_brings_nothing_forward() -> None:
    d = desk()
    d.tell(LOST)
    d.at -= timedelta(hours=2)
    d.tell(BACK)
    assert silent_at(d) == EVENING + LIMIT


def test_a_restart_in_the_middle_of_a_lost_radio_raises_nothing_for_its_devices() -> None:
    d = desk()
    d.wait(hours=10)
    d.tell(LOST)
    d.wait(hours=50)
    d.restart(hours=1)
    d.wait(hours=3)
    assert "device-silent" not in d.kinds()
    d.wait(hours=1)
    assert d.kinds().count("device-silent") == 1, "and the rest of its time is kept"


def test_setting_the_clock_while_the_radio_is_lost_makes_the_loss_no_longer() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(hours=1)
    was, d.at = d.at, d.at + timedelta(days=400)
    d.tell(ClockStepped(before=was, after=d.at))
    d.tell(BACK)
    assert silent_at(d) == d.at + LIMIT
