"""Commands of hosts to an EmberZNet stick, one at a time, without any line."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee import CatalogueDevice
from heimvakt_drivers.virtual.zigbee.ezsp.ash_frame import DATA_MAX
from heimvakt_drivers.virtual.zigbee.ezsp.codes import Handler, Status
from heimvakt_drivers.virtual.zigbee.ezsp.coordinator import ANY_DEVICE, EzspCoordinator
from heimvakt_drivers.virtual.zigbee.ezsp.dispatch import HANDLERS, handle
from heimvakt_drivers.virtual.zigbee.ezsp.frame import Answer, Callback, Command, Later, decode
from heimvakt_drivers.virtual.zigbee.ezsp.reply import Told
from heimvakt_drivers.virtual.zigbee.ezsp.tokens import Parameters, Token
from heimvakt_drivers.virtual.zigbee.octets import ShortDataError
from heimvakt_drivers.virtual.zigbee.sensors import KINDS, ContactSensor

VERSION, ADD_ENDPOINT, INVALID = 0x0000, 0x0002, 0x0058
NETWORK_INIT, NETWORK_STATE, FORM, LEAVE, PERMIT = 0x0017, 0x0018, 0x001E, 0x0020, 0x0022
PARAMETERS, SECURE, UNICAST, SCAN = 0x0028, 0x0068, 0x0034, 0x001A
TRANSIENT_KEY, POLICY, GET_TOKEN, SET_TOKEN, IEEE = 0x0111, 0x0055, 0x0102, 0x0103, 0x0026
OWN = bytes(range(8))
SECURITY = struct.pack("<H16s16sB8s", 0x1B84, b"t" * 16, b"n" * 16, 3, bytes(8))
NETWORK = Parameters(b"extended", 0x1234, 8, 15, 0, 0, 7, 1 << 15)


class Host:
    """Asks a stick that has said its version."""

    def __init__(self) -> None:
        self.coordinator = EzspCoordinator(OWN, random.Random(1), asleep_s=7.68)
        self.now = 1000.0
        self.ask(VERSION, b"\x0d")

    def ask(self, frame_id: int, parameters: bytes = b"") -> list[Answer | Told]:
        return handle(self.coordinator, Command(9, frame_id, parameters), self.now)

    def answer(self, frame_id: int, parameters: bytes = b"") -> bytes:
        first = self.ask(frame_id, parameters)[0]
        assert isinstance(first, Answer)
        assert (first.frame_id, first.command.sequence) == (frame_id, 9)
        return first.parameters

    def told(self, frame_id: int, parameters: bytes = b"") -> list[tuple[int, bytes]]:
        """What follows the answer, as (handler, parameters)."""
        _, *then = self.ask(frame_id, parameters)
        callbacks = [t.callback if isinstance(t, Later) else t for t in then]
        return [(c.frame_id, c.parameters) for c in callbacks if isinstance(c, Callback)]

    def form(self) -> None:
        self.ask(ADD_ENDPOINT, bytes.fromhex("01 0401 0500 00 00 00"))
        assert self.answer(SECURE, SECURITY) == b"\x00"
        assert self.answer(FORM, NETWORK.encode()) == b"\x00"

    def with_door(self) -> ContactSensor:
        self.form()
        door = ContactSensor("00:11:22:33:44:55:66:77")
        self.coordinator.devices[door.ieee_sent] = door
        self.coordinator.admit(door, rejoin=False)
        return door


@pytest.fixture
def host() -> Host:
    return Host()


def test_the_first_word_is_in_the_form_of_old_and_nothing_is_answered_before() -> None:
    coordinator = EzspCoordinator(OWN, random.Random(1), asleep_s=1)
    [early] = handle(coordinator, Command(1, NETWORK_STATE, b""), 0.0)
    assert early == Answer(Command(1, NETWORK_STATE, b""), INVALID, b"\x30")
    old = decode(b"\x02\x00\x00\x04")
    assert old.old
    [answer] = handle(coordinator, old, 0.0)
    assert isinstance(answer, Answer)
    assert answer.encode() == b"\x02\x80\x00\x0d\x02\x30\x74"
    assert not coordinator.version_set
    new = decode(b"\x03\x00\x01\x00\x00\x0d")
    [answer] = handle(coordinator, new, 0.0)
    assert isinstance(answer, Answer)
    assert answer.encode() == b"\x03\x80\x01\x00\x00\x0d\x02\x30\x74"
    assert coordinator.version_set


def test_an_unknown_or_short_command_is_told_so(host: Host) -> None:
    for frame_id, parameters, reason in ((0x0FFF, b"", 0x31), (PERMIT, b"", 0x33)):
        [answer] = host.ask(frame_id, parameters)
        assert isinstance(answer, Answer)
        assert (answer.frame_id, answer.parameters) == (INVALID, bytes((reason,)))
    with pytest.raises(ShortDataError):
        decode(b"\x01\x00")


def test_a_network_is_formed_as_it_was_asked_for(host: Host) -> None:
    assert host.answer(NETWORK_STATE) == b"\x00"
    assert host.answer(NETWORK_INIT) == bytes((Status.NOT_JOINED,))
    assert host.answer(FORM, NETWORK.encode()) == bytes((Status.SECURITY_STATE_NOT_SET,))
    host.answer(SECURE, SECURITY)
    assert host.told(FORM, NETWORK.encode()) == [
        (Handler.STACK_STATUS, bytes((Status.NETWORK_UP,)))
    ]
    assert host.answer(NETWORK_STATE) == b"\x02"
    status, role, *rest = host.answer(PARAMETERS)
    assert (status, role) == (0, 1)
    assert Parameters.decode(bytes(rest)) == Parameters(
        b"extended", 0x1234, 8, 15, 0, 0, 0, 1 << 15
    ), "it counts the updates of the network itself"
    assert host.coordinator.tokens.network_key == b"n" * 16


def test_a_network_survives_a_reset_and_not_leaving(host: Host) -> None:
    host.form()
    network = host.coordinator.network
    host.coordinator.reset()
    assert not host.coordinator.running
    host.ask(VERSION, b"\x0d")
    assert host.told(NETWORK_INIT) == [(Handler.STACK_STATUS, bytes((Status.NETWORK_UP,)))]
    assert host.coordinator.network == network
    assert host.told(LEAVE) == [(Handler.STACK_STATUS, bytes((Status.NETWORK_DOWN,)))]
    assert host.answer(NETWORK_INIT) == bytes((Status.NOT_JOINED,))


def test_joining_needs_time_policy_and_a_key(host: Host) -> None:
    host.form()
    allow, forbid = b"\x00\x01\x00", b"\x00\x00\x00"
    key = ANY_DEVICE + bytes(17)
    host.ask(POLICY, forbid)
    for frame_id, parameters in ((PERMIT, b"\x3c"), (TRANSIENT_KEY, key)):
        host.ask(frame_id, parameters)
        assert not host.coordinator.permits(host.now)
    host.ask(POLICY, allow)
    assert host.coordinator.permits(host.now + 59)
    assert not host.coordinator.permits(host.now + 60)
    host.ask(PERMIT, b"\xff")
    assert host.coordinator.permits(host.now + 299)
    assert not host.coordinator.permits(host.now + 300), "the key is too old"


def test_a_custom_address_counts_from_the_next_reset_on(host: Host) -> None:
    token = struct.pack("<II", Token.RESTORED_EUI64, 0)
    assert host.answer(GET_TOKEN, token) == b"\x00\x08\x00\x00\x00" + b"\xff" * 8
    assert host.answer(SET_TOKEN, token + b"\x08\x00\x00\x00" + b"restored") == b"\x00"
    assert host.answer(SET_TOKEN, token + b"\x01\x00\x00\x00" + b"r") != b"\x00"
    assert host.answer(IEEE) == OWN
    host.coordinator.reset()
    host.ask(VERSION, b"\x0d")
    assert host.answer(IEEE) == b"restored"


def test_a_child_that_a_host_wrote_needs_its_flag_to_stay(host: Host) -> None:
    host.form()
    child = struct.pack("<8sBHBBBI", b"a device", 4, 0x5678, 0, 0, 0, 0)
    assert host.answer(0x00AC, b"\x00" + child) == b"\x00"
    place = struct.pack("<II", Token.CHILD_TABLE, 0)
    entry = host.answer(GET_TOKEN, place)[5:]
    assert entry == b"a device\x78\x56\x00"
    host.coordinator.reset()
    assert not host.coordinator.tokens.children
    host.ask(VERSION, b"\x0d")
    host.answer(0x00AC, b"\x00" + child)
    host.answer(SET_TOKEN, place + b"\x0b\x00\x00\x00" + entry[:-1] + b"\x80")
    host.coordinator.reset()
    assert [kept.ieee for kept in host.coordinator.tokens.children] == [b"a device"]


def unicast(nwk: int, data: bytes, *, endpoint: int = 1, cluster: int = 0) -> bytes:
    aps = struct.pack("<HHBBHHB", 0x0104, cluster, endpoint and 1, endpoint, 0x0140, 0, 0)
    return struct.pack("<BH", 0, nwk) + aps + bytes((55, len(data))) + data


def test_a_read_is_confirmed_and_answered(host: Host) -> None:
    door = host.with_door()
    sent, heard = host.told(UNICAST, unicast(door.nwk, bytes.fromhex("00 07 00 0500")))
    assert sent[0] == Handler.MESSAGE_SENT
    assert sent[1][-3:] == bytes((55, Status.SUCCESS, 0))
    assert heard[0] == Handler.INCOMING_MESSAGE
    assert b"HV-CONTACT-1" in heard[1]


def test_an_answer_to_an_endpoint_that_nobody_registered_is_not_passed_on(host: Host) -> None:
    door = host.with_door()
    host.coordinator.endpoints_by_number.clear()
    told = host.told(UNICAST, unicast(door.nwk, bytes.fromhex("00 07 00 0500")))
    assert [handler for handler, _ in told] == [Handler.MESSAGE_SENT]


def test_nobody_there_and_nobody_awake_fail_at_once_and_later(host: Host) -> None:
    door = host.with_door()
    [failed] = host.told(UNICAST, unicast(0x0BAD, bytes(5)))
    assert failed[1][-2] == Status.DELIVERY_FAILED
    door.silent = True
    _, later = host.ask(UNICAST, unicast(door.nwk, bytes(5)))
    assert isinstance(later, Later)
    assert later.delay_s == 7.68
    assert later.callback.parameters[-2] == Status.DELIVERY_FAILED


def test_without_a_network_nothing_is_sent_and_too_much_never(host: Host) -> None:
    assert host.answer(UNICAST, unicast(1, bytes(5)))[0] == Status.NETWORK_DOWN
    door = host.with_door()
    assert host.answer(UNICAST, unicast(door.nwk, bytes(83)))[0] == Status.MESSAGE_TOO_LONG


def test_a_device_asked_to_leave_answers_and_goes(host: Host) -> None:
    door = host.with_door()
    request = b"\x07" + door.ieee_sent + b"\x00"
    told = host.told(UNICAST, unicast(door.nwk, request, endpoint=0, cluster=0x0034))
    assert [handler for handler, _ in told] == [
        Handler.MESSAGE_SENT,
        Handler.INCOMING_MESSAGE,
        Handler.CHILD_JOIN,
        Handler.TRUST_CENTER_JOIN,
    ]
    assert not door.joined
    assert not host.coordinator.tokens.children


def test_an_energy_scan_tells_each_channel_and_ends(host: Host) -> None:
    *levels, end = host.told(SCAN, struct.pack("<BIB", 0, 0x07FFF800, 4))
    assert [found[0] for _, found in levels] == list(range(11, 27))
    assert all(-100 <= struct.unpack("<b", found[1:])[0] < -40 for _, found in levels)
    assert end[0] == Handler.SCAN_COMPLETE


SENSORS = [kind for kind in KINDS.values() if kind is not CatalogueDevice]
COMMANDS = sorted(HANDLERS)
small = st.builds(bytes, st.lists(st.integers(0, 0x42), max_size=60))


@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.binary(max_size=120) | small), max_size=12))
def test_any_commands_with_any_parameters(commands: list[tuple[int, bytes]]) -> None:
    host = Host()
    host.form()
    for number, kind in enumerate(SENSORS):
        device = kind(f"00:11:22:33:44:55:66:{number:02x}")
        host.coordinator.devices[device.ieee_sent] = device
        host.coordinator.admit(device, rejoin=False)
    for frame_id, parameters in commands:
        outputs = host.ask(frame_id, parameters)
        assert len(outputs) < 40
        for output in outputs:
            what = output.callback if isinstance(output, Later) else output
            assert len(what.encode()) <= DATA_MAX
