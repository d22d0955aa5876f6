"""How long to wait before trying again. Pure but for the chance that is passed in."""

from __future__ import annotations

from random import Random

FIRST_S = 0.5
CAP_S = 5.0
"""An alarm may be waiting: a longer pause spares the broker little and may cost somebody much."""


def delay_s(failures: int, chance: Random) -> float:
    """The pause after so many failures in a row (1 for the first), seconds.

    From half of the ceiling to the whole of it, so that homes which were cut off together do not
    come back together.
    """
    ceiling = min(CAP_S, FIRST_S * 2.0 ** min(failures - 1, 10))
    return ceiling * chance.uniform(0.5, 1.0)
