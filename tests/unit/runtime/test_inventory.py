"""What is known of each device, from the state of the home and from who is in the network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from heimvakt.core.commands import Command
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import BatteryMeasured, LinkMeasured
from heimvakt.core.ports import DriverContext
from heimvakt.core.tending import Member, TellStep, Wanted
from heimvakt.runtime.hosting import HostedDriver
from heimvakt.runtime.inventory import Inventory
from tests.support.drivers import Gate
from tests.support.hand_clock import HandClock
from tests.support.homes import DEVICES, EVENING
from tests.support.lives import Life, live

HALL = DEVICES["hall"]


class Network:
    """A driver whose network people look after."""

    def __init__(self) -> None:
        self.there: list[Member] = []
        self.devices: Mapping[str, Device] = {}

    async def run(self, context: DriverContext) -> None:
        raise NotImplementedError

    async def execute(self, command: Command) -> None:
        raise NotImplementedError

    def counts(self) -> Mapping[str, int]:
        return {}

    async def pair(self, wanted: Wanted, tell: TellStep) -> str:
        raise NotImplementedError

    def take_over(self, devices: Mapping[str, Device]) -> None:
        self.devices = devices

    async def forget(self, address: str) -> None:
        raise NotImplementedError

    def members(self) -> Sequence[Member]:
        return self.there


@asynccontextmanager
async def inventory(folder: Path) -> AsyncIterator[tuple[Life, Network, Inventory]]:
    network = Network()
    async with live(folder) as life:
        hosted = host(network, folder)
        of = Inventory(life.pipeline, {"zigbee": hosted}, life.clock, "Europe/Oslo")
        yield life, network, of


def host(network: Network, folder: Path) -> HostedDriver:
    return HostedDriver(
        "zigbee", network, DEVICES, folder / "zigbee", Gate(), HandClock(EVENING), str
    )


async def test_a_device_is_told_with_its_link_its_battery_and_the_rules_that_need_it(
    tmp_path: Path,
) -> None:
    async with inventory(tmp_path) as (life, network, of):
        network.there = [Member(address=HALL.address, interviewed=True, model="MS01", lqi=200)]
        row = of.all()["devices"]["hall"]
        assert (row["joined"], row["model"], row["lqi"], row["lqi_worst"]) == (
            True,
            "MS01",
            200,
            None,
        )
        assert row["last_seen"] is None
        await life.pipeline.emit(
            LinkMeasured(device_id="hall", lqi=90),
            BatteryMeasured(device_id="hall", percent=80),
            LinkMeasured(device_id="stranger", lqi=1),
        )
        life.clock.drive(life.clock.now() + timedelta(days=1))
        await life.pipeline.emit(LinkMeasured(device_id="hall", lqi=150))
        row = of.all()["devices"]["hall"]
        assert (row["lqi"], row["lqi_worst"]) == (200, 90), (
            "of the last frame, as the driver has it"
        )
        network.there = []
        row = of.all()["devices"]["hall"]
        assert (row["lqi"], row["lqi_worst"]) == (150, 90)
        assert row["last_seen"] == life.clock.now().isoformat()
        assert row["silent_after_s"] >= 3600
        home = life.pipeline.home
        assert {i: tuple(r["rules"]) for i, r in of.all()["devices"].items()} == {
            i: home.rules_that_need(i) for i in home.devices
        }


async def test_the_worst_link_is_that_of_a_week(tmp_path: Path) -> None:
    async with inventory(tmp_path) as (life, _, of):
        for lqi in (40, 90, 91, 92, 93, 94, 95, 96):
            await life.pipeline.emit(LinkMeasured(device_id="hall", lqi=lqi))
            life.clock.drive(life.clock.now() + timedelta(days=1))
        assert of.all()["devices"]["hall"]["lqi_worst"] == 90


async def test_who_is_in_the_network_and_not_in_the_home_is_told_apart(tmp_path: Path) -> None:
    async with inventory(tmp_path) as (_, network, of):
        stranger = Member(address="00:01", says=("a motion zone",), roles=(Role.MOTION, Role.BED))
        network.there = [Member(address=HALL.address), stranger]
        told = of.all()
        assert told["devices"]["hall"]["joined"] is True
        assert {i for i, row in told["devices"].items() if row["joined"] is False} == {
            device_id for device_id, d in DEVICES.items() if d.driver == "zigbee"
        } - {"hall"}
        [unknown] = told["unknown"]
        assert (unknown["address"], unknown["driver"]) == ("00:01", "zigbee")
        assert unknown["roles"] == ["motion", "bed"]


def test_a_driver_takes_over_its_own_devices_and_only_if_they_are_others(tmp_path: Path) -> None:
    network = Network()
    hosted = host(network, tmp_path)
    hosted.take_over(DEVICES)
    assert network.devices == {}, "nothing is new"
    fewer = {i: d for i, d in DEVICES.items() if i != "hall"}
    assert hosted.can_take_over(fewer)
    hosted.take_over(fewer)
    assert network.devices == hosted.devices
    assert HALL.address not in network.devices
