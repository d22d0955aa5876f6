"""Mains that go are recorded at once; told later, each home at its own time, or when it presses."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Home
from heimvakt.core.events import GatewayBatteryMeasured, MainsLost, MainsRestored
from heimvakt.rules import KINDS, Context
from tests.support.homes import GATEWAY, OSLO, Desk, to_all


def home(gateway_id: str = GATEWAY, **settings: object) -> Home:
    kind = KINDS["mains-lost"]
    context = Context(devices={}, zone=OSLO, gateway_id=gateway_id)
    rule = kind.bind("mains-lost", kind.settings(**settings), context)
    return Home(gateway_id=gateway_id, rules={"mains-lost": rule}, routes=to_all("centre"))


def told_after_s(gateway_id: str) -> float:
    d = Desk(home(gateway_id))
    began = d.at
    d.tell(MainsLost(battery_percent=100.0))
    d.wait(minutes=15)
    return (d.alarm("mains").raised_at - began).total_seconds()


def test_it_is_told_after_ten_to_fifteen_minutes() -> None:
    assert 600 <= told_after_s(GATEWAY) < 900


def test_a_town_is_spread_over_five_minutes() -> None:
    minutes = Counter(int(told_after_s(f"no-1505-{n:06}") // 60) for n in range(200))
    assert set(minutes) == {10, 11, 12, 13, 14}
    assert max(minutes.values()) < 70


def test_a_gateway_keeps_its_place() -> None:
    assert told_after_s(GATEWAY) == told_after_s(GATEWAY)


@pytest.mark.parametrize("percent", [49.0, 3.0])
def test_with_the_battery_below_half_it_is_told_at_once(percent: float) -> None:
    d = Desk(home())
    d.tell(MainsLost(battery_percent=percent))
    alarm = d.alarm("mains")
    assert alarm.text.en == f"The gateway has no mains. The battery has {percent:.0f} %."
    d.wait(hours=1)
    assert d.kinds().count("mains") == 1


def test_a_battery_that_is_about_to_end_is_told_once_and_for_itself() -> None:
    d = Desk(home())
    d.tell(MainsLost(battery_percent=90.0))
    for percent in (45.0, 20.0, 19.0, 12.0, 4.0):
        d.wait(minutes=1)
        d.tell(GatewayBatteryMeasured(percent=percent))
        assert ("gateway-battery" in d.kinds()) == (percent < 20)
    alarm = d.alarm("gateway-battery")
    assert alarm.priority is Priority.MEDIUM
    assert "19 %" in alarm.text.en
    assert d.kinds() == ["mains", "gateway-battery"]
    d.tell(MainsRestored())
    assert d.alarm("gateway-battery").state is AlarmState.RESET
    d.tell(MainsLost(battery_percent=15.0))
    assert d.kinds() == ["mains", "gateway-battery"] * 2


def test_a_battery_of_which_nothing_is_known_is_not_told() -> None:
    d = Desk(home())
    d.tell(MainsLost())
    d.wait(hours=3)
    assert d.kinds() == ["mains"]


def test_it_is_told_as_soon_as_the_battery_falls_below_half() -> None:
    d = Desk(home())
    d.tell(MainsLost(battery_percent=60.0))
    d.wait(minutes=2)
    d.tell(GatewayBatteryMeasured(percent=50.0))
    assert d.table == {}
    d.wait(minutes=2)
    d.tell(GatewayBatteryMeasured(percent=45.0))
    assert d.alarm("mains").began_at == d.at - timedelta(minutes=4)
    d.tell(GatewayBatteryMeasured(percent=40.0))
    d.wait(hours=1)
    assert d.kinds() == ["mains"]


def test_mains_that_are_soon_back_are_not_told() -> None:
    d = Desk(home())
    d.tell(MainsLost())
    d.wait(minutes=9)
    d.tell(MainsRestored())
    d.wait(hours=1)
    assert d.table == {}


def test_mains_that_come_back_reset_the_alarm() -> None:
    d = Desk(home())
    d.tell(MainsLost())
    d.wait(hours=1)
    assert d.alarm("mains").text.en == "The gateway has no mains."
    d.tell(MainsRestored())
    assert d.alarm("mains").state is AlarmState.RESET


def test_a_restart_on_battery_keeps_the_time_and_makes_no_second_alarm() -> None:
    d = Desk(home())
    d.tell(MainsLost(battery_percent=100.0))
    began = d.at
    d.wait(minutes=5)
    d.restart(seconds=5)
    d.tell(MainsLost(battery_percent=95.0))
    d.wait(minutes=15)
    assert d.alarm("mains").began_at == began
    d.restart(seconds=5)
    d.tell(MainsLost(battery_percent=90.0))
    d.wait(hours=1)
    assert d.kinds() == ["mains"]


def test_a_gateway_that_starts_on_mains_is_well_again() -> None:
    d = Desk(home())
    d.tell(MainsLost(battery_percent=10.0))
    d.restart(hours=3)
    d.wait(minutes=1)
    assert d.alarm("mains").state is AlarmState.RESET


def test_the_times_are_the_home_s() -> None:
    d = Desk(home(told_after=timedelta(0), spread=timedelta(0)))
    d.tell(MainsLost())
    d.wait(seconds=0)
    assert d.alarm("mains").raised_at == d.at
