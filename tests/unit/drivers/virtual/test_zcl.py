"""Values, headers and the general commands of clusters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee import zcl
from heimvakt_drivers.virtual.zigbee.octets import Reader, ShortDataError, ieee_octets, ieee_text
from heimvakt_drivers.virtual.zigbee.zcl import Reporting, Zcl
from heimvakt_drivers.virtual.zigbee.zcl_values import (
    FIXED_LENGTHS,
    Attribute,
    Type,
    decode_value,
    encode_value,
)


def battery() -> dict[int, Attribute]:
    return {
        0x0020: Attribute(Type.UINT8, 30),
        0x0021: Attribute(Type.UINT8, 200),
        0x0036: Attribute(Type.UINT8, 25, writable=True),
    }


@given(
    st.integers(0, 0xFF).map(lambda control: control & ~zcl.MANUFACTURER_SPECIFIC),
    st.integers(0, 0xFF),
    st.integers(0, 0xFF),
    st.binary(max_size=60),
    st.none() | st.integers(0, 0xFFFF),
)
def test_a_frame_is_read_as_it_was_written(
    control: int, sequence: int, command: int, payload: bytes, maker: int | None
) -> None:
    if maker is not None:
        control |= zcl.MANUFACTURER_SPECIFIC
    frame = Zcl(control, sequence, command, payload, maker)
    assert zcl.decode(frame.encode()) == frame


def test_an_answer_turns_the_direction_and_keeps_the_number() -> None:
    answer = Zcl(0x00, 77, 0x00).answer(0x01, b"")
    assert answer.from_server
    assert answer.sequence == 77
    assert not answer.wants_default_rsp


def test_a_frame_without_a_whole_header_is_refused() -> None:
    with pytest.raises(ShortDataError):
        zcl.decode(b"\x00\x01")


@given(st.sampled_from([0x20, 0x21, 0x23, 0x28, 0x29, 0x2B, 0x18, 0x19, 0x30, 0x10]), st.data())
def test_numbers_survive(type_id: int, data: st.DataObject) -> None:
    bits = 8 * FIXED_LENGTHS[type_id]
    signed = 0x28 <= type_id <= 0x2F
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    value = data.draw(st.integers(low, high))
    assert decode_value(type_id, Reader(encode_value(type_id, value))) == value


@given(st.text(max_size=40))
def test_texts_survive(text: str) -> None:
    assert decode_value(0x42, Reader(encode_value(0x42, text))) == text


def test_addresses_are_sent_last_octet_first() -> None:
    assert ieee_octets("00:11:22:33:44:55:66:77") == bytes.fromhex("7766554433221100")
    assert ieee_text(bytes.fromhex("7766554433221100")) == "00:11:22:33:44:55:66:77"


@pytest.mark.parametrize("text", ["", "00:11", "00:11:22:33:44:55:66:77:88", "x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"eight octets|hexadecimal"):
        ieee_octets(text)


def test_a_read_tells_what_is_there_and_what_is_not() -> None:
    answer = zcl.read_rsp(bytes.fromhex("2100 ff00"), battery())
    assert answer == bytes.fromhex("2100 00 20 c8  ff00 86")


def test_a_read_answer_stops_at_the_last_whole_record_that_fits() -> None:
    wanted = bytes.fromhex("2100") * 40
    assert len(zcl.read_rsp(wanted, battery(), room=74)) == 70


def test_a_write_changes_only_what_may_be_written() -> None:
    attributes = battery()
    answer, written = zcl.write_rsp(
        bytes.fromhex("3600 20 14  2100 20 01  3600 21 0100"), attributes
    )
    assert answer == bytes.fromhex("88 2100  8d 3600")
    assert written == (0x0036,)
    assert attributes[0x0036].value == 0x14


def test_a_wholly_good_write_is_one_success() -> None:
    assert zcl.write_rsp(bytes.fromhex("3600 20 14"), battery())[0] == b"\x00"


def test_reporting_is_taken_switched_off_and_told_again() -> None:
    request = bytes.fromhex("00 2100 20 3c00 100e 02")
    answer, asked = zcl.configure_rsp(request, battery())
    assert answer == b"\x00"
    assert asked == {0x0021: Reporting(Type.UINT8, 60, 3600, 2)}
    known = {n: r for n, r in asked.items() if r is not None}
    told = zcl.read_reporting_rsp(bytes.fromhex("00 2100 00 2000"), known)
    assert told == bytes.fromhex("00 00 2100 20 3c00 100e 02  8b 00 2000")
    off = bytes.fromhex("00 2100 20 3c00 ffff 02")
    assert zcl.configure_rsp(off, battery())[1] == {0x0021: None}


def test_reporting_of_nothing_known_is_refused() -> None:
    answer, asked = zcl.configure_rsp(bytes.fromhex("00 9900 20 0000 1000 01"), battery())
    assert (answer, asked) == (bytes.fromhex("86 00 9900"), {})


def test_discovery_goes_on_where_it_stopped() -> None:
    assert zcl.discover_rsp(bytes.fromhex("0000 02"), battery()) == bytes.fromhex(
        "00 2000 20 2100 20"
    )
    assert zcl.discover_rsp(bytes.fromhex("2200 02"), battery()) == bytes.fromhex("01 3600 20")
