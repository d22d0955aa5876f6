"""What its own driver says it cannot reach, or cannot begin with, is not told as silent too."""

from __future__ import annotations

from heimvakt.core.devices import own_driver
from heimvakt.core.events import ContactBack, ContactLost, RadioLost
from heimvakt.core.signs import unheard
from tests.support.homes import DEVICES, EVENING, home, moved
from tests.support.supervised import HALL, LIMIT, SEEN, Rules, desk

LOST_HALL = ContactLost(device_id="hall", reason="it does not answer")


def test_a_device_whose_driver_says_that_it_answers_no_more_is_not_told_as_silent_too() -> None:
    d = desk()
    d.tell(LOST_HALL)
    d.wait_until(EVENING + 3 * LIMIT)
    assert d.kinds() == []
    assert unheard(d.home, d.state.supervised) == {"hall"}
    for _ in range(3):
        d.restart(minutes=5)
        assert d.kinds() == [], "its driver has a while to say so again"
        d.tell(LOST_HALL)
        d.wait_until(d.at + 3 * LIMIT)
        assert d.kinds() == []


def test_when_its_driver_says_no_more_of_it_after_a_restart_it_is_silent() -> None:
    d = desk()
    d.tell(LOST_HALL)
    d.wait_until(EVENING + 3 * LIMIT)
    d.restart(minutes=5)
    d.wait_until(d.at + LIMIT)
    assert d.kinds() == ["device-silent"]


def test_when_it_answers_again_it_is_watched_as_before() -> None:
    d = desk()
    d.tell(LOST_HALL)
    d.wait_until(EVENING + LIMIT)
    d.tell(ContactBack(device_id="hall"))
    assert not unheard(d.home, d.state.supervised)
    d.wait_until(d.at + LIMIT)
    assert d.kinds() == ["device-silent"]


def test_a_strange_device_that_does_not_answer_is_nobody() -> None:
    d = desk()
    before = d.state.supervised
    d.tell(ContactLost(device_id="attic"))
    assert d.state.supervised is before


def test_a_device_that_was_left_out_for_a_mistake_has_all_its_time_when_it_is_mended() -> None:
    d = desk()
    d.tell(SEEN)
    rules: Rules = {"device-silent": ("device-silent", {}), "technical": ("technical", {})}
    wrong = home({"hall": moved(DEVICES["hall"], driver=own_driver("hall"), address="")}, rules)
    d.restart(wrong)
    d.tell(RadioLost(driver=own_driver("hall"), reason="address is missing"))
    d.wait(hours=30 * 24)
    assert d.kinds() == ["configuration"], "what cannot be heard is not silent too"
    d.restart(home(HALL, rules))
    d.wait(hours=1)
    assert d.kinds() == ["configuration"]
    d.wait(hours=LIMIT.total_seconds() / 3600)
    assert d.kinds() == ["configuration", "device-silent"]
