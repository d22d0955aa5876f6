"""Data points: one maker's protocol of his own, inside cluster 0xEF00.

PURE, and total. A frame is a status, a number and a row of points; a point is its number, a type,
two octets of length and the value, the highest octet first. What a point stands for is different
for each model and is in `makers`. Source: the maker's public guide to his serial protocol.
"""

from __future__ import annotations

REPORTS = frozenset({0x01, 0x02, 0x05, 0x06})
"""Commands that carry points: answers and reports."""

BOOL, VALUE, ENUM, BITMAP = 1, 2, 4, 5
NUMBERS_MAX = 4
"""Octets of a number."""

HEADER, POINT_HEADER = 2, 4
POINTS_MAX = 32


def numbers(octets: bytes) -> list[tuple[int, int]]:
    """The points of a frame that are numbers, as far as it can be read."""
    found: list[tuple[int, int]] = []
    at = HEADER
    while at + POINT_HEADER <= len(octets) and len(found) < POINTS_MAX:
        point, kind = octets[at], octets[at + 1]
        length = int.from_bytes(octets[at + 2 : at + 4], "big")
        field = octets[at + POINT_HEADER : at + POINT_HEADER + length]
        if len(field) < length:
            break
        at += POINT_HEADER + length
        if kind in (BOOL, VALUE, ENUM, BITMAP) and 0 < length <= NUMBERS_MAX:
            found.append((point, int.from_bytes(field, "big", signed=kind == VALUE)))
    return found
