"""Whether what goes up and down goes up: a line through it, and how sure that is. PURE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

BLOCKS = 10
"""What follows in a minute is no news of its own; of pieces as long as this it is."""
TWICE_SURE = 2.31
"""Of Student's t with eight degrees of freedom: what 95 of 100 lie within."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Slope:
    """In each unit of what was counted along."""

    per_unit: float
    noise: float
    """It lies within so much of that, in 95 cases of 100."""

    @property
    def rises(self) -> bool:
        """Whether it surely goes up."""
        return self.per_unit > self.noise


def slope(points: Sequence[Point]) -> Slope | None:
    """Through the means of ten pieces of the same number of points; None: there are too few."""
    size = len(points) // BLOCKS
    if size < 2:
        return None
    pieces = [points[number * size : (number + 1) * size] for number in range(BLOCKS)]
    along = [fmean(x for x, _ in piece) for piece in pieces]
    up = [fmean(y for _, y in piece) for piece in pieces]
    middle, height = fmean(along), fmean(up)
    width = sum((x - middle) ** 2 for x in along)
    if not width:
        return None
    per_unit = sum((x - middle) * (y - height) for x, y in zip(along, up, strict=True)) / width
    left = sum((y - height - per_unit * (x - middle)) ** 2 for x, y in zip(along, up, strict=True))
    return Slope(per_unit, TWICE_SURE * (left / (BLOCKS - 2) / width) ** 0.5)
