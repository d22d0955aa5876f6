"""Septets packed into octets, eight into seven: 3GPP TS 23.038, 6.1.2.1. Pure."""

from __future__ import annotations


def pack(septets: bytes, *, after_octets: int = 0) -> bytes:
    """The octets of septets that follow a header of so many octets.

    They begin at the next whole septet after the header: the bits between are zero.
    """
    bits = fill_bits(after_octets)
    number = 0
    for place, septet in enumerate(septets):
        number |= septet << (bits + 7 * place)
    return number.to_bytes((bits + 7 * len(septets) + 7) // 8, "little")


def unpack(octets: bytes, count: int, *, after_octets: int = 0) -> bytes:
    """The first `count` septets, or as many as there are."""
    bits = fill_bits(after_octets)
    number = int.from_bytes(octets, "little") >> bits
    there = max(0, min(count, (len(octets) * 8 - bits) // 7))
    return bytes((number >> (7 * place)) & 0x7F for place in range(there))


def fill_bits(after_octets: int) -> int:
    """How many bits are left empty between a header and the first septet."""
    return -after_octets * 8 % 7
