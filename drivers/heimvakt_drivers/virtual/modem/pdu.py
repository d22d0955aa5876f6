"""Messages as a modem hands them over and gets them: 3GPP TS 23.040, from the other side.

PURE. Strict where a network is: what it would not take raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .characters import NoTextError, read_bits, write_bits

SUBMIT_OCTETS_MAX = 164
"""A TPDU with 140 octets of text, and the longest address and validity."""


class NoMessageError(ValueError):
    """No network would take it; +CMS ERROR: 304."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A message for a telephone, or a part of one."""

    number: str
    text: str
    report_wanted: bool
    valid_for: timedelta | None
    coding: int
    joined: tuple[int, int, int] | None = None
    """Reference, how many parts, which one from 1."""


class _Octets:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def next(self, count: int = 1) -> bytes:
        taken, self._data = self._data[:count], self._data[count:]
        if len(taken) < count:
            raise NoMessageError("too short")
        return taken

    def number(self) -> int:
        return self.next()[0]

    def rest(self) -> bytes:
        return self.next(len(self._data))


def read_submit(text: str, length: int) -> Submitted:
    """What came after the prompt of `AT+CMGS=length`. Raises NoMessageError."""
    try:
        octets = _Octets(bytes.fromhex(text))
    except ValueError as error:
        raise NoMessageError("not hexadecimal") from error
    octets.next(octets.number())  # the service centre
    tpdu = octets.rest()
    if len(tpdu) != length or len(tpdu) > SUBMIT_OCTETS_MAX:
        raise NoMessageError(f"{len(tpdu)} octets where {length} were promised")
    octets = _Octets(tpdu)
    first = octets.number()
    if first & 0b11 != 0b01:
        raise NoMessageError("no SMS-SUBMIT")
    octets.number()  # the reference, which the modem gives
    number = _read_number(octets)
    octets.number()  # protocol
    coding = octets.number()
    valid_for = _read_validity(octets, first >> 3 & 0b11)
    units = octets.number()
    joined, said = _read_text(octets.rest(), units, coding, has_header=bool(first & 0x40))
    return Submitted(
        number=number,
        text=said,
        report_wanted=bool(first & 0x20),
        valid_for=valid_for,
        coding=coding,
        joined=joined,
    )


def _read_number(octets: _Octets) -> str:
    digits, kind = octets.number(), octets.number()
    swapped = octets.next((digits + 1) // 2).hex()
    text = "".join(b + a for a, b in zip(swapped[::2], swapped[1::2], strict=True))
    if digits % 2 and text[-1] != "f":
        raise NoMessageError("an odd number without its filling")
    text = text[:digits]
    if not text.isdecimal():
        raise NoMessageError("no number")
    return ("+" if kind & 0x70 == 0x10 else "") + text


def _read_validity(octets: _Octets, form: int) -> timedelta | None:
    if form == 0:
        return None
    if form != 0b10:
        octets.next(7)
        return None
    code = octets.number()
    if code < 144:
        return timedelta(minutes=(code + 1) * 5)
    if code < 168:
        return timedelta(hours=12, minutes=(code - 143) * 30)
    return timedelta(days=code - 166) if code < 197 else timedelta(weeks=code - 192)


def _read_text(
    body: bytes, units: int, coding: int, *, has_header: bool
) -> tuple[tuple[int, int, int] | None, str]:
    header = body[: body[0] + 1] if has_header and body else b""
    if len(body) > 140:
        raise NoMessageError(f"{len(body)} octets of text")
    joined = None
    if header:
        if len(header) != 6 or header[1:3] != b"\x00\x03":
            raise NoMessageError(f"a header that is not understood: {header.hex()}")
        joined = (header[3], header[4], header[5])
        if not 1 <= joined[2] <= joined[1]:
            raise NoMessageError(f"part {joined[2]} of {joined[1]}")
    if coding == 0x08:
        if units != len(body):
            raise NoMessageError(f"{len(body)} octets where {units} were promised")
        try:
            return joined, body[len(header) :].decode("utf-16-be")
        except UnicodeDecodeError as error:
            raise NoMessageError("half a character") from error
    if coding != 0x00:
        raise NoMessageError(f"coding {coding:#x}")
    before = -(-len(header) * 8 // 7)
    if units > 160 or len(body) != -(-units * 7 // 8):
        raise NoMessageError(f"{len(body)} octets for {units} septets")
    try:
        return joined, read_bits(body, before * 7, units - before)
    except NoTextError as error:
        raise NoMessageError(str(error)) from error


# --- from the network -----------------------------------------------------------------------------


def _address(number: str) -> bytes:
    if number.strip("+").isdecimal():
        digits = number.lstrip("+")
        pairs = digits + "f" * (len(digits) % 2)
        kind = 0x91 if number.startswith("+") else 0x81
        swapped = "".join(b + a for a, b in zip(pairs[::2], pairs[1::2], strict=True))
        return bytes((len(digits), kind)) + bytes.fromhex(swapped)
    written = write_bits(number)
    if written is None:
        raise NoMessageError("a name is written in the GSM alphabet")
    septets, octets = written
    return bytes((-(-septets * 7 // 4), 0xD0)) + octets


def _stamp(at: datetime) -> bytes:
    def pair(value: int) -> int:
        return value % 10 << 4 | value // 10

    offset = at.utcoffset() or timedelta()
    quarters = round(abs(offset) / timedelta(minutes=15))
    sign = 0x08 if offset < timedelta() else 0
    fields = (at.year % 100, at.month, at.day, at.hour, at.minute, at.second)
    return bytes((*(pair(field) for field in fields), pair(quarters) | sign))


def write_deliver(number: str, text: str, at: datetime) -> bytes:
    """An SMS from a number or a name, short enough for one message, with no service centre."""
    written = write_bits(text)
    if written is not None:
        coding, (length, octets) = 0x00, written
    else:
        octets = text.encode("utf-16-be")
        coding, length = 0x08, len(octets)
    if len(octets) > 140:
        raise NoMessageError("too long for one message")
    address = _address(number)
    return b"\x00\x04" + address + bytes((0, coding)) + _stamp(at) + bytes((length,)) + octets


class Report:
    """TP-ST, what the network says of a message."""

    DELIVERED = 0x00
    TRYING = 0x20
    """Congestion; it goes on trying."""
    EXPIRED = 0x46


def write_report(number: str, reference: int, at: datetime, status: int) -> bytes:
    """A status report, with no service centre."""
    first = bytes((0x00, 0x06, reference))
    return first + _address(number) + _stamp(at) * 2 + bytes((status,))
