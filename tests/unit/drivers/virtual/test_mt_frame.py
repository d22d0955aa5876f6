"""Frames survive whatever stands around them, and the parser never holds much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee.znp.mt_frame import (
    OVERHEAD,
    PAYLOAD_MAX,
    START,
    FrameParser,
    Kind,
    MtFrame,
    encode,
)

frames = st.builds(
    MtFrame,
    st.sampled_from(Kind),
    st.integers(0, 0x1F),
    st.integers(0, 0xFF),
    st.binary(max_size=PAYLOAD_MAX),
)
no_start = st.binary(max_size=80).map(lambda data: data.replace(bytes((START,)), b""))
FILLER = bytes(PAYLOAD_MAX + OVERHEAD)
"""More octets than any false start can wait for."""


def test_a_ping_is_five_octets() -> None:
    assert encode(MtFrame(Kind.SREQ, 1, 1)) == bytes.fromhex("fe00210120")


def test_too_long_a_payload_is_refused() -> None:
    with pytest.raises(ValueError, match="251 octets"):
        encode(MtFrame(Kind.AREQ, 4, 0x81, bytes(PAYLOAD_MAX + 1)))


@given(frames)
def test_what_is_built_is_parsed(frame: MtFrame) -> None:
    assert FrameParser().feed(encode(frame)) == [frame]


@given(st.lists(st.tuples(no_start, frames), max_size=8), no_start, st.data())
def test_frames_are_found_among_rubbish_however_they_are_cut(
    pieces: list[tuple[bytes, MtFrame]], tail: bytes, data: st.DataObject
) -> None:
    stream = b"".join(rubbish + encode(frame) for rubbish, frame in pieces) + tail
    parser, found = FrameParser(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += parser.feed(stream[:cut])
        stream = stream[cut:]
    assert found == [frame for _, frame in pieces]
    assert parser.skipped == sum(len(rubbish) for rubbish, _ in pieces) + len(tail)
    assert parser.held == 0


@given(st.binary(max_size=2000), frames)
def test_no_rubbish_keeps_the_parser_from_finding_its_way_back(
    rubbish: bytes, frame: MtFrame
) -> None:
    parser = FrameParser()
    parser.feed(rubbish + FILLER)
    assert parser.feed(encode(frame)) == [frame]


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_it_never_holds_more_than_one_frame(chunks: list[bytes]) -> None:
    parser = FrameParser()
    for chunk in chunks:
        parser.feed(chunk)
        assert parser.held < PAYLOAD_MAX + OVERHEAD


@given(st.integers(PAYLOAD_MAX + 1, 0xFF), frames)
def test_an_impossible_length_costs_one_octet_and_no_frame(length: int, frame: MtFrame) -> None:
    parser = FrameParser()
    assert parser.feed(bytes((START, length)) + encode(frame)) == [frame]
    assert parser.skipped == 2


@given(frames, st.data())
def test_a_changed_octet_never_gives_the_frame_that_was_sent(
    frame: MtFrame, data: st.DataObject
) -> None:
    octets = bytearray(encode(frame))
    at = data.draw(st.integers(1, len(octets) - 1))
    octets[at] ^= data.draw(st.integers(1, 0xFF))
    assert frame not in FrameParser().feed(bytes(octets) + FILLER)


def test_a_kind_that_does_not_exist_is_skipped() -> None:
    body = bytes((0, 0xE1, 0x01))
    parser = FrameParser()
    assert parser.feed(bytes((START,)) + body + bytes((0xE0,))) == []
    assert parser.skipped == 5
