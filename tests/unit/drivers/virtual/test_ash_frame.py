"""Frames of the line to an EmberZNet stick, against the examples of UG101."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee.ezsp.ash_frame import (
    DATA_MAX,
    DATA_MIN,
    FRAME_MAX,
    AshFrame,
    AshParser,
    Code,
    Kind,
    Mark,
    encode,
    error,
    reset,
)

PUBLISHED = [
    (AshFrame(Kind.RST), "c0 38 bc 7e"),
    (reset(Code.POWER_ON), "c1 02 02 9b 7b 7e"),
    (AshFrame(Kind.ACK, ack=1), "81 60 59 7e"),
    (AshFrame(Kind.NAK, ack=6), "a6 34 dc 7e"),
    (AshFrame(Kind.DATA, 2, ack=5, data=bytes((0, 0, 0, 2))), "25 42 21 a8 56 a6 09 7e"),
]
numbers = st.integers(0, 7)
frames = st.one_of(
    st.builds(
        AshFrame,
        st.just(Kind.DATA),
        numbers,
        st.booleans(),
        numbers,
        data=st.binary(min_size=DATA_MIN, max_size=DATA_MAX),
    ),
    st.builds(
        AshFrame,
        st.sampled_from((Kind.ACK, Kind.NAK)),
        ack=numbers,
        not_ready=st.booleans(),
    ),
    st.sampled_from((AshFrame(Kind.RST), reset(Code.SOFTWARE), error(Code.TIMEOUTS))),
)


@pytest.mark.parametrize(("frame", "octets"), PUBLISHED)
def test_the_examples_of_the_manual(frame: AshFrame, octets: str) -> None:
    assert encode(frame).hex(" ") == octets
    assert AshParser().feed(bytes.fromhex(octets)) == [frame]


@given(frames)
def test_a_frame_comes_back_and_has_no_mark_within(frame: AshFrame) -> None:
    octets = encode(frame)
    assert octets[-1] == Mark.FLAG
    assert not (set(octets[:-1]) & (set(Mark) - {Mark.ESCAPE}))
    assert AshParser().feed(octets) == [frame]


@given(st.lists(frames, max_size=5), st.data())
def test_it_does_not_matter_how_the_octets_are_cut(
    sent: list[AshFrame], data: st.DataObject
) -> None:
    octets = b"".join(map(encode, sent))
    at = data.draw(st.integers(0, len(octets)))
    parser = AshParser()
    assert parser.feed(octets[:at]) + parser.feed(octets[at:]) == sent


@given(frames, st.data())
def test_a_changed_octet_is_never_taken_for_a_frame(frame: AshFrame, data: st.DataObject) -> None:
    octets = encode(frame)
    at = data.draw(st.integers(0, len(octets) - 2))
    changed = data.draw(st.integers(0, 255).filter(lambda o: o != octets[at]))
    found = AshParser().feed(octets[:at] + bytes((changed,)) + octets[at + 1 :])
    assert frame not in found


@given(st.binary(max_size=2000), frames)
def test_any_rubbish_is_over_at_the_next_flag(rubbish: bytes, frame: AshFrame) -> None:
    parser = AshParser()
    parser.feed(rubbish)
    assert parser.feed(bytes((Mark.FLAG,)) + encode(frame))[-1] == frame


def test_a_cancel_begins_anew_and_a_substitute_spoils_what_is_there() -> None:
    ack = encode(AshFrame(Kind.ACK, ack=1))
    assert AshParser().feed(b"\x00\x01\x02\x1a" + ack) == [AshFrame(Kind.ACK, ack=1)]
    assert AshParser().feed(b"\x18" + ack + ack) == [None, AshFrame(Kind.ACK, ack=1)]
    assert AshParser().feed(b"\x11\x13" + ack) == [AshFrame(Kind.ACK, ack=1)]


def test_no_more_is_held_than_a_frame_may_have() -> None:
    parser = AshParser()
    assert parser.feed(bytes(10 * FRAME_MAX)) == []
    assert parser.feed(bytes((Mark.FLAG,))) == [None]


def test_too_much_data_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        encode(AshFrame(Kind.DATA, data=bytes(DATA_MAX + 1)))
