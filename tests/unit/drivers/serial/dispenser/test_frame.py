"""Frames: whole ones come out however they come in, and nothing else does."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.serial.dispenser.frame import (
    BODY_MAX,
    PAYLOAD_MAX,
    SECURE,
    TAG_OCTETS,
    WIRE_MAX,
    Frame,
    Splitter,
    from_body,
    to_wire,
)
from heimvakt_drivers.virtual.dispenser import octets

PLAIN = st.builds(
    Frame,
    flags=st.sampled_from((0, 2, 4, 6)),
    address=st.integers(0, 127),
    seq=st.integers(0, 255),
    type=st.integers(0, 255),
    counter=st.none(),
    payload=st.binary(max_size=PAYLOAD_MAX),
)
SEALED = st.builds(
    Frame,
    flags=st.sampled_from((1, 3, 5, 7)),
    address=st.integers(0, 127),
    seq=st.integers(0, 255),
    type=st.integers(0, 255),
    counter=st.integers(0, 2**32 - 1),
    payload=st.binary(min_size=TAG_OCTETS, max_size=PAYLOAD_MAX + TAG_OCTETS),
)
FRAMES = PLAIN | SEALED


@given(st.lists(FRAMES, max_size=5), st.integers())
def test_frames_come_out_whole_in_whatever_pieces_they_come(frames: list[Frame], seed: int) -> None:
    chance, wire, splitter = random.Random(seed), b"", Splitter()
    read: list[Frame] = []
    for frame in frames:
        wire += to_wire(frame)
    while wire:
        count = chance.randrange(1, 40)
        read += splitter.feed(wire[:count])
        wire = wire[count:]
    assert read == frames
    assert splitter.broken == 0


@given(FRAMES)
def test_both_ends_write_and_read_the_same(frame: Frame) -> None:
    [message] = octets.Receiver().feed(to_wire(frame))
    assert message.wire() == to_wire(frame)
    assert (message.kind, message.seq, message.counter) == (frame.type, frame.seq, frame.counter)
    assert message.payload == frame.payload


@given(FRAMES, st.data())
def test_a_bit_that_turned_on_the_way_is_noticed(frame: Frame, data: st.DataObject) -> None:
    wire = bytearray(to_wire(frame))
    place = data.draw(st.integers(1, len(wire) - 2))
    wire[place] ^= 1 << data.draw(st.integers(0, 7))
    assert frame not in Splitter().feed(bytes(wire))


@given(st.binary(max_size=600))
def test_noise_is_dropped_and_the_next_frame_is_read(noise: bytes) -> None:
    splitter = Splitter()
    list(splitter.feed(noise + b"\0"))
    frame = Frame(SECURE, 1, 2, 0x10, 7, b"12345678")
    assert list(splitter.feed(to_wire(frame))) == [frame]


def test_what_never_ends_is_not_kept() -> None:
    splitter = Splitter()
    for _ in range(1000):
        assert not list(splitter.feed(b"\x01" * 100))
    assert len(splitter._part) <= WIRE_MAX
    assert not list(splitter.feed(b"\0"))
    assert splitter.broken == 1


def test_the_longest_frame_fits() -> None:
    longest = Frame(SECURE, 1, 2, 0x50, 7, bytes(PAYLOAD_MAX + TAG_OCTETS))
    wire = to_wire(longest)
    assert len(wire) <= WIRE_MAX
    assert from_body(wire[1:-1]) == longest
    assert from_body(bytes(BODY_MAX + 2)) is None
