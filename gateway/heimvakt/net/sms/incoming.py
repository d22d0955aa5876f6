"""What comes from the network: SMS-DELIVER and SMS-STATUS-REPORT, 3GPP TS 23.040, 9.2.2. Pure.

Whatever the octets are, the answer is a message or `PduError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from heimvakt.core.modem import Outcome

from .address import decode_address, half_octets
from .alphabet import text_of
from .septets import fill_bits, unpack

_MESSAGE_TYPE = 0b11
_DELIVER, _STATUS_REPORT = 0b00, 0b10
_HAS_HEADER = 0x40


class PduError(ValueError):
    """The octets are no message that we can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """An SMS from somebody, or one part of one."""

    number: str
    text: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What became of an SMS that we sent."""

    number: str
    reference: int
    status: int
    """TP-ST, 9.2.3.15."""

    @property
    def outcome(self) -> Outcome:
        """In three words."""
        return outcome_of(self.status)


def outcome_of(status: int) -> Outcome:
    """What a TP-ST means. Only 00 says that the handset has it."""
    if status == 0x00:
        return Outcome.DELIVERED
    # 01, 02: passed on to, or replaced by, what nobody can vouch for; 20 to 3F: still trying.
    return Outcome.TRYING if status in (0x01, 0x02) or 0x20 <= status < 0x40 else Outcome.FAILED


def parse(pdu: str) -> Deliver | StatusReport:
    """A message as a modem gives it, in hexadecimal with the service centre's address in front.

    Raises:
        PduError: it is none, or of another kind.
    """
    try:
        octets = bytes.fromhex(pdu)
    except ValueError as error:
        raise PduError("not hexadecimal") from error
    reader = _Reader(octets)
    reader.take(reader.octet())
    first = reader.octet()
    match first & _MESSAGE_TYPE:
        case kind if kind == _DELIVER:
            return _deliver(reader, has_header=bool(first & _HAS_HEADER))
        case kind if kind == _STATUS_REPORT:
            reference = reader.octet()
            number = reader.address()
            reader.take(14)  # when the network took it, and when it was done with it
            return StatusReport(number=number, reference=reference, status=reader.octet())
        case kind:
            raise PduError(f"a message of type {kind}, which networks do not send")


def _deliver(reader: _Reader, *, has_header: bool) -> Deliver:
    number = reader.address()
    reader.octet()
    coding = reader.octet()
    sent_at = _time(reader.take(7))
    length = reader.octet()
    body = reader.rest()
    header = b""
    if has_header:
        if not body or 1 + body[0] > len(body):
            raise PduError("the header is longer than the message")
        header, body = body[: 1 + body[0]], body[1 + body[0] :]
    text = _text(body, coding, length, len(header))
    return Deliver(number=number, text=text, sent_at=sent_at)


def _text(body: bytes, coding: int, length: int, header: int) -> str:
    """By TP-DCS, TS 23.038, 4. What is not text (pictures, settings) gives none."""
    if coding & 0xC0 == 0x00:
        alphabet = coding >> 2 & 0b11
        if coding & 0x20:  # compressed: nobody does that
            return ""
    elif coding & 0xF0 == 0xF0:
        alphabet = coding >> 2 & 0b01
    else:
        alphabet = 2 if coding & 0xF0 == 0xE0 else 0
    if alphabet == 2:
        return body[: max(0, length - header)].decode("utf-16-be", "replace")
    if alphabet == 1:
        return ""
    before = (header * 8 + fill_bits(header)) // 7
    return text_of(unpack(body, max(0, length - before), after_octets=header))


def _time(octets: bytes) -> datetime | None:
    """TP-SCTS, 9.2.3.11; None if it is no time."""
    halves = half_octets(octets)
    zone_tens = halves[12] & 0b0111  # the fourth bit is the sign
    if any(half > 9 for half in (*halves[:12], halves[13])):
        return None
    values = [a * 10 + b for a, b in zip(halves[0:12:2], halves[1:12:2], strict=True)]
    quarters = (zone_tens * 10 + halves[13]) * (-1 if halves[12] & 0b1000 else 1)
    year, month, day, hour, minute, second = values
    try:
        zone = timezone(timedelta(minutes=15 * quarters)) if quarters else UTC
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


class _Reader:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._octets):
            raise PduError(f"it ends after {len(self._octets)} octets, in the middle")
        taken = self._octets[self._at : end]
        self._at = end
        return taken

    def octet(self) -> int:
        return self.take(1)[0]

    def address(self) -> str:
        length, kind = self.octet(), self.octet()
        return decode_address(kind, length, self.take((length + 1) // 2))

    def rest(self) -> bytes:
        return self.take(len(self._octets) - self._at)
