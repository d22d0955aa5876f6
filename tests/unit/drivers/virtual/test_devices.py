"""What devices send and answer, on an air that only writes down."""

from __future__ import annotations

import pytest

from heimvakt_drivers.virtual.zigbee import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    NotOnAirError,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    Outcome,
    Sent,
    VirtualDevice,
    VirtualRadio,
    ZoneStatus,
)
from heimvakt_drivers.virtual.zigbee import device as device_module
from heimvakt_drivers.virtual.zigbee.air import Outgoing
from heimvakt_drivers.virtual.zigbee.octets import ieee_octets
from heimvakt_drivers.virtual.zigbee.zcl import Zcl, decode
from heimvakt_drivers.virtual.zigbee.zdo import Binding

HOST = ieee_octets("00:12:4b:00:00:00:00:01")
ADDRESS = "00:11:22:33:44:55:66:77"


class Paper:
    """An air on which frames are written down; `outcomes` come first, then everything arrives."""

    def __init__(self) -> None:
        self.frames: list[Zcl] = []
        self.outcomes: list[Outcome] = []

    coordinator_ieee = HOST

    async def transmit(self, device: VirtualDevice, outgoing: Outgoing) -> Sent:
        self.frames.append(decode(outgoing.data))
        return Sent(self.outcomes.pop(0) if self.outcomes else Outcome.WRITTEN, 1)

    async def admit(self, device: VirtualDevice, *, rejoin: bool) -> Sent:
        device.joined = True
        return Sent(Outcome.WRITTEN, 1)

    async def dismiss(self, device: VirtualDevice) -> Sent:
        device.forget()
        return Sent(Outcome.WRITTEN, 1)


@pytest.fixture
def air() -> Paper:
    return Paper()


def enrol(device: VirtualDevice, zone_id: int = 5) -> None:
    response = Zcl(0x11, 9, 0x00, bytes((0, zone_id)))
    assert device.receive(0x0500, 1, 1, response.encode()) == []


async def test_a_device_without_a_radio_says_so() -> None:
    with pytest.raises(NotOnAirError, match=r"radio\.add"):
        await ContactSensor(ADDRESS).join()


async def test_a_zone_that_is_not_enrolled_keeps_its_alarms_but_answers_reads(air: Paper) -> None:
    door = ContactSensor(ADDRESS)
    door.put_on(air)
    await door.join()
    assert (await door.open()).outcome is Outcome.NOT_ENROLLED
    assert air.frames == []
    answers = door.receive(0x0500, 1, 1, bytes.fromhex("00 07 00 0200"))
    assert decode(answers[0].data).payload == bytes.fromhex("0200 00 19 0100")


async def test_writing_the_address_asks_for_enrolment(air: Paper) -> None:
    door = ContactSensor(ADDRESS)
    door.put_on(air)
    await door.join()
    write = Zcl(0x00, 3, 0x02, bytes.fromhex("1000 f0") + HOST)
    response, request = door.receive(0x0500, 1, 4, write.encode())
    assert decode(response.data).payload == b"\x00"
    asked = decode(request.data)
    assert (asked.command, asked.payload[:2]) == (0x01, b"\x15\x00")
    assert request.host_endpoint == 4


async def test_an_enrolled_zone_tells_status_and_number(air: Paper) -> None:
    mat = BedMat(ADDRESS)
    mat.put_on(air)
    await mat.join()
    enrol(mat, zone_id=7)
    assert mat.enrolled
    await mat.leave()
    await mat.tamper(True)
    await mat.occupy()
    payloads = [frame.payload.hex(" ") for frame in air.frames]
    assert payloads == ["01 00 00 07 00 00", "05 00 00 07 00 00", "04 00 00 07 00 00"]


async def test_an_emergency_button_uses_the_bit_of_its_zone_type(air: Paper) -> None:
    button = EmergencyButton(ADDRESS)
    button.put_on(air)
    await button.join()
    enrol(button)
    await button.press()
    await button.release()
    assert [frame.payload[0] for frame in air.frames] == [ZoneStatus.ALARM_2, 0]


async def test_a_low_battery_shows_in_the_zone_status(air: Paper) -> None:
    button = EmergencyButton(ADDRESS)
    button.put_on(air)
    await button.join()
    enrol(button)
    assert await button.battery(10)
    assert button.zone_status == ZoneStatus.BATTERY
    assert button.battery_percent == 10
    await button.battery(100)
    assert button.zone_status == ZoneStatus(0)


@pytest.mark.parametrize("percent", [-1, 101])
def test_there_are_no_such_batteries(percent: float) -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        ContactSensor(ADDRESS).set_battery(percent)


