"""Commands of a host, answers to them, and callbacks: EZSP within ASH, in the form of version 8 on.

PURE. Facts: Silicon Labs, UG100 "EZSP Reference Guide": a sequence number, two octets of frame
control, two of the frame's id, and parameters. Only the very first command, `version`, comes in the
form of old, with one octet each, so that any host can learn what the stick speaks.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from heimvakt_drivers.virtual.zigbee.octets import ShortDataError

VERSION_COMMAND = 0x0000
RESPONSE, ASYNC_CALLBACK = 0x80, 0x10
FORMAT = 0x01
_HEAD = struct.Struct("<BBBH")


@dataclass(frozen=True, slots=True)
class Command:
    """What a host asks."""

    sequence: int
    frame_id: int
    parameters: bytes
    old: bool = False
    """It came in the form of old, and is answered in it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one command."""

    command: Command
    frame_id: int
    parameters: bytes

    def encode(self) -> bytes:
        """The octets."""
        sequence = self.command.sequence
        if self.command.old:
            return bytes((sequence, RESPONSE, self.frame_id)) + self.parameters
        return _HEAD.pack(sequence, RESPONSE, FORMAT, self.frame_id) + self.parameters


@dataclass(frozen=True, slots=True)
class Callback:
    """What the stick tells of its own accord; `sequence` is that of the last command."""

    sequence: int
    frame_id: int
    parameters: bytes

    def encode(self) -> bytes:
        """The octets."""
        control = RESPONSE | ASYNC_CALLBACK
        return _HEAD.pack(self.sequence, control, FORMAT, self.frame_id) + self.parameters


@dataclass(frozen=True, slots=True)
class Later:
    """A callback to be sent `delay_s` seconds from now."""

    delay_s: float
    callback: Callback


def decode(data: bytes) -> Command:
    """Read a command. Raises ShortDataError when it ends before its head does."""
    if len(data) == 4 and data[2] == VERSION_COMMAND:
        return Command(data[0], VERSION_COMMAND, data[3:], old=True)
    if len(data) < _HEAD.size:
        raise ShortDataError(f"{len(data)} octets are no command")
    sequence, _control, _format, frame_id = _HEAD.unpack_from(data)
    return Command(sequence, frame_id, data[_HEAD.size :])
