"""The virtual radio under an unmodified zigpy with each family's library: terminal and TCP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from zigpy.exceptions import NetworkNotFormed
from zigpy.types import Channels

from heimvakt_drivers.virtual.zigbee import (
    FACES,
    BedMat,
    ContactSensor,
    EmergencyButton,
    Face,
    IasZoneDevice,
    JoinRefusedError,
    MotionSensor,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    Outcome,
    SmokeDetector,
    VirtualDevice,
    VirtualRadio,
)
from tests.support import zigpy_host
from tests.support.zigpy_host import IAS_ZONE, Host

KINDS: list[type[VirtualDevice]] = [
    BedMat,
    ContactSensor,
    EmergencyButton,
    MotionSensor,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    SmokeDetector,
]
ADDRESS = "00:11:22:33:44:55:66:01"


both = pytest.mark.parametrize("speaks", FACES)


def formed_radio(speaks: Face, seed: int = 7) -> VirtualRadio:
    radio = VirtualRadio(seed=seed, asleep_s=0.2, speaks=speaks)
    radio.coordinator.start()
    radio.coordinator.reset()
    return radio


@pytest.fixture
def speaks() -> Face:
    """What a test is about that does not say `both`."""
    return "znp"


@pytest.fixture
def radio(speaks: Face) -> VirtualRadio:
    return formed_radio(speaks)


@pytest.fixture
async def host(radio: VirtualRadio) -> AsyncIterator[Host]:
    async with (
        radio.serve_pty() as port,
        zigpy_host.running(port, speaks=radio.speaks) as host,
    ):
        yield host


async def let_in(radio: VirtualRadio, host: Host, device: VirtualDevice) -> None:
    radio.add(device)
    if not radio.permit_open:
        await host.app.permit(60)
    await radio.wait_permit_join()
    assert await device.join()
    await host.interviewed(device.ieee)


@both
async def test_a_network_is_formed_and_found_again(tmp_path: Path, speaks: Face) -> None:
    radio = VirtualRadio(seed=1, speaks=speaks)
    async with radio.serve_pty(link=tmp_path / "radio") as port:
        with pytest.raises(NetworkNotFormed):
            async with zigpy_host.running(port, speaks=speaks, auto_form=False):
                pass
        async with zigpy_host.running(port, speaks=speaks) as host:
            first = host.app.state.network_info
        await radio.wait_no_host()
        async with zigpy_host.running(port, speaks=speaks, auto_form=False) as host:
            await radio.wait_ready()
            again = host.app.state.network_info
    for name in ("pan_id", "extended_pan_id", "channel"):
        assert getattr(again, name) == getattr(first, name)
    assert again.network_key.key == first.network_key.key
    network = radio.coordinator.network
    assert network is not None
    assert network.pan_id == first.pan_id


@both
async def test_a_network_survives_a_restart_of_the_radio_program(
    tmp_path: Path, speaks: Face
) -> None:
    radio = formed_radio(speaks)
    async with radio.serve_pty() as port, zigpy_host.running(port, speaks=speaks) as host:
        await let_in(radio, host, ContactSensor(ADDRESS))
        first = host.app.state.network_info
    radio.save(tmp_path / "radio.json")
    radio = VirtualRadio.load(tmp_path / "radio.json")
    async with (
        radio.serve_tcp() as port,
        zigpy_host.running(port, speaks=speaks, auto_form=False) as host,
    ):
        await host.app.load_network_info(load_devices=True)
        again = host.app.state.network_info
        assert again.pan_id == first.pan_id
        assert [str(child) for child in again.children] == [ADDRESS]


@pytest.mark.parametrize(("speaks", "end"), [("znp", "pty"), ("znp", "tcp"), ("ezsp", "pty")])
async def test_a_contact_is_let_in_enrolled_and_heard(radio: VirtualRadio, end: str) -> None:
    serve = radio.serve_pty if end == "pty" else radio.serve_tcp
    async with serve() as port, zigpy_host.running(port, speaks=radio.speaks) as host:
        door = ContactSensor(ADDRESS)
        await let_in(radio, host, door)
        device = await host.interviewed(ADDRESS)
        assert (await door.open()).outcome is Outcome.NOT_ENROLLED
        await host.enrol(device, zone_id=3)
        await door.wait_enrolled()
        assert await door.close()
        assert await door.open()
        for expected in (0, 1):
            heard, cluster, command, arguments = await host.commands.get()
            assert (heard.ieee, cluster, command) == (device.ieee, IAS_ZONE, 0x00)
            assert (arguments.zone_status, arguments.zone_id) == (expected, 3)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_interviewed(
    radio: VirtualRadio, host: Host, kind: type[VirtualDevice]
) -> None:
    device = kind(ADDRESS, manufacturer="Nordlys", model="N-1")
    await let_in(radio, host, device)
    known = await host.interviewed(ADDRESS)
    assert (known.manufacturer, known.model) == ("Nordlys", "N-1")
    assert known.nwk == device.nwk
    assert known.node_desc is not None
    assert known.node_desc.is_end_device
    assert set(known.endpoints[1].in_clusters) == set(device.endpoints[0].inputs)
    assert set(known.endpoints[1].out_clusters) == set(device.endpoints[0].outputs)


async def test_every_zone_is_enrolled_and_tells_its_alarm(radio: VirtualRadio, host: Host) -> None:
    kinds: list[type[IasZoneDevice]] = [k for k in KINDS if issubclass(k, IasZoneDevice)]
    assert len(kinds) == 5
    for number, kind in enumerate(kinds):
        device = kind(f"00:11:22:33:44:55:66:{number:02x}")
        await let_in(radio, host, device)
        await host.enrol(await host.interviewed(device.ieee), zone_id=number)
        await device.wait_enrolled()
        assert await device.set_alarm(True)
        *_, arguments = await host.commands.get()
        assert (arguments.zone_status, arguments.zone_id) == (int(device.alarm), number)
        assert await device.tamper(True)
        *_, arguments = await host.commands.get()
        assert arguments.zone_status == int(device.alarm) | 0x04


@both
async def test_bound_and_configured_attributes_are_reported(
    radio: VirtualRadio, host: Host
) -> None:
    sensor = OccupancySensor(ADDRESS)
    await let_in(radio, host, sensor)
    endpoint = (await host.interviewed(ADDRESS)).endpoints[1]
    assert (await sensor.occupied()).outcome is Outcome.NOT_BOUND
    for cluster, attribute, least, most, change in (
        (endpoint.occupancy, "occupancy", 0, 600, 1),
        (endpoint.power, "battery_percentage_remaining", 3600, 43200, 1),
    ):
        [status, *_] = await cluster.bind()
        assert status == 0
        await cluster.configure_reporting(attribute, least, most, change)
    await sensor.wait_bound(0x0001)
    assert sensor.reporting[0x0406, 0x0000].max_s == 600
    assert sensor.reporting[0x0001, 0x0021].change == 1
    assert await sensor.occupied()
    assert await sensor.battery(42.5)
    heard = [(await host.reports.get())[1:] for _ in range(3)]
    assert heard == [(0x0406, 0, 1), (0x0001, 0x20, 24), (0x0001, 0x21, 85)]


async def test_a_remote_and_a_contact_without_binding(radio: VirtualRadio, host: Host) -> None:
    remote, contact = OnOffButton("00:11:22:33:44:55:66:02"), OnOffContact(ADDRESS)
    await let_in(radio, host, remote)
    await let_in(radio, host, contact)
    assert await remote.toggle()
    device, cluster, command, _ = await host.commands.get()
    assert (str(device.ieee), cluster, command) == (remote.ieee, 0x0006, 0x02)
    assert await contact.open()
    device, cluster, attribute, value = await host.reports.get()
    assert (str(device.ieee), cluster, attribute, value) == (ADDRESS, 0x0006, 0, 1)


@both
async def test_a_device_leaves_on_its_own_and_when_told(radio: VirtualRadio, host: Host) -> None:
    door, mat = ContactSensor(ADDRESS), BedMat("00:11:22:33:44:55:66:02")
    await let_in(radio, host, door)
    await let_in(radio, host, mat)
    assert await door.leave_network()
    assert str((await host.left.get()).ieee) == ADDRESS
    device = await host.interviewed(mat.ieee)
    await device.zdo.leave()
    await mat.wait_for(lambda: not mat.joined)
    assert str((await host.left.get()).ieee) == mat.ieee


@both
async def test_a_device_comes_back_with_all_it_knew(radio: VirtualRadio, host: Host) -> None:
    door = ContactSensor(ADDRESS)
    await let_in(radio, host, door)
    await host.enrol(await host.interviewed(ADDRESS), zone_id=1)
    await host.app.permit(0)
    await radio.changes.until(lambda: not radio.permit_open)
    assert await door.rejoin()
    assert door.enrolled
    assert await door.open()
    *_, arguments = await host.commands.get()
    assert arguments.zone_status == 1


@both
async def test_nobody_joins_a_closed_network(radio: VirtualRadio, host: Host) -> None:
    door = radio.add(ContactSensor(ADDRESS))
    with pytest.raises(JoinRefusedError, match="permit"):
        await door.join()
    assert not door.joined


@both
async def test_a_burst_of_one_device_loses_nothing_to_the_host_s_filter(
    radio: VirtualRadio, host: Host
) -> None:
    remote = OnOffButton(ADDRESS)
    await let_in(radio, host, remote)
    for _ in range(240):
        assert await remote.toggle()
    async with asyncio.timeout(60):
        heard = [await host.commands.get() for _ in range(240)]
    assert {command for _, _, command, _ in heard} == {0x02}


@both
async def test_the_channels_are_listened_to(host: Host) -> None:
    found = await host.app.energy_scan(Channels.ALL_CHANNELS, duration_exp=2, count=1)
    assert sorted(found) == list(range(11, 27))
    assert min(found[channel] for channel in (11, 16, 21, 26)) > max(found[12], found[20])


@both
async def test_a_network_moves_to_a_blank_stick(tmp_path: Path, speaks: Face) -> None:
    old, new = formed_radio(speaks), VirtualRadio(seed=99, asleep_s=0.2, speaks=speaks)
    async with old.serve_pty() as port, zigpy_host.running(port, speaks=speaks) as host:
        await let_in(old, host, ContactSensor(ADDRESS))
        backup = await host.app.backups.create_backup(load_devices=True)
    async with new.serve_pty() as port, zigpy_host.running(port, speaks=speaks) as host:
        await host.app.backups.restore_backup(backup)
    async with (
        new.serve_pty() as port,
        zigpy_host.running(port, speaks=speaks, auto_form=False) as host,
    ):
        await host.app.load_network_info(load_devices=True)
        moved = host.app.state
    assert new.ieee == old.ieee
    assert new.coordinator.network == old.coordinator.network
    assert moved.network_info.network_key.key == backup.network_info.network_key.key
    assert moved.network_info.network_key.tx_counter >= backup.network_info.network_key.tx_counter
    assert [str(child) for child in moved.network_info.children] == [ADDRESS]
    assert moved.network_info.nwk_addresses == backup.network_info.nwk_addresses


async def test_one_serial_line_is_all_there_is(radio: VirtualRadio) -> None:
    async with radio.serve_pty():
        with pytest.raises(RuntimeError, match="served already"):
            async with radio.serve_tcp():
                pass


async def test_a_second_host_is_turned_away(radio: VirtualRadio) -> None:
    async with radio.serve_tcp() as port:
        number = int(port.rpartition(":")[2])
        _, first = await asyncio.open_connection("127.0.0.1", number)
        await radio.wait_host()
        reader, second = await asyncio.open_connection("127.0.0.1", number)
        assert await reader.read() == b""
        first.write(bytes.fromhex("fe00210120"))
        for writer in (first, second):
            writer.close()
            await writer.wait_closed()
        await radio.wait_no_host()
