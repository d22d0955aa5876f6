"""From single measurements to the few numbers that are shown. PURE."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """How a set of times is spread, in milliseconds."""

    count: int
    median: float
    p90: float
    p99: float
    worst: float


def spread(values: Sequence[float]) -> Spread | None:
    """The spread of at least one value; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    return Spread(
        count=len(ordered),
        median=percentile(ordered, 50),
        p90=percentile(ordered, 90),
        p99=percentile(ordered, 99),
        worst=ordered[-1],
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the sorted values do not exceed: none made up."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float | None:
    """The middle one; None of none."""
    return percentile(sorted(values), 50) if values else None
