"""What a device is bound for and asked to report, by its role; and getting to know it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt_drivers.zigbee.listening.acquaintance import acquainted
from heimvakt_drivers.zigbee.listening.interviewed import TEXT_MAX, signature_of
from heimvakt_drivers.zigbee.sensing.heard import Cluster
from heimvakt_drivers.zigbee.sensing.memory import NOTHING_YET
from heimvakt_drivers.zigbee.sensing.recognise import recognise
from heimvakt_drivers.zigbee.sensing.scales import DEMAND, POWER_DIVISOR
from heimvakt_drivers.zigbee.tending.reporting import AT_LEAST_EVERY_S, configure, wishes, zones
from tests.support.sensor import described


class AskedCluster:
    """Notes what it is asked, and answers from what it knows."""

    def __init__(self, number: int, asked: list[str], known: dict[int, int]) -> None:
        self.number = number
        self.asked = asked
        self.known = known

    def get(self, attribute: int) -> int | None:
        return self.known.get(attribute)

    async def bind(self) -> None:
        self.asked.append(f"bind {self.number:04x}")

    async def configure_reporting(self, attribute: int, low: int, high: int, change: int) -> None:
        assert low < high <= AT_LEAST_EVERY_S
        self.asked.append(f"report {self.number:04x} {attribute:04x} {change}")

    async def read_attributes(self, attributes: list[int]) -> tuple[dict[int, int], dict[int, int]]:
        self.asked.append(f"read {self.number:04x}")
        return {a: self.known[a] for a in attributes if a in self.known}, {}


class Node:
    """A device that was interviewed."""

    manufacturer: str | None = "Nobody"
    model: str | None = "X-1"
    original_signature = None

    def __init__(
        self, *ins: int, outs: tuple[int, ...] = (), known: dict[int, int] | None = None
    ) -> None:
        self.asked: list[str] = []
        self.known = known or {}
        self.node_desc = SimpleNamespace(
            is_router=False,
            is_receiver_on_when_idle=False,
            is_mains_powered=False,
            manufacturer_code=0x1234,
        )
        self.endpoint = SimpleNamespace(
            endpoint_id=1,
            profile_id=0x0104,
            device_type=0,
            in_clusters={number: self._cluster(number) for number in ins},
            out_clusters={number: self._cluster(number) for number in outs},
            add_input_cluster=self._add,
        )

    @property
    def non_zdo_endpoints(self) -> list[Any]:
        return [self.endpoint]

    def _cluster(self, number: int) -> AskedCluster:
        return AskedCluster(number, self.asked, self.known)

    def _add(self, number: int) -> None:
        self.endpoint.in_clusters[number] = self._cluster(number)

    async def configured(self, role: Role) -> list[str]:
        device = Device(device_id="it", role=role, driver="zigbee", address="")
        await configure(device, cast("Any", self))
        return self.asked


async def test_a_remote_is_bound_for_its_keys() -> None:
    asked = await Node(0x0001, outs=(0x0006, 0x0008)).configured(Role.BUTTON)
    assert asked[:2] == ["bind 0006", "bind 0008"]
    assert "report 0001 0021 2" in asked


async def test_a_sensor_is_asked_for_its_role_before_its_battery_and_the_air() -> None:
    asked = await Node(0x0402, 0x0001, 0x0406).configured(Role.MOTION)
    assert [a for a in asked if a.startswith("report")] == [
        "report 0406 0000 0",
        "report 0001 0021 2",
        "report 0001 0020 1",
        "report 0402 0000 50",
    ]
    assert [a for a in asked if a.startswith("bind")] == ["bind 0406", "bind 0001", "bind 0402"]
    assert asked[-1] == "read 0406"  # how long it keeps silent


async def test_a_lock_tells_its_state_and_its_alarms() -> None:
    asked = await Node(0x0101, 0x0009).configured(Role.LOCK)
    assert asked == ["bind 0009", "bind 0101", "report 0101 0000 0"]


async def test_a_plug_is_asked_what_its_numbers_stand_for() -> None:
    asked = await Node(0x0006, 0x0B04, 0x0702, known={POWER_DIVISOR: 10}).configured(Role.APPLIANCE)
    assert asked == ["read 0b04", "bind 0b04", "report 0b04 050b 20"]


async def test_a_plug_that_only_meters_tells_its_demand() -> None:
    asked = await Node(0x0006, 0x0702).configured(Role.APPLIANCE)
    assert asked == ["read 0702", "bind 0702", f"report 0702 {DEMAND:04x} 2"]


@pytest.mark.parametrize("role", Role)
async def test_what_has_nothing_of_the_role_is_asked_nothing(role: Role) -> None:
    assert await Node(0x0000, 0x0003).configured(role) == []


def test_sensors_that_report_by_themselves_are_let_sleep() -> None:
    lumi = recognise(described("LUMI", "lumi.sensor_magnet.aq2", 0x0000, 0x0006))
    assert wishes(Role.DOOR, lumi) == []


def test_a_zone_that_speaks_without_being_enrolled_is_not_asked_to_be() -> None:
    node = Node(0x0500)
    assert len(zones(cast("Any", node))) == 1
    node.manufacturer, node.model = "LUMI", "lumi.sensor_wleak.aq1"
    assert zones(cast("Any", node)) == []


# -------------------------------------------------------------------------------- getting to know


def test_clusters_that_it_reports_from_and_does_not_list_are_listened_to() -> None:
    node = Node(0x0000, 0x0003)
    node.manufacturer, node.model = "LUMI", "lumi.sensor_motion"
    memory = acquainted(cast("Any", node), NOTHING_YET)
    assert memory.nature.role is Role.MOTION
    assert {Cluster.OCCUPANCY, Cluster.LUMI} <= set(node.endpoint.in_clusters)


def test_what_its_numbers_stand_for_is_remembered_over_a_restart() -> None:
    node = Node(0x0006, 0x0B04, known={POWER_DIVISOR: 10})
    assert acquainted(cast("Any", node), NOTHING_YET).scales.power == (1, 10)


def test_a_device_that_told_no_name_and_no_descriptor_is_known_by_the_rest() -> None:
    node = Node(0x0406)
    node.manufacturer = node.model = None
    node.node_desc = cast("Any", None)
    assert acquainted(cast("Any", node), NOTHING_YET).nature.role is Role.MOTION


def test_a_name_ends_where_the_maker_began_to_fill_it_up() -> None:
    node = Node(0x0500, known={0x0001: 0x0015})
    node.manufacturer, node.model = "LUMI\x00\x00", " lumi.magnet.agl02 " + "x" * 200
    node.endpoint.profile_id = node.endpoint.device_type = None
    signature = signature_of(cast("Any", node))
    assert signature.manufacturer == "LUMI"
    assert len(signature.model) == TEXT_MAX
    assert signature.zone_type_at(1) == 0x0015
    assert signature.sleeps
