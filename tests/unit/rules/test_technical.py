"""What the gateway says about itself: each cause once, and only if it lasts."""

from __future__ import annotations

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import (
    ConfigurationChanged,
    ConfigurationRefused,
    PartDown,
    RadioBack,
    RadioLost,
    RuleFailed,
    StoreFault,
)
from tests.support.homes import Desk, home

LOST, BACK = RadioLost(driver="zigbee", reason="unplugged"), RadioBack(driver="zigbee")


def desk() -> Desk:
    return Desk(home({}, {"technical": ("technical", {})}))


def test_a_radio_that_is_back_soon_is_not_told() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(seconds=59)
    d.tell(BACK)
    d.wait(hours=1)
    assert d.table == {}


def test_a_radio_that_stays_lost_is_one_alarm_with_the_reason_and_since_when() -> None:
    d = desk()
    d.tell(LOST)
    since = d.at
    d.wait(seconds=60)
    d.tell(LOST)
    d.wait(hours=5)
    alarm = d.alarm("radio")
    assert alarm.began_at == since
    assert alarm.text.en == "No contact with zigbee: unplugged. Its devices cannot be heard."
    assert alarm.text.nb == "Ingen kontakt med zigbee: unplugged. Enhetene der høres ikke."


def test_a_radio_that_comes_back_resets_its_alarm() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(minutes=2)
    d.tell(BACK)
    assert d.alarm("radio").state is AlarmState.RESET


def test_two_radios_are_two_causes() -> None:
    d = desk()
    d.tell(LOST)
    d.tell(RadioLost(driver="gpio", reason="gone"))
    d.wait(minutes=1)
    assert d.kinds() == ["radio", "radio"]
    d.tell(BACK)
    assert sorted(a.state for a in d.table.values()) == [AlarmState.RAISED, AlarmState.RESET]


def test_a_radio_that_stays_lost_is_no_new_alarm_after_a_restart() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(minutes=2)
    for _ in range(5):
        d.restart(seconds=5)
        d.tell(LOST)
        d.wait(hours=1)
    assert d.kinds() == ["radio"]
    assert d.alarm("radio").state is AlarmState.RAISED
    d.tell(BACK)
    assert d.alarm("radio").state is AlarmState.RESET


def test_a_radio_that_says_nothing_after_a_restart_is_well_again() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(minutes=2)
    d.restart(seconds=5)
    d.wait(seconds=179)
    assert d.alarm("radio").state is AlarmState.RAISED
    d.wait(seconds=1)
    assert d.alarm("radio").state is AlarmState.RESET
    d.tell(LOST)
    d.wait(minutes=1)
    assert d.kinds() == ["radio", "radio"], "it was well in between: that is another loss"


def test_a_loss_that_was_not_told_begins_anew_with_a_restart() -> None:
    d = desk()
    d.tell(LOST)
    d.wait(seconds=30)
    d.restart(seconds=5)
    d.wait(hours=1)
    assert d.table == {}
    d.tell(LOST)
    d.wait(minutes=1)
    assert d.kinds() == ["radio"]


@pytest.mark.parametrize(
    ("aside", "said"),
    [
        (
            "heimvakt.db.damaged-1",
            "The database was damaged and set aside as heimvakt.db.damaged-1.",
        ),
        ("", "The database was damaged."),
    ],
)
def test_a_damaged_database_is_told_with_what_was_saved(aside: str, said: str) -> None:
    d = desk()
    d.tell(StoreFault(reason="page 3 is damaged", set_aside=aside, saved="2 alarms were saved"))
    alarm = d.alarm("store")
    assert alarm.text.en == f"{said} 2 alarms were saved."
    assert alarm.thresholds == (("reason", "page 3 is damaged"),)


def test_a_rule_that_fails_is_told_once_until_the_next_start() -> None:
    d = desk()
    failed = RuleFailed(rule_id="night-door", error="KeyError on door-opened")
    d.tell(failed)
    d.tell(failed)
    assert d.kinds() == ["blind-rule"]
    d.restart()
    d.tell(failed)
    assert d.kinds() == ["blind-rule"] * 2


def test_a_part_that_stays_down_is_told_until_the_box_starts_again() -> None:
    d = desk()
    d.tell(PartDown(part="power", reason="OSError: no such device"))
    alarm = d.alarm("gateway")
    assert alarm.text.en == "A part of the box (power) does not work. Restart the box."
    assert dict(alarm.thresholds) == {"error": "OSError: no such device"}
    d.restart()
    assert d.alarm("gateway").state is AlarmState.RESET


LEFT_OUT = RadioLost(driver="devices.bed", reason="address is missing (line 7)")
REFUSED = ConfigurationRefused(reason="rules.night-door: there is no such rule (line 9)")


def test_a_device_that_is_left_out_is_one_alarm_over_restarts_until_it_is_mended() -> None:
    d = desk()
    d.tell(LEFT_OUT)
    d.wait(minutes=1)
    alarm = d.alarm("configuration")
    assert alarm.text.en == (
        "The configuration is wrong, and devices.bed is not in use: address is missing (line 7). "
        "The rest works."
    )
    d.restart()
    d.tell(LEFT_OUT)
    d.wait(hours=1)
    assert len(d.table) == 1
    assert d.alarm("configuration").state.is_open
    d.restart()
    d.wait(minutes=3)
    assert d.alarm("configuration").state is AlarmState.RESET


def test_a_file_that_is_not_used_is_told_at_once_and_once() -> None:
    d = desk()
    d.tell(REFUSED)
    assert "rules.night-door" in d.alarm("configuration").text.nb
    d.tell(REFUSED)
    d.restart()
    d.tell(REFUSED)
    d.wait(hours=1)
    assert len(d.table) == 1
    assert d.alarm("configuration").state.is_open


@pytest.mark.parametrize("again", ["start", "taken over"])
def test_a_file_that_is_used_again_ends_it(again: str) -> None:
    d = desk()
    d.tell(REFUSED)
    if again == "start":
        d.restart()
        d.wait(minutes=3)
    else:
        d.tell(ConfigurationChanged(digest="2"))
    assert d.alarm("configuration").state is AlarmState.RESET
