"""What comes on the topic of orders is an order or nothing, and nothing there raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.heard import Ordered
from heimvakt.uplinks.parse import BYTES_MAX, Reason, Refused, parse_order

GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/centre",
    "type": "heimvakt.order.v1",
    "data": {"order": "a.b.c"},
}


def parsed(message: object) -> Ordered | Refused:
    payload = message if isinstance(message, bytes) else json.dumps(message).encode()
    return parse_order(payload, receiver="centre", path="mobile")


def test_an_order_is_taken_as_it_came_and_blind_to_more() -> None:
    more = {**GOOD, "more": 1, "data": {**GOOD["data"], "more": 1}}
    assert parsed(more) == Ordered(receiver="centre", path="mobile", token="a.b.c")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({**GOOD, "data": {}}, Reason.WRONG_SHAPE),
        ({**GOOD, "data": {"order": 7}}, Reason.WRONG_SHAPE),
        ({**GOOD, "data": {"order": ""}}, Reason.WRONG_SHAPE),
        ({**GOOD, "data": {"order": "x" * 4097}}, Reason.WRONG_SHAPE),
        ({**GOOD, "type": "heimvakt.order.v2"}, Reason.WRONG_VERSION),
        ({**GOOD, "type": "heimvakt.question.v1"}, Reason.WRONG_KIND),
        (b"a.b.c", Reason.NOT_JSON),
        (b"x" * (BYTES_MAX + 1), Reason.TOO_LARGE),
    ],
)
def test_what_is_none_is_told_apart(message: object, reason: Reason) -> None:
    said = parsed(message)
    assert isinstance(said, Refused)
    assert said.reason is reason


@given(st.binary(max_size=300))
def test_nothing_raises(payload: bytes) -> None:
    assert isinstance(parsed(payload), Refused)
