"""Who gets into the virtual network: through which door, and with which key."""

from __future__ import annotations

import random

import pytest

from heimvakt_drivers.virtual.wire import Watch
from heimvakt_drivers.virtual.zigbee import FACES, ContactSensor, Face, Repeater, VirtualDevice
from heimvakt_drivers.virtual.zigbee.coordinator import COORDINATOR_NWK, Coordinator
from heimvakt_drivers.virtual.zigbee.faces import face
from heimvakt_drivers.virtual.zigbee.faults import Faults
from heimvakt_drivers.virtual.zigbee.zdo import Cluster

ALL_ROUTERS = 0xFFFC
NOW = 100.0


class Air:
    """A network with two routers, and a sensor that has not joined."""

    def __init__(self, speaks: Face) -> None:
        chance = random.Random(7)
        made, _ = face(speaks)(bytes(range(8)), chance, 1.0, Faults(chance), Watch())
        self.coordinator: Coordinator = made
        self.coordinator.start()
        self.coordinator.now = NOW
        self.plug, self.lamp = (self.add(Repeater(f"00:00:00:00:00:00:00:0{n}")) for n in (1, 2))
        for router in (self.plug, self.lamp):
            self.coordinator.admit(router, rejoin=False)
        self.sensor = self.add(ContactSensor("00:00:00:00:00:00:00:03"))

    def add(self, device: VirtualDevice) -> VirtualDevice:
        self.coordinator.devices[device.ieee_sent] = device
        return device

    def ask(self, nwk: int, duration_s: int) -> None:
        """The host opens doors over the air."""
        self.coordinator.ask(nwk, Cluster.MGMT_PERMIT_JOINING, bytes((duration_s, 0)))

    def door_of(self, sensor: VirtualDevice) -> int | None:
        """Where it would come in; whether there is a key for it is not asked here."""

        def permits(now: float) -> bool:
            return now == NOW

        self.coordinator.permits = permits  # type: ignore[method-assign]
        return self.coordinator.parent_for(sensor, NOW)


@pytest.fixture(params=FACES)
def air(request: pytest.FixtureRequest) -> Air:
    return Air(request.param)


def test_a_router_that_is_opened_lets_in_who_hears_it_and_nobody_else(air: Air) -> None:
    air.ask(air.plug.nwk, 60)
    air.sensor.hears = air.lamp
    assert air.door_of(air.sensor) is None
    air.sensor.hears = air.plug
    assert air.door_of(air.sensor) == air.plug.nwk


def test_the_radio_itself_stays_shut_then(air: Air) -> None:
    air.ask(air.plug.nwk, 60)
    assert air.door_of(air.sensor) == air.plug.nwk, "though it hears the radio"
    air.coordinator.permit(60)
    assert air.door_of(air.sensor) == COORDINATOR_NWK


def test_a_broadcast_opens_and_shuts_all_routers(air: Air) -> None:
    air.ask(ALL_ROUTERS, 60)
    for router in (air.plug, air.lamp):
        air.sensor.hears = router
        assert air.door_of(air.sensor) == router.nwk
    air.ask(ALL_ROUTERS, 0)
    assert air.door_of(air.sensor) is None


def test_a_door_shuts_by_itself(air: Air) -> None:
    air.ask(air.plug.nwk, 60)
    assert air.coordinator.doors[air.plug.nwk] == NOW + 60


def test_a_router_without_current_opens_nothing(air: Air) -> None:
    air.plug.silent = True
    air.ask(air.plug.nwk, 60)
    assert air.door_of(air.sensor) is None


def test_a_sensor_has_no_door(air: Air) -> None:
    air.coordinator.admit(air.sensor, rejoin=False)
    air.ask(air.sensor.nwk, 60)
    assert not air.coordinator.doors


def test_after_a_restart_all_doors_are_shut(air: Air) -> None:
    air.ask(air.plug.nwk, 60)
    air.coordinator.reset()
    assert not air.coordinator.doors
