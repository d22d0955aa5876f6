"""The frames of sensors, read on the line of a Z-Stack radio beside zigpy-znp.

zigpy-znp owns the line and all that is said on it. It takes complete frames out of its buffer one
by one; what lies there next is looked at before it does. A message from a device that the ear can
read is told to the ear and taken away; everything else, garbage too, is left as it is, and zigpy
reads it. So a frame is read by one or the other, never by both.

Within a device the order stays: zigpy-znp hands a message on in a task, and until that has had its
turn the messages of that device behind it are zigpy's too.

Sources: TI, Z-Stack Monitor and Test API: 2.1 (the frame) and AF_INCOMING_MSG; the three octets at
its end, which that leaves out, are in Z-Stack 3.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor
from struct import Struct
from typing import Any

from .early import Said

SOF = 0xFE
OVERHEAD = 5
"""Octets of a frame beside its content: mark, length, two of command, checksum."""
LENGTH_MAX = 250
INCOMING_MESSAGE = b"\x44\x81"
_BEFORE = Struct("<HHHBBBBBIBB")
"""Group, cluster, sender, its endpoint, ours, broadcast, LQI, secured, time, number, length."""
_AFTER = Struct("<HB")
"""Who relayed it last, and how many hops were left."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a device, as the radio hands it over."""

    sender: int
    """Network address."""
    to: int
    """Our endpoint."""
    said: Said


def incoming(buffer: bytes | bytearray) -> tuple[Message, int] | None:
    """The message at the beginning of the buffer, and how many octets its frame has; None if there
    is something else, or not all of it yet."""
    if len(buffer) < OVERHEAD or buffer[0] != SOF or buffer[2:4] != INCOMING_MESSAGE:
        return None
    length = buffer[1]
    size = length + OVERHEAD
    if length > LENGTH_MAX or len(buffer) < size or length < _BEFORE.size + _AFTER.size:
        return None
    if checksum(buffer[1 : size - 1]) != buffer[size - 1]:
        return None
    group, cluster, sender, endpoint, to, broadcast, lqi, secured, _time, _number, count = (
        _BEFORE.unpack_from(buffer, 4)
    )
    if count != length - _BEFORE.size - _AFTER.size or broadcast > 1 or secured > 1:
        return None
    start = 4 + _BEFORE.size
    octets = bytes(buffer[start : start + count])
    _relay, hops = _AFTER.unpack_from(buffer, start + count)
    # As zigpy-znp makes an address of it: to everybody, or to a group, or to us.
    way = to, broadcast, 0 if broadcast else group, secured, hops
    return Message(sender, to, Said(endpoint, cluster, octets, lqi, None, way)), size


def checksum(octets: bytes | bytearray) -> int:
    """Of a frame: what stands between the mark and it."""
    return reduce(xor, octets)


class RawReader:
    """Reads beside zigpy-znp's own reader, for as long as that is there."""

    def __init__(
        self,
        reader: Any,
        hear: Callable[[Message], bool],
        answered: Callable[[bytearray], int] = lambda _: 0,
    ) -> None:
        """`hear` says whether a message was read; `reader` is what `line.Reader` says.

        `answered` says how many octets at the beginning of the buffer are an answer of the radio
        to something else than zigpy's requests; it has taken note of them then.
        """
        self._reader = reader
        self._hear = hear
        self._answered = answered
        self._next = reader._extract_frame
        self._with_zigpy: set[int] = set()
        """Senders of messages that zigpy-znp has, but nobody else yet."""
        self._received = reader.data_received
        reader._extract_frame = self._extract_frame
        reader.data_received = self._data_received

    def _data_received(self, data: bytes) -> None:
        """What is read here does not go through zigpy-znp's reader at all, where nothing is in it
        that came before."""
        if self._reader._buffer:
            self._received(data)
            return
        left = bytearray(data)
        while size := self._take(left):
            del left[:size]
        if left:
            self._received(bytes(left))

    def _extract_frame(self) -> Any:
        while size := self._take(self._reader._buffer):
            del self._reader._buffer[:size]
        return self._next()

    def _take(self, buffer: bytearray) -> int:
        """How many octets at the beginning of the buffer were read; 0: they are zigpy's."""
        found = incoming(buffer)
        if found is None:
            return self._answered(buffer)
        message, size = found
        if message.sender in self._with_zigpy or not self._hear(message):
            self._leave_to_zigpy(message.sender)
            return 0
        return size

    def _leave_to_zigpy(self, sender: int) -> None:
        if not self._with_zigpy:
            # Twice: zigpy-znp makes its task after this call, and that runs in the next turn.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._with_zigpy.clear)
        self._with_zigpy.add(sender)
