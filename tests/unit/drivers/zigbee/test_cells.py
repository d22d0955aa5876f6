"""From volts to percent: full is full, empty is empty, and less is never more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from heimvakt_drivers.zigbee.sensing.cells import Cell, percent_of

KNOWN = [cell for cell in Cell if cell is not Cell.UNKNOWN]


@pytest.mark.parametrize(
    ("cell", "new", "empty"),
    [
        (Cell.COIN, 3.2, 2.1),
        (Cell.PHOTO, 3.2, 2.1),
        (Cell.ALKALINE_1, 1.6, 0.9),
        (Cell.ALKALINE_2, 3.2, 1.9),
        (Cell.ALKALINE_3, 4.8, 2.9),
        (Cell.ALKALINE_4, 6.4, 3.9),
        (Cell.THIONYL, 3.7, 2.9),
    ],
)
def test_new_is_full_and_done_is_empty(cell: Cell, new: float, empty: float) -> None:
    assert percent_of(new, cell) == 100.0
    assert percent_of(empty, cell) == 0.0


def test_between_two_points_it_is_between_their_shares() -> None:
    assert percent_of(2.8, Cell.COIN) == 50.0
    assert percent_of(2.85, Cell.COIN) == 65.0
    assert percent_of(2.6, Cell.ALKALINE_2) == 35.0


@given(
    cell=some.sampled_from(KNOWN),
    volts=some.tuples(some.floats(0, 10), some.floats(0, 10)),
)
def test_fewer_volts_are_never_more_percent(cell: Cell, volts: tuple[float, float]) -> None:
    low, high = (percent_of(value, cell) for value in sorted(volts))
    assert low is not None
    assert high is not None
    assert 0.0 <= low <= high <= 100.0


def test_of_unknown_cells_nothing_is_known() -> None:
    assert percent_of(3.0, Cell.UNKNOWN) is None
