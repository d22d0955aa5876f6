"""The lives of sensors are the same for every limit, and the learned limit is worth its name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from benchmarks.silence import PATTERNS, Silence, silence

Results = Mapping[str, Mapping[str, Silence]]
BUTTON, CONTACT = "button: 55 min, up to 4 h", "contact: 50 min, up to 13 h"


@pytest.fixture(scope="module")
def results() -> Results:
    few = [pattern for pattern in PATTERNS if pattern.name in (BUTTON, CONTACT)]
    return silence(4, 200, lambda _: None, few)


def test_a_fixed_limit_of_two_hours_cries_wolf_and_the_learned_one_does_not(
    results: Results,
) -> None:
    for limits in results.values():
        assert limits["2 h"].false_silences > limits["learned"].false_silences == 0


def test_a_button_that_died_is_known_on_the_same_day_and_a_contact_as_soon_as_with_14_hours(
    results: Results,
) -> None:
    assert results[BUTTON]["learned"].detected_h_p95 < 6
    assert results[BUTTON]["25 h"].detected_h_median > 20
    assert (
        results[CONTACT]["learned"].detected_h_median < results[CONTACT]["14 h"].detected_h_median
    )


def test_the_same_seed_gives_the_same_figures() -> None:
    first, again = (silence(1, 5, lambda _: None, PATTERNS[:1]) for _ in range(2))
    assert first == again