async def test_reports_need_a_binding_to_the_coordinator(air: Paper) -> None:
    sensor = OccupancySensor(ADDRESS)
    sensor.put_on(air)
    await sensor.join()
    assert (await sensor.occupied()).outcome is Outcome.NOT_BOUND
    sensor.bindings.add(Binding(1, 0x0406, bytes(8), 1))
    assert (await sensor.occupied()).outcome is Outcome.NOT_BOUND
    sensor.bindings.add(Binding(1, 0x0406, HOST, 3))
    assert await sensor.occupied()
    assert air.frames[0].payload == bytes.fromhex("0000 18 01")


async def test_some_report_without(air: Paper) -> None:
    contact = OnOffContact(ADDRESS)
    contact.put_on(air)
    await contact.join()
    assert await contact.open()
    assert air.frames[0].payload == bytes.fromhex("0000 10 01")


async def test_a_remote_sends_commands_from_the_client_side(air: Paper) -> None:
    remote = OnOffButton(ADDRESS)
    remote.put_on(air)
    await remote.join()
    await remote.on()
    await remote.off()
    await remote.toggle()
    assert [frame.command for frame in air.frames] == [1, 0, 2]
    assert not any(frame.from_server or frame.general for frame in air.frames)


async def test_a_silent_device_sends_nothing(air: Paper) -> None:
    remote = OnOffButton(ADDRESS)
    remote.put_on(air)
    await remote.join()
    remote.silent = True
    assert (await remote.toggle()).outcome is Outcome.SILENT
    assert air.frames == []


async def test_a_device_that_has_not_joined_sends_nothing(air: Paper) -> None:
    remote, door = OnOffButton(ADDRESS), ContactSensor(ADDRESS)
    for device in (remote, door):
        device.put_on(air)
    assert (await remote.toggle()).outcome is Outcome.NOT_JOINED
    assert (await door.open()).outcome is Outcome.NOT_JOINED
    assert (await door.check_in()).outcome is Outcome.NOT_JOINED


async def test_it_tries_again_while_no_host_is_there(
    air: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_module, "RETRY_S", 0.0)
    remote = OnOffButton(ADDRESS, retries=3)
    remote.put_on(air)
    await remote.join()
    air.outcomes = [Outcome.NO_HOST, Outcome.NETWORK_DOWN]
    assert await remote.toggle()
    assert len(air.frames) == 3
    assert len({frame.sequence for frame in air.frames}) == 1
    air.outcomes = [Outcome.NO_HOST] * 9
    assert not await remote.toggle()
    assert len(air.frames) == 3 + 4


async def test_sequence_numbers_go_round(air: Paper) -> None:
    remote = OnOffButton(ADDRESS)
    remote.put_on(air)
    await remote.join()
    for _ in range(200):
        await remote.toggle()
    assert [frame.sequence for frame in air.frames] == list(range(1, 201))
    assert [remote.next_sequence() for _ in range(57)][-2:] == [0, 1]


def test_a_cluster_that_is_not_there_and_a_command_that_is_unknown() -> None:
    door = ContactSensor(ADDRESS)
    answer = decode(door.receive(0x0B04, 1, 1, bytes.fromhex("00 07 00 0000"))[0].data)
    assert (answer.command, answer.payload) == (0x0B, b"\x00\xc3")
    answer = decode(door.receive(0x0500, 1, 1, bytes.fromhex("01 07 77"))[0].data)
    assert (answer.command, answer.payload) == (0x0B, b"\x77\x81")


def test_answers_of_hosts_are_not_answered() -> None:
    door = ContactSensor(ADDRESS)
    assert door.receive(0x0500, 1, 1, bytes.fromhex("18 07 0b 0000")) == []
    assert door.receive(0x0500, 1, 1, b"\x00") == []


def test_rubbish_in_a_command_is_malformed() -> None:
    door = ContactSensor(ADDRESS)
    answer = decode(door.receive(0x0500, 1, 1, bytes.fromhex("00 07 02 1000 f0 01"))[0].data)
    assert answer.payload == b"\x02\x80"


async def test_leaving_forgets_all_that_belongs_to_a_network(air: Paper) -> None:
    door = ContactSensor(ADDRESS)
    door.put_on(air)
    await door.join()
    enrol(door)
    door.bindings.add(Binding(1, 1, HOST, 1))
    await door.leave_network()
    assert not door.enrolled
    assert not door.bindings
    assert not door.joined


def test_two_devices_cannot_have_one_address() -> None:
    radio = VirtualRadio()
    radio.add(ContactSensor(ADDRESS))
    with pytest.raises(ValueError, match="already"):
        radio.add(BedMat(ADDRESS))
