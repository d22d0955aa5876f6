"""What is only known roughly is told roughly, in both languages."""

from __future__ import annotations

import pytest

from heimvakt.rules.wording import blind_words, spell_about


@pytest.mark.parametrize(
    ("seconds", "nb", "en"),
    [
        (0.4, "5 s", "5 s"),
        (47, "45 s", "45 s"),
        (59, "1 min", "1 min"),
        (312, "5 min", "5 min"),
        (2_913, "50 min", "50 min"),
        (3_590, "1 t", "1 h"),
        (16_500, "4 t 30 min", "4 h 30 min"),
        (45_000, "12 t", "12 h"),
        (129_600, "36 t", "36 h"),
        (259_200, "3 døgn", "3 days"),
    ],
)
def test_a_duration_has_no_more_digits_than_it_deserves(seconds: float, nb: str, en: str) -> None:
    assert (spell_about(seconds).nb, spell_about(seconds).en) == (nb, en)


def test_no_sentence_is_said_of_no_rules() -> None:
    assert (blind_words(()).nb, blind_words(()).en) == ("", "")
