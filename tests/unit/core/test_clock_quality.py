"""How far the wall clock can be trusted, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from heimvakt.core.clock_quality import BUILT, LEFT_ITS_LINE, ClockFacts, drift, quality

NOW = BUILT + timedelta(days=20)
NEVER_RIGHT = ClockFacts(now=NOW, synchronised=False, expected=None, floor=BUILT)
KEPT = replace(NEVER_RIGHT, synchronised=True)
WAS_RIGHT = replace(NEVER_RIGHT, expected=NOW)
YEAR_70 = datetime(1970, 1, 1, 0, 0, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (KEPT, "synchronised"),
        (replace(KEPT, floor=NOW + timedelta(days=365)), "synchronised"),
        (WAS_RIGHT, "holdover"),
        (replace(WAS_RIGHT, expected=NOW + LEFT_ITS_LINE), "holdover"),
        (NEVER_RIGHT, "unknown"),
        (replace(WAS_RIGHT, expected=NOW + LEFT_ITS_LINE + timedelta(seconds=1)), "unknown"),
        (replace(WAS_RIGHT, expected=NOW - LEFT_ITS_LINE - timedelta(seconds=1)), "unknown"),
        (replace(WAS_RIGHT, floor=NOW + timedelta(seconds=1)), "unknown"),
        (replace(WAS_RIGHT, now=YEAR_70, expected=YEAR_70), "unknown"),
        (replace(KEPT, now=YEAR_70), "unknown"),
        (replace(KEPT, now=BUILT - timedelta(seconds=1)), "unknown"),
    ],
    ids=[
        "the network keeps it",
        "the network knows better than a journal that once had a wrong year",
        "it was right and goes on",
        "it was right and goes on, nearly",
        "it never was right",
        "somebody set it back",
        "somebody set it forward",
        "the journal has been there already",
        "a real-time clock without a battery",
        "whoever keeps it in 1970 is wrong too",
        "before the software was made",
    ],
)
def test_how_sure(facts: ClockFacts, expected: str) -> None:
    assert quality(facts) == expected


def test_a_clock_that_nobody_corrects_is_some_seconds_wrong_in_a_day() -> None:
    assert drift(timedelta(days=1)) == timedelta(seconds=8.64)
