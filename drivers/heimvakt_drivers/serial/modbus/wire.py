"""Modbus RTU, as pymodbus builds and reads it: the only file that knows it.

Its own client is not used: it would ask again by itself, and an order goes out once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import WriteSingleRegisterRequest

FRAME_MAX = 256
"""Octets (Modbus over serial line V1.02, 2.5.1)."""

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)  # it tells of each damaged frame


@dataclass(frozen=True, slots=True)
class Answer:
    """What a board says."""

    refused: bool = False
    bits: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A frame for a board, and what its answer must look like."""

    unit: int
    frame: bytes
    function: int
    echo: bytes | None = None
    """A board repeats what was written; None: it was asked, and answers with bits."""
    count: int = 0


class _PulsedCoil(WriteSingleCoilRequest):
    """Function 5 with a time where the standard has on or off."""

    def encode(self) -> bytes:
        """Of the request."""
        return self.address.to_bytes(2, "big") + self.count.to_bytes(2, "big")


_FRAMER: Final = FramerRTU(DecodePDU(False))


def inputs(unit: int, first: int, count: int) -> Question:
    """Where are the inputs?"""
    request = ReadDiscreteInputsRequest(dev_id=unit, address=first, count=count)
    return _question(request, count=count)


def coil(unit: int, number: int) -> Question:
    """Is the coil on?"""
    return _question(ReadCoilsRequest(dev_id=unit, address=number, count=1), count=1)


def switch(unit: int, number: int, *, on: bool) -> Question:
    """Switch a coil."""
    return _order(WriteSingleCoilRequest(dev_id=unit, address=number, bits=[on]))


def pulse_coil(unit: int, number: int, time: int) -> Question:
    """Have a coil on for a time."""
    return _order(_PulsedCoil(dev_id=unit, address=number, count=time))


def pulse_register(unit: int, number: int, time: int) -> Question:
    """Write a time into a register."""
    return _order(WriteSingleRegisterRequest(dev_id=unit, address=number, registers=[time]))


def answer(question: Question, heard: bytes) -> Answer | None:
    """The answer among what was heard; None: it is not there, or not whole yet."""
    try:
        _, pdu = _FRAMER.handleFrame(heard, question.unit, 0)
    except (ModbusException, ValueError, IndexError):
        return None  # damaged so that it seems to be something else
    if pdu is None or pdu.function_code & 0x7F != question.function:
        return None
    if pdu.isError():
        return Answer(refused=True)
    if question.echo is not None:
        return Answer() if question.echo in heard else None
    bits = tuple(bool(bit) for bit in pdu.bits[: question.count])
    return Answer(bits=bits) if len(bits) == question.count else None


def _question(request: ModbusPDU, count: int) -> Question:
    frame = _FRAMER.buildFrame(request)
    return Question(request.dev_id, frame, request.function_code, count=count)


def _order(request: ModbusPDU) -> Question:
    frame = _FRAMER.buildFrame(request)
    return Question(request.dev_id, frame, request.function_code, echo=frame)
