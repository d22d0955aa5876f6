"""The examples of docs/protocols/serial-link.md are what both ends say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from heimvakt_drivers.serial.dispenser import frame, payload
from heimvakt_drivers.serial.dispenser.crypto import TO_DEVICE, TO_GATEWAY, Meeting, Seal
from heimvakt_drivers.serial.dispenser.frame import Frame, Splitter, Type, to_wire
from heimvakt_drivers.serial.dispenser.payload import Tag, Verb, tlv
from heimvakt_drivers.serial.dispenser.schedule import Plan
from heimvakt_drivers.serial.dispenser.session import Session
from heimvakt_drivers.virtual.dispenser import octets
from heimvakt_drivers.virtual.dispenser.octets import Message
from heimvakt_drivers.virtual.dispenser.seal import Channel, Handshake

DOCUMENT = Path(__file__).parents[5] / "docs" / "protocols" / "serial-link.md"
PSK, GATEWAY, DEVICE, SERIAL = (
    bytes(range(start, start + count)) for start, count in ((0, 16), (16, 8), (32, 8), (48, 8))
)
DOSE = 29540640
LOG = 0x0123456789ABCDEF
COMMAND = 0x1122334455667788
MEETING = Meeting(GATEWAY, DEVICE, SERIAL, 1, 1)


def examples() -> dict[str, bytes]:
    block = DOCUMENT.read_text().split("## Examples")[1].split("```")[1]
    found = {}
    for line in block.strip().splitlines():
        *name, digits = line.split()
        found[" ".join(name)] = bytes.fromhex(digits)
    return found


EXAMPLES = examples()


def asked(seq: int, kind: Type, counter: int, body: bytes) -> bytes:
    """As the gateway sends it."""
    plain = Frame(frame.SECURE, 1, seq, kind, counter, body)
    return to_wire(replace(plain, payload=Seal(PSK, MEETING, TO_DEVICE).seal(plain)))


def opened(wire: bytes) -> bytes:
    """What of the device's the gateway reads."""
    [read] = Splitter().feed(wire)
    body = Seal(PSK, MEETING, TO_GATEWAY).open(read)
    assert body is not None
    return body


def hello() -> Message:
    [message] = octets.Receiver().feed(EXAMPLES["HELLO"])
    return message


def test_the_document_has_all_of_them() -> None:
    names = ["HELLO", "HELLO_R", "AUTH", "AUTH_R", "POLL", "EVENT", "CMD", "CMD_R", "SCHED"]
    assert set(EXAMPLES) == {*names, "key g2d", "key d2g"}


def test_the_gateway_greets_as_written() -> None:
    session = Session(PSK, 1, GATEWAY)
    assert to_wire(session.hello(1)) == EXAMPLES["HELLO"]
    [answer] = Splitter().feed(EXAMPLES["HELLO_R"])
    assert session.meet(payload.HelloAnswer.read(answer.payload))
    assert to_wire(session.auth(2)) == EXAMPLES["AUTH"]


def test_the_dispenser_greets_as_written() -> None:
    met = Handshake(PSK, hello(), DEVICE, SERIAL)
    answer = Message(octets.FROM_DEVICE, 1, 1, octets.HELLO_R, met.answer)
    assert answer.wire() == EXAMPLES["HELLO_R"]
    [auth] = octets.Receiver().feed(EXAMPLES["AUTH"])
    assert met.accepts(auth.payload)
    taken = Message(octets.FROM_DEVICE, 1, 2, octets.AUTH_R, b"\0")
    assert taken.wire() == EXAMPLES["AUTH_R"]


def test_the_keys_are_as_written() -> None:
    met = Handshake(PSK, hello(), DEVICE, SERIAL)
    for name in ("g2d", "d2g"):
        assert MEETING.derive(PSK, name.encode())[:16] == EXAMPLES[f"key {name}"]
        assert met.make(name.encode())[:16] == EXAMPLES[f"key {name}"]


def test_the_gateway_asks_as_written() -> None:
    assert asked(3, Type.POLL, 1, payload.poll(LOG, 5)) == EXAMPLES["POLL"]
    tlvs = tlv(Tag.DOSE, DOSE, 4) + tlv(Tag.TRAVEL, 0)
    release = payload.command(COMMAND, Verb.RELEASE, 1772438415, tlvs)
    assert asked(4, Type.CMD, 2, release) == EXAMPLES["CMD"]
    plan = Plan(((DOSE, 60), (DOSE + 720, 60)))
    sched = plan.number.to_bytes(4, "little") + plan.octets
    assert asked(5, Type.SCHED, 3, sched) == EXAMPLES["SCHED"]


def test_the_gateway_reads_as_written() -> None:
    entry = payload.LogEntry.read(opened(EXAMPLES["EVENT"]))
    assert entry == payload.LogEntry(LOG, 6, 1500, 1, {1: DOSE.to_bytes(4, "little")})
    [event] = Splitter().feed(EXAMPLES["EVENT"])
    assert event.more
    answer = payload.Answer.read(opened(EXAMPLES["CMD_R"]))
    assert answer == payload.Answer(COMMAND, payload.Result.DONE, 0)


@pytest.mark.parametrize("name", ["POLL", "CMD", "SCHED"])
def test_the_dispenser_opens_what_the_gateway_seals_as_written(name: str) -> None:
    [message] = octets.Receiver().feed(EXAMPLES[name])
    channel = Channel(Handshake(PSK, hello(), DEVICE, SERIAL))
    assert channel.open(message) is not None
    assert channel.open(message) is None, "the same frame again"


def test_the_dispenser_answers_as_written() -> None:
    channel = Channel(Handshake(PSK, hello(), DEVICE, SERIAL))
    [poll] = octets.Receiver().feed(EXAMPLES["POLL"])
    sealed = channel.seal(poll, octets.EVENT, opened(EXAMPLES["EVENT"]), octets.MORE)
    assert sealed.wire() == EXAMPLES["EVENT"]


def test_the_check_sum_is_the_one_that_is_named() -> None:
    assert octets.crc(b"123456789") == 0x29B1
