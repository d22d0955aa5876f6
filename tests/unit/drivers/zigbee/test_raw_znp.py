"""Messages of devices, told apart from all else that a Z-Stack radio says on its line."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some

from heimvakt_drivers.zigbee.listening.early import Said
from heimvakt_drivers.zigbee.listening.raw_znp import Message, RawReader, incoming
from tests.support.zigpy_desk import frame, message

PRESS = bytes.fromhex("09 2a 00 0200 00 01 0000")
ON_THE_LINE = message(0x1234, 0x0500, PRESS, lqi=77)
STATE_CHANGE = frame(0x45C0, b"\x09")


def test_a_message_is_read_with_how_it_came() -> None:
    said = Said(1, 0x0500, PRESS, 77, None, (1, 0, 0, 0, 30))
    assert incoming(ON_THE_LINE) == (Message(0x1234, 1, said), len(ON_THE_LINE))


def test_what_comes_behind_it_is_left_alone() -> None:
    found = incoming(ON_THE_LINE + STATE_CHANGE)
    assert found is not None
    assert found[1] == len(ON_THE_LINE)


@pytest.mark.parametrize("size", range(len(ON_THE_LINE)))
def test_half_a_message_is_none_yet(size: int) -> None:
    assert incoming(ON_THE_LINE[:size]) is None


@given(some.integers(0, len(ON_THE_LINE) * 8 - 1))
def test_a_message_with_a_bit_that_fell_over_is_none(bit: int) -> None:
    spoiled = bytearray(ON_THE_LINE)
    spoiled[bit // 8] ^= 1 << bit % 8
    assert incoming(spoiled) is None


@given(some.binary(max_size=300))
def test_no_octets_are_too_broken(octets: bytes) -> None:
    assert incoming(octets) is None


@pytest.mark.parametrize(
    "content",
    [
        ON_THE_LINE[4:-1] + b"\0",  # longer than it says
        ON_THE_LINE[4:-2],  # shorter
        ON_THE_LINE[4:12] + b"\x02" + ON_THE_LINE[13:-1],  # neither to all nor to us
        b"",
    ],
)
def test_a_message_of_another_form_is_left_to_zigpy(content: bytes) -> None:
    assert incoming(frame(0x4481, content)) is None


class Reader:
    """What is used of zigpy-znp's reader: its buffer, and taking the frames out of it."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._frames: list[bytes] = []

    def _extract_frame(self) -> bytes:
        size = self._buffer[1] + 5
        if len(self._buffer) < size:
            raise IndexError
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def data_received(self, data: bytes) -> None:
        """As zigpy-znp has it."""
        self._buffer += data
        while self._buffer:
            try:
                self._frames.append(self._extract_frame())
            except IndexError:
                break

    def take(self, octets: bytes) -> list[bytes]:
        """The frames that are zigpy's."""
        self.data_received(octets)
        frames, self._frames = self._frames, []
        return frames


@pytest.mark.parametrize("cut", range(1, len(ON_THE_LINE)))
async def test_a_message_that_comes_in_two_pieces_is_read_all_the_same(cut: int) -> None:
    reader, heard = Reader(), []

    def hear(message: Message) -> bool:
        heard.append(message.sender)
        return True

    RawReader(reader, hear)
    behind = ON_THE_LINE + STATE_CHANGE
    assert reader.take(behind[:cut]) == []
    assert reader.take(behind[cut:]) == [STATE_CHANGE]
    assert len(heard) == 1


async def test_what_is_heard_is_taken_from_zigpy_and_nothing_else() -> None:
    reader, heard = Reader(), []

    def hear(message: Message) -> bool:
        heard.append(message.sender)
        return message.sender < 0x8000

    RawReader(reader, hear)
    ours, other = message(0x1234, 0x0500, PRESS), message(0x9999, 0x0500, PRESS)
    assert reader.take(ours + STATE_CHANGE + other + ours + ours) == [STATE_CHANGE, other]
    assert heard == [0x1234, 0x9999, 0x1234, 0x1234]


async def test_what_zigpy_has_not_handed_on_yet_is_not_overtaken() -> None:
    reader, heard = Reader(), []

    def hear(message: Message) -> bool:
        heard.append(message.said.octets)
        return message.said.octets == PRESS

    RawReader(reader, hear)
    strange, press = message(0x1234, 0x0500, b"\x01"), message(0x1234, 0x0500, PRESS)
    another = message(0x4321, 0x0500, PRESS)
    assert reader.take(strange + press + another) == [strange, press]
    assert heard == [b"\x01", PRESS], "that of another device is behind nothing"
    for _ in range(3):
        await asyncio.sleep(0)
    assert reader.take(press) == []
