"""What the receiver of tests has got: exact, since commits are held against it, and bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.demo import records
from heimvakt.demo.records import SEQ_MAX, Messages, Numbers


@given(st.lists(st.integers(0, 500)))
def test_each_number_is_kept_once_and_its_repeats_are_counted(came: list[int]) -> None:
    numbers = Numbers()
    for seq in came:
        numbers.add(seq)
    assert list(numbers) == sorted(set(came))
    assert (numbers.count, numbers.repeats) == (len(set(came)), len(came) - len(set(came)))


@pytest.mark.parametrize("seq", [-1, SEQ_MAX, None, "7", 7.0, True])
def test_what_cannot_be_kept_is_counted(seq: object) -> None:
    numbers = Numbers()
    numbers.add(seq)
    assert (numbers.count, numbers.beyond) == (0, 1)


def test_a_repeat_of_a_message_is_known_until_there_is_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "MESSAGES_MAX", 2)
    messages = Messages()
    assert [messages.add("/g", one) for one in ("a", "a", "b", "c", "a")] == [
        False,
        True,
        False,
        False,
        False,
    ]
    assert (messages.repeats, messages.forgotten) == (1, 2)
