"""Requests of hosts, one frame at a time, without any line."""

from __future__ import annotations

import random
import struct

import pytest

from heimvakt_drivers.virtual.zigbee.sensors import ContactSensor
from heimvakt_drivers.virtual.zigbee.znp.coordinator import Later, Output, ZnpCoordinator
from heimvakt_drivers.virtual.zigbee.znp.dispatch import handle
from heimvakt_drivers.virtual.zigbee.znp.mt_frame import Kind, MtFrame, Subsystem
from heimvakt_drivers.virtual.zigbee.znp.nv import Item

SYS, AF, ZDO, UTIL, APP_CNF = (
    Subsystem.SYS,
    Subsystem.AF,
    Subsystem.ZDO,
    Subsystem.UTIL,
    Subsystem.APP_CNF,
)


class Host:
    """Sends requests and sees what comes back."""

    def __init__(self) -> None:
        self.coordinator = ZnpCoordinator(bytes(range(8)), random.Random(1), asleep_s=7.68)
        self.now = 1000.0

    def ask(self, subsystem: int, command: int, payload: bytes = b"") -> list[Output]:
        return handle(self.coordinator, MtFrame(Kind.SREQ, subsystem, command, payload), self.now)

    def answer(self, subsystem: int, command: int, payload: bytes = b"") -> bytes:
        first = self.ask(subsystem, command, payload)[0]
        assert isinstance(first, MtFrame)
        assert (first.kind, first.subsystem, first.command) == (Kind.SRSP, subsystem, command)
        return first.payload

    def with_door(self) -> ContactSensor:
        door = ContactSensor("00:11:22:33:44:55:66:77")
        self.coordinator.devices[door.ieee_sent] = door
        self.ask(APP_CNF, 0x05, b"\x04")
        self.ask(AF, 0x00, bytes.fromhex("01 0401 0500 00 00 00 00"))
        self.coordinator.admit(door, rejoin=False)
        return door


@pytest.fixture
def host() -> Host:
    return Host()


def frames(outputs: list[Output]) -> list[tuple[int, int]]:
    return [(o.subsystem, o.command) for o in outputs if isinstance(o, MtFrame)]


def test_it_says_what_it_is(host: Host) -> None:
    assert host.answer(SYS, 0x01) == b"\x59\x06"
    assert host.answer(SYS, 0x02) == bytes((2, 1, 2, 7, 1)) + (20240710).to_bytes(4, "little")
    assert host.answer(SYS, 0x04) == bytes(range(8))
    assert len(host.answer(UTIL, 0x49, b"\x00")) == 36


@pytest.mark.parametrize(
    ("subsystem", "command", "code"), [(0x06, 0x01, 0x01), (SYS, 0x7F, 0x02), (UTIL, 0x7F, 0x02)]
)
def test_an_unknown_command_is_not_recognised(
    host: Host, subsystem: int, command: int, code: int
) -> None:
    assert host.ask(subsystem, command) == [
        MtFrame(Kind.SRSP, 0, 0, bytes((code, 0x20 | subsystem, command)))
    ]


def test_a_request_that_is_too_short_is_told_so(host: Host) -> None:
    assert host.ask(SYS, 0x13, b"\x01") == [MtFrame(Kind.SRSP, 0, 0, bytes((4, 0x21, 0x13)))]


def test_an_unknown_indication_gets_no_answer(host: Host) -> None:
    assert handle(host.coordinator, MtFrame(Kind.AREQ, SYS, 0x7F), 0.0) == []


def test_memory_is_read_in_parts(host: Host) -> None:
    host.coordinator.nv.write(0x0F00, bytes(range(250)))
    assert host.answer(SYS, 0x13, b"\x00\x0f") == b"\xfa\x00"
    first = host.answer(SYS, 0x1C, b"\x00\x0f\x00\x00")
    assert first == bytes((0, 244)) + bytes(range(244))
    assert host.answer(SYS, 0x1C, b"\x00\x0f\xf4\x00") == bytes((0, 6)) + bytes(range(244, 250))
    assert host.answer(SYS, 0x1C, b"\x00\x0f\xfa\x00") == bytes((2, 0))


def test_an_item_is_made_written_and_deleted(host: Host) -> None:
    assert host.answer(SYS, 0x07, struct.pack("<HHB", 0x0F00, 2, 1) + b"a") == b"\x09"
    assert host.answer(SYS, 0x07, struct.pack("<HHB", 0x0F00, 2, 1) + b"a") == b"\x00"
    assert host.answer(SYS, 0x1D, struct.pack("<HHH", 0x0F00, 1, 1) + b"b") == b"\x00"
    assert host.coordinator.nv.read(0x0F00) == b"ab"
    assert host.answer(SYS, 0x1D, struct.pack("<HHH", 0x0F00, 1, 2) + b"bc") == b"\x0c"
    assert host.answer(SYS, 0x12, struct.pack("<HH", 0x0F00, 1)) == b"\x0c"
    assert host.answer(SYS, 0x12, struct.pack("<HH", 0x0F00, 2)) == b"\x00"
    assert host.answer(SYS, 0x12, struct.pack("<HH", 0x0F00, 2)) == b"\x09"


def test_a_deleted_address_is_the_one_burnt_in(host: Host) -> None:
    assert host.answer(SYS, 0x12, struct.pack("<HH", Item.EXTADDR, 8)) == b"\x00"
    assert host.answer(SYS, 0x04) == bytes(range(8))
    handle(host.coordinator, MtFrame(Kind.AREQ, SYS, 0x00, b"\x01"), 0.0)
    assert host.coordinator.nv.read(Item.EXTADDR) == bytes(range(8))


