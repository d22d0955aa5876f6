"""The fast way to change a frozen value gives what the standard library gives."""

from __future__ import annotations

import dataclasses

import pytest

from heimvakt.core.changed import replace
from heimvakt.core.events import KINDS
from heimvakt.core.state import State
from tests.support.events import sample
from tests.support.homes import home, stamp


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_event_with_another_stamp_is_the_same_but_for_that(kind: str) -> None:
    event = sample(KINDS[kind], 3)
    again = replace(event, stamp=stamp(7))
    assert again == dataclasses.replace(event, stamp=stamp(7))
    assert again != event
    assert type(again) is type(event)
    assert hash(again) == hash(dataclasses.replace(event, stamp=stamp(7)))


def test_a_state_keeps_what_is_not_changed() -> None:
    before = State(alarms_raised=3)
    after = replace(before, timers={"a/b": stamp().at})
    assert after == dataclasses.replace(before, timers={"a/b": stamp().at})
    assert before == State(alarms_raised=3)
    for rule in home().rules.values():
        assert replace(rule.initial) == rule.initial


def test_what_is_more_than_its_slots_is_refused() -> None:
    with pytest.raises(TypeError, match="Home is not only its slots"):
        replace(home(), gateway_id="another")
