"""What we send: SMS-SUBMIT, 3GPP TS 23.040, 9.2.2.2. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from .address import encode_address
from .parts import Alphabet, split
from .septets import fill_bits, pack

_SUBMIT = 0x01
_RELATIVE_VALIDITY = 0x10
_REPORT_WANTED = 0x20
_HAS_HEADER = 0x40


@dataclass(frozen=True, slots=True)
class Submit:
    """One message for `AT+CMGS`."""

    pdu: str
    """In hexadecimal, with the service centre's address in front: none, the SIM knows it."""
    length: int
    """Octets without the service centre's address, as AT+CMGS wants it (3GPP TS 27.005, 3.5.1)."""


def submits(
    number: str, text: str, *, validity: timedelta, reference: int, report: bool = True
) -> tuple[Submit, ...]:
    """A text as messages to a number.

    Args:
        number: such as +4790000000.
        text: whatever the handset should show.
        validity: how long the network tries; rounded up to what can be said.
        reference: joins the parts of a long text; the next long text takes another.
        report: whether the network is to tell when the handset has it.

    Raises:
        ValueError: the number is none, or the text is too long (`TextTooLong`).
    """
    address = encode_address(number)
    cut = split(text)
    first = _SUBMIT | _RELATIVE_VALIDITY | (_REPORT_WANTED if report else 0)
    until = bytes((relative_validity(validity),))
    found = []
    for place, part in enumerate(cut.parts, 1):
        # Information element 00, three octets: reference, how many, which one (9.2.3.24.1).
        header = bytes((5, 0x00, 3, reference & 0xFF, len(cut.parts), place))
        header = header if len(cut.parts) > 1 else b""
        kind = first | (_HAS_HEADER if header else 0)
        body = _user_data(cut.alphabet, header, part)
        # 00: the modem gives the reference of the message; 00: a plain message (TP-PID).
        tpdu = bytes((kind, 0)) + address + bytes((0, cut.alphabet.value)) + until + body
        found.append(Submit(pdu=(b"\x00" + tpdu).hex().upper(), length=len(tpdu)))
    return tuple(found)


def relative_validity(wanted: timedelta) -> int:
    """How long the network tries, as one octet (9.2.3.12.1); the next longer that there is."""
    minutes = -(-wanted // timedelta(minutes=1))
    steps = (
        (0, 5, 5, 143),  # code, first and step in minutes, last code
        (144, 12 * 60 + 30, 30, 167),
        (168, 2 * 1440, 1440, 196),
        (197, 5 * 10080, 10080, 255),
    )
    for code, first, step, last in steps:
        found = code + max(0, -(-(minutes - first) // step))
        if found <= last:
            return found
    return 255


def _user_data(alphabet: Alphabet, header: bytes, part: bytes) -> bytes:
    if alphabet is Alphabet.UCS2:
        return bytes((len(header) + len(part),)) + header + part
    # The length counts septets, those that the header and the bits after it take included.
    length = (len(header) * 8 + fill_bits(len(header))) // 7 + len(part)
    return bytes((length,)) + header + pack(part, after_octets=len(header))
