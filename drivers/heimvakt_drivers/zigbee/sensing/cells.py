"""From the volts of a battery to what is left of it.

PURE. The points are read off the discharge curves in the data sheets of common cells (CR2032 and
CR2450, CR123A, LR03 and LR6, ER14250) at the drain of a sensor and 20 degrees: good to some ten
percent, and only taken where the device does not say a percentage itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise


class Cell(StrEnum):
    """The kind of cells in a device."""

    COIN = "lithium coin, 3 V"
    PHOTO = "lithium CR123A or CR2, 3 V"
    ALKALINE_1 = "one alkaline cell, 1.5 V"
    ALKALINE_2 = "two alkaline cells, 3 V"
    ALKALINE_3 = "three alkaline cells, 4.5 V"
    ALKALINE_4 = "four alkaline cells, 6 V"
    THIONYL = "lithium ER14250 or ER14505, 3.6 V"
    UNKNOWN = "cells of a kind that it does not say"


Curve = tuple[tuple[float, float], ...]
"""Volts and percent, both falling."""

_COIN: Curve = ((3.0, 100), (2.9, 80), (2.8, 50), (2.7, 30), (2.6, 15), (2.5, 8), (2.2, 0))
_PHOTO: Curve = ((3.1, 100), (2.95, 80), (2.85, 50), (2.7, 25), (2.5, 10), (2.2, 0))
_ALKALINE: Curve = ((1.6, 100), (1.5, 85), (1.4, 60), (1.3, 35), (1.2, 15), (1.1, 6), (1.0, 0))
_THIONYL: Curve = ((3.65, 100), (3.55, 70), (3.45, 35), (3.3, 12), (3.0, 0))

_CURVES: Mapping[Cell, tuple[int, Curve]] = {
    Cell.COIN: (1, _COIN),
    Cell.PHOTO: (1, _PHOTO),
    Cell.ALKALINE_1: (1, _ALKALINE),
    Cell.ALKALINE_2: (2, _ALKALINE),
    Cell.ALKALINE_3: (3, _ALKALINE),
    Cell.ALKALINE_4: (4, _ALKALINE),
    Cell.THIONYL: (1, _THIONYL),
}
"""How many in a row, and the curve of one."""


def percent_of(volts: float, cell: Cell) -> float | None:
    """What is left; None where nobody knows the kind of the cells."""
    if cell not in _CURVES:
        return None
    in_a_row, curve = _CURVES[cell]
    each = volts / in_a_row
    if each >= curve[0][0]:
        return 100.0
    for (high, at_high), (low, at_low) in pairwise(curve):
        if each >= low:
            share = (each - low) / (high - low)
            return float(round(at_low + share * (at_high - at_low)))
    return 0.0
