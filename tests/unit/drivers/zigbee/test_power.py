"""A plug that measures: in use, and out of use, once for each time."""

from __future__ import annotations

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import ApplianceStarted, ApplianceStopped, DeviceEvent, DeviceSeen
from heimvakt_drivers.zigbee.sensing.heard import Cluster
from heimvakt_drivers.zigbee.sensing.power import CALM_S
from heimvakt_drivers.zigbee.sensing.scales import (
    ACTIVE_POWER,
    DEMAND,
    DEMAND_DIVISOR,
    DEMAND_MULTIPLIER,
    POWER_DIVISOR,
    POWER_MULTIPLIER,
    UNSCALED,
)
from tests.support.sensor import Sensor, kinds


@pytest.fixture
def kettle() -> Sensor:
    kettle = Sensor(Role.APPLIANCE)
    watts(kettle, 0)
    return kettle


def watts(plug: Sensor, value: int) -> list[type[DeviceEvent]]:
    told = kinds(plug.attribute(Cluster.ELECTRICITY, ACTIVE_POWER, value))
    return [kind for kind in told if kind is not DeviceSeen]


def test_a_kettle_is_on_and_off(kettle: Sensor) -> None:
    assert watts(kettle, 1800) == [ApplianceStarted]
    assert watts(kettle, 1790) == []
    assert watts(kettle, 0) == [ApplianceStopped]
    assert kettle.waits(CALM_S) == []


def test_the_first_word_says_how_it_stands() -> None:
    assert watts(Sensor(Role.APPLIANCE), 0) == [ApplianceStopped]
    assert watts(Sensor(Role.APPLIANCE), 60) == [ApplianceStarted]


def test_standing_by_is_out_of_use_after_a_minute(kettle: Sensor) -> None:
    watts(kettle, 90)
    assert watts(kettle, 3) == []
    kettle.now += CALM_S / 2
    assert watts(kettle, 2) == []
    assert kinds(kettle.waits(CALM_S / 2)) == [ApplianceStopped]


def test_a_short_pause_is_none(kettle: Sensor) -> None:
    watts(kettle, 90)
    watts(kettle, 3)
    kettle.now += CALM_S / 2
    assert watts(kettle, 90) == []
    assert kettle.waits(CALM_S) == []


def test_between_the_two_limits_it_stays_as_it_is(kettle: Sensor) -> None:
    assert watts(kettle, 9) == []
    assert watts(kettle, 10) == [ApplianceStarted]
    for value in (6, 9, 5, 8):
        assert watts(kettle, value) == []
    assert kettle.waits(CALM_S) == []


def test_power_that_flows_the_other_way_is_use(kettle: Sensor) -> None:
    assert watts(kettle, -1800) == [ApplianceStarted]


@pytest.mark.parametrize("unknown", [-0x8000, 0xFFFF, 10**9, -(10**30)])
def test_a_plug_that_does_not_know_says_nothing(kettle: Sensor, unknown: int) -> None:
    assert watts(kettle, unknown) == []


def test_a_plug_says_what_its_numbers_stand_for(kettle: Sensor) -> None:
    kettle.attribute(Cluster.ELECTRICITY, POWER_DIVISOR, 10)
    assert watts(kettle, 99) == []
    assert watts(kettle, 100) == [ApplianceStarted]


def test_metering_comes_in_kilowatts() -> None:
    plug = Sensor(Role.APPLIANCE)
    plug.attribute(Cluster.METERING, DEMAND_DIVISOR, 10_000)
    assert kinds(plug.attribute(Cluster.METERING, DEMAND, 99)) == [ApplianceStopped]
    assert kinds(plug.attribute(Cluster.METERING, DEMAND, 100)) == [ApplianceStarted]


def test_power_through_something_else_says_nothing() -> None:
    assert watts(Sensor(Role.LIGHT), 1800) == []
    assert watts(Sensor(Role.DOOR), 1800) == []


@pytest.mark.parametrize("value", [0, -1, 0xFFFFFF, 10**30])
def test_a_scale_that_is_none_is_not_believed(value: int) -> None:
    for attribute in (POWER_MULTIPLIER, POWER_DIVISOR):
        assert UNSCALED.told(Cluster.ELECTRICITY, attribute, value) is UNSCALED


def test_what_to_ask_for_in_the_plugs_own_unit() -> None:
    tenths = UNSCALED.told(Cluster.ELECTRICITY, POWER_DIVISOR, 10)
    assert tenths.units_of(Cluster.ELECTRICITY, 2) == 20
    assert UNSCALED.units_of(Cluster.METERING, 2) == 2
    coarse = UNSCALED.told(Cluster.METERING, DEMAND_MULTIPLIER, 100)
    assert coarse.units_of(Cluster.METERING, 2) == 1
