"""The catalogue of real devices: how its lines are read, and that its devices keep to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from heimvakt_drivers.virtual.zigbee import CatalogueDevice, Outcome, Sent, VirtualRadio
from heimvakt_drivers.virtual.zigbee.air import Outgoing
from heimvakt_drivers.virtual.zigbee.catalogue import Record, record, records
from heimvakt_drivers.virtual.zigbee.catalogue_text import endpoint, frame
from heimvakt_drivers.virtual.zigbee.device import VirtualDevice
from heimvakt_drivers.virtual.zigbee.octets import ieee_octets
from heimvakt_drivers.virtual.zigbee.zcl import Zcl
from heimvakt_drivers.virtual.zigbee.zdo import Binding, Endpoint

HOST = ieee_octets("00:12:4b:00:00:00:00:01")
ADDRESS = "00:11:22:33:44:55:66:77"


class Paper:
    """An air on which what is sent is written down."""

    coordinator_ieee = HOST

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    async def transmit(self, device: VirtualDevice, outgoing: Outgoing) -> Sent:
        self.sent.append(outgoing)
        return Sent(Outcome.WRITTEN, 1)

    async def admit(self, device: VirtualDevice, *, rejoin: bool) -> Sent:
        device.joined = True
        return Sent(Outcome.WRITTEN, 1)

    async def dismiss(self, device: VirtualDevice) -> Sent:
        return Sent(Outcome.WRITTEN, 1)


async def joined(maker: str, model: str) -> tuple[CatalogueDevice, Paper]:
    device, air = CatalogueDevice(ADDRESS, manufacturer=maker, model=model), Paper()
    device.put_on(air)
    await device.join()
    return device, air


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1 0402: 0000 0500 > 0019", Endpoint(1, 0x0104, 0x0402, 0, (0x0000, 0x0500), (0x0019,))),
        ("35 0001 c0c9: 0006", Endpoint(35, 0xC0C9, 0x0001, 0, (0x0006,), ())),
        ("242 0061 a1e0: > 0021", Endpoint(242, 0xA1E0, 0x0061, 0, (), (0x0021,))),
    ],
)
def test_an_endpoint_is_one_line(text: str, read: Endpoint) -> None:
    assert endpoint(text) == read


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("1 0500 status 0021", "09 07 00 2100 00 00 0000"),
        ("1 0006 report 0000 bool 1", "18 07 0a 0000 10 01"),
        ("1 0001 report 0020 uint8 30 0021 uint8 200", "18 07 0a 2000 20 1e 2100 20 c8"),
        ("1 0402 report 0000 int16 -550", "18 07 0a 0000 29 dafd"),
        ("2 000c report 0055 single 1.5", "18 07 0a 5500 39 0000c03f"),
        ("1 0006 command fd 02", "01 07 fd 02"),
        ("1 ef00 notify 01 0003", "09 07 01 0003"),
        ("1 fcc0 by 115f report 0112 uint32 65586", "1c 5f11 07 0a 1201 23 32000100"),
        ("1 0000 by 115f report ff01 text 0121e50b", "1c 5f11 07 0a 01ff 42 04 0121e50b"),
        ("1 0000 by 115f report ff02 structure 01001001", "1c 5f11 07 0a 02ff 4c 01001001"),
    ],
)
def test_a_frame_is_one_line(text: str, octets: str) -> None:
    read = frame(text)
    sent = Zcl(read.control, 7, read.command, read.payload, read.maker)
    assert sent.encode() == bytes.fromhex(octets)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 0500",
        "1 0500 status",
        "1 0500 status wet",
        "1 0006 report 0000 bool",
        "x 0006 report",
    ],
)
def test_a_line_with_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        frame(text)


@pytest.mark.parametrize("each", records(), ids=lambda each: f"{each.maker} {each.model}")
def test_a_record_is_whole(each: Record) -> None:
    numbers = {mine.number for mine in each.endpoints}
    frames = [*each.says.values(), *([each.battery] if each.battery else [])]
    assert {said.endpoint for said in frames} <= numbers
    assert (each.battery is None) == (each.battery_is is None)
    assert (each.zone is not None) == any(0x0500 in mine.inputs for mine in each.endpoints)
    assert len(each.node_descriptor) == 13
    assert record(each.maker, each.model) is each


def test_it_is_long_enough_and_nobody_is_in_it_twice() -> None:
    assert len({(each.maker, each.model) for each in records()}) == len(records()) >= 60


async def test_a_report_needs_a_binding_of_its_own_endpoint() -> None:
    motion, air = await joined("Philips", "SML001")
    assert (await motion.happens("MotionDetected")).outcome is Outcome.NOT_BOUND
    motion.bindings.add(Binding(1, 0x0406, HOST, 1))
    assert (await motion.happens("MotionDetected")).outcome is Outcome.NOT_BOUND
    motion.bindings.add(Binding(2, 0x0406, HOST, 1))
    assert await motion.happens("MotionDetected")
    assert [(o.cluster, o.endpoint) for o in air.sent] == [(0x0406, 2)]


async def test_some_report_without_a_binding() -> None:
    contact, air = await joined("LUMI", "lumi.sensor_magnet.aq2")
    assert await contact.happens("DoorOpened")
    assert [(o.cluster, o.endpoint) for o in air.sent] == [(0x0006, 1)]


async def test_a_zone_tells_nothing_before_it_is_enrolled() -> None:
    smoke, air = await joined("frient A/S", "SMSZB-120")
    assert (await smoke.happens("SmokeDetected")).outcome is Outcome.NOT_ENROLLED
    smoke.receive(0x0500, 35, 1, Zcl(0x11, 9, 0x00, bytes((0, 5))).encode())
    assert await smoke.happens("SmokeDetected")
    assert [(o.cluster, o.endpoint) for o in air.sent] == [(0x0500, 35)]


async def test_it_answers_at_its_own_endpoint_and_of_the_battery_only_what_it_knows() -> None:
    smoke, _air = await joined("frient A/S", "SMSZB-120")
    ask = Zcl(0x00, 1, 0x00, bytes.fromhex("2000 2100")).encode()
    (answer,) = smoke.receive(0x0001, 35, 1, ask)
    assert answer.endpoint == 35
    assert answer.data.endswith(bytes.fromhex("2000 00 20 1d 2100 86"))
    assert not smoke.receive(0x0001, 7, 1, ask)


async def test_a_lock_and_a_plug_do_what_they_are_told() -> None:
    lock, _air = await joined("Danalock", "V3-BTZBE")
    (done,) = lock.receive(0x0101, 1, 1, Zcl(0x01, 4, 0x01).encode())
    assert done.data == bytes((0x19, 4, 0x01, 0x00))
    assert lock.clusters[0x0101][0x0000].value == 2
    plug, _air = await joined("LEDVANCE", "PLUG")
    for command, on in ((1, 1), (2, 0), (2, 1), (0, 0)):
        plug.receive(0x0006, 1, 1, Zcl(0x01, 5, command).encode())
        assert plug.clusters[0x0006][0x0000].value == on


async def test_whoever_has_no_battery_checks_in_by_something_else() -> None:
    repeater, air = await joined("IKEA of Sweden", "TRADFRI signal repeater")
    assert await repeater.check_in()
    assert [o.cluster for o in air.sent] == [0x0000]
    with pytest.raises(ValueError, match="battery"):
        await repeater.tell_battery()


def test_it_comes_back_from_a_file(tmp_path: Path) -> None:
    radio = VirtualRadio(seed=3)
    radio.coordinator.start()
    device = radio.add(CatalogueDevice(ADDRESS, manufacturer="Bosch", model="ISW-ZPR1-WP13"))
    radio.coordinator.admit(device, rejoin=False)
    device.bindings.add(Binding(5, 1, radio.coordinator_ieee, 1))
    radio.save(tmp_path / "radio.json")
    again = VirtualRadio.load(tmp_path / "radio.json").device(ADDRESS)
    assert isinstance(again, CatalogueDevice)
    assert again.endpoints == device.endpoints
    assert (again.joined, again.bindings) == (True, device.bindings)


def test_what_is_not_in_it_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        CatalogueDevice(ADDRESS, manufacturer="Bosch", model="of tomorrow")
