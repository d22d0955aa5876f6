"""A dispenser that is cut off or without mains is one alarm, whatever else was lost with it."""

from __future__ import annotations

from dataclasses import replace

from heimvakt.core.alarms import AlarmState, Evidence
from heimvakt.core.events import (
    ContactBack,
    ContactLost,
    DeviceSeen,
    DeviceSilent,
    GatewayStarted,
    MainsLost,
    MainsRestored,
    RadioBack,
    RadioLost,
)
from heimvakt.core.words import Words
from heimvakt.rules.trouble import State, Trouble
from tests.support.dispenser_complaints import ID, LOST, POWER, desk, states, told


def test_a_wire_that_is_loose_is_one_alarm() -> None:
    d = desk(LOST)
    told(d, LOST)
    for _ in range(20):
        d.tell(ContactBack(device_id=ID))
        d.wait(minutes=4)
        d.tell(ContactLost(device_id=ID))
        d.wait(minutes=3)
    assert states(d) == [AlarmState.RAISED]
    d.tell(DeviceSeen(device_id=ID))
    d.wait(minutes=4)
    d.tell(DeviceSeen(device_id=ID))
    d.wait(minutes=1)
    assert states(d) == [AlarmState.RESET]


def test_any_word_of_it_is_an_answer_but_not_what_is_concluded_from_its_silence() -> None:
    d = desk(LOST)
    d.tell(LOST.begins)
    d.tell(DeviceSilent(device_id=ID, last_seen=None, limit_s=1.0))
    d.wait(minutes=2)
    assert d.kinds() == ["dispenser-lost"]
    d = desk(LOST)
    d.tell(LOST.begins)
    d.tell(DeviceSeen(device_id=ID))
    d.wait(hours=1)
    assert d.table == {}


def test_a_line_that_is_lost_is_told_by_itself() -> None:
    d = desk(LOST)
    d.tell(RadioLost(driver="dispenser", reason="unplugged"))
    d.tell(LOST.begins)
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.tell(RadioBack(driver="zigbee"))
    d.wait(hours=1)
    assert d.table == {}
    d.tell(RadioBack(driver="dispenser"))
    d.wait(minutes=1, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == ["dispenser-lost"], "the line is back, and it still does not answer"


def test_another_line_that_comes_and_goes_gives_it_no_more_time() -> None:
    d = desk(LOST)
    d.tell(LOST.begins)
    d.wait(minutes=1)
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.tell(RadioBack(driver="zigbee"))
    d.wait(minutes=1)
    assert d.kinds() == ["dispenser-lost"]


def test_what_an_older_version_complained_of_is_over() -> None:
    d = desk(LOST)
    old = Trouble(Evidence.of(LOST.begins), Words(nb="", en=""), told=True)
    d.state = replace(d.state, rules={"dispenser-lost": State({"medicine/rattling": old})})
    outcome = d.tell(GatewayStarted(cause="started", last_alive=d.at))
    assert outcome.failed == ()
    assert d.state.rules["dispenser-lost"] == State()


def test_a_line_that_was_lost_before_a_start_excuses_nothing_after_it() -> None:
    d = desk(LOST)
    d.tell(RadioLost(driver="dispenser", reason="unplugged"))
    d.restart(minutes=1)
    d.tell(LOST.begins)
    d.wait(minutes=2)
    assert d.kinds() == ["dispenser-lost"]


def test_with_the_mains_of_the_home_gone_its_battery_is_no_news() -> None:
    d = desk(POWER)
    d.tell(POWER.begins)
    d.tell(MainsLost())
    d.wait(hours=5)
    assert d.table == {}
    d.tell(MainsRestored())
    d.wait(minutes=9, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == ["dispenser-power"], "the rest of the home has mains again"