def test_forming_ends_with_the_state_and_success(host: Host) -> None:
    outputs = host.ask(APP_CNF, 0x05, b"\x04")
    assert outputs[-2:] == [
        MtFrame(Kind.AREQ, ZDO, 0xC0, b"\x09"),
        MtFrame(Kind.AREQ, APP_CNF, 0x80, b"\x00\x04\x00"),
    ]


def test_a_network_that_is_there_is_restored_after_a_reset(host: Host) -> None:
    host.ask(APP_CNF, 0x05, b"\x04")
    formed = host.coordinator.network
    handle(host.coordinator, MtFrame(Kind.AREQ, SYS, 0x00, b"\x01"), 0.0)
    assert not host.coordinator.running
    outputs = host.ask(APP_CNF, 0x05, b"\x04")
    assert MtFrame(Kind.AREQ, APP_CNF, 0x80, b"\x0d\x00\x04") in outputs
    assert host.coordinator.network == formed


def test_the_startup_option_clears_the_network(host: Host) -> None:
    host.ask(APP_CNF, 0x05, b"\x04")
    host.coordinator.nv.write(Item.STARTUP_OPTION, b"\x03")
    handle(host.coordinator, MtFrame(Kind.AREQ, SYS, 0x00, b"\x01"), 0.0)
    assert host.coordinator.network is None
    assert host.coordinator.nv.read(Item.STARTUP_OPTION) == b"\x00"


def test_permission_to_join_ends(host: Host) -> None:
    host.ask(APP_CNF, 0x05, b"\x04")
    assert frames(host.ask(ZDO, 0x36, bytes.fromhex("0f fcff 3c 00")))[1] == (ZDO, 0xB6)
    assert host.coordinator.permits(1059.9)
    assert not host.coordinator.permits(1060.0)
    host.ask(ZDO, 0x36, bytes.fromhex("0f fcff ff 00"))
    assert host.coordinator.permits(1e9)
    host.ask(ZDO, 0x36, bytes.fromhex("0f fcff 00 00"))
    assert not host.coordinator.permits(1000.0)


def data_request(nwk: int, data: bytes, *, own: int = 1, cluster: int = 0) -> bytes:
    return struct.pack("<HBBHBBBB", nwk, 1, own, cluster, 55, 0, 30, len(data)) + data


def test_a_read_is_confirmed_and_answered(host: Host) -> None:
    door = host.with_door()
    outputs = host.ask(AF, 0x01, data_request(door.nwk, bytes.fromhex("00 07 00 0500")))
    assert frames(outputs) == [(AF, 0x01), (AF, 0x80), (AF, 0x81)]
    confirm, message = outputs[1:]
    assert isinstance(confirm, MtFrame)
    assert isinstance(message, MtFrame)
    assert confirm.payload == bytes((0, 1, 55))
    assert b"HV-CONTACT-1" in message.payload


def test_nobody_there_is_no_route(host: Host) -> None:
    host.with_door()
    outputs = host.ask(AF, 0x01, data_request(0x0BAD, bytes(5)))
    assert outputs[1] == MtFrame(Kind.AREQ, AF, 0x80, bytes((0xCD, 1, 55)))


def test_a_silent_device_lets_the_frame_expire(host: Host) -> None:
    door = host.with_door()
    door.silent = True
    outputs = host.ask(AF, 0x01, data_request(door.nwk, bytes(5)))
    assert outputs[1] == Later(7.68, MtFrame(Kind.AREQ, AF, 0x80, bytes((0xF0, 1, 55))))


def test_an_endpoint_that_was_not_registered_cannot_send(host: Host) -> None:
    door = host.with_door()
    assert host.answer(AF, 0x01, data_request(door.nwk, bytes(5), own=9)) == b"\x02"


def test_typed_and_general_zdo_requests_get_the_same_answer(host: Host) -> None:
    door = host.with_door()
    host.ask(ZDO, 0x3E, b"\xff\xff")
    nwk = struct.pack("<H", door.nwk)
    typed = host.ask(ZDO, 0x05, nwk + nwk)[1]
    address = b"\x02" + nwk + bytes(6)
    general = host.ask(
        AF, 0x02, address + struct.pack("<BHBHBBBH", 0, 0, 0, 5, 9, 0, 30, 3) + b"\x09" + nwk
    )[1]
    assert isinstance(typed, MtFrame)
    assert isinstance(general, MtFrame)
    assert typed.payload == nwk + b"\x00" + nwk + b"\x01\x01"
    assert (general.subsystem, general.command) == (ZDO, 0xFF)
    assert general.payload[9:] == typed.payload[2:]


def test_a_device_asked_to_leave_answers_and_goes(host: Host) -> None:
    door = host.with_door()
    request = struct.pack("<H", door.nwk) + door.ieee_sent + b"\x00"
    assert frames(host.ask(ZDO, 0x34, request)) == [(ZDO, 0x34), (ZDO, 0xB4), (ZDO, 0xC9)]
    assert not door.joined


def test_an_energy_scan_tells_a_level_for_each_channel(host: Host) -> None:
    host.with_door()
    request = struct.pack("<HBIBBH", 0, 2, 0x07FFF800, 4, 1, 0)
    answer = host.ask(ZDO, 0x37, request)[1]
    assert isinstance(answer, MtFrame)
    assert answer.payload[11] == 16
    assert len(answer.payload) == 12 + 16
