"""A hand-over that goes on: what was tried holds for the very thing that was tried."""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.commissioning.progress import (
    device_mark,
    held,
    is_settled,
    noted,
    seen_of,
    to_pair,
    to_press,
    to_walk,
    without,
)
from heimvakt.commissioning.record import Progress, Step
from heimvakt.core.checks import Outcome
from tests.support.handed import AT, CONFIGURATION, seen

DOOR = {"role": "door", "driver": "zigbee", "address": "00:01", "room": "hall"}
DEVICES: dict[str, dict[str, Any]] = {
    "front-door": DOOR,
    "pendant": {**DOOR, "role": "button", "address": "00:02"},
    "lamp": {**DOOR, "role": "light", "address": "00:03"},
    "bed": {**DOOR, "role": "bed", "address": ""},
}
PROGRESS = Progress(
    by="installer-12",
    began_at=AT,
    seen=(
        seen(Step.WALK, "front-door", of=device_mark(DOOR)),
        seen(Step.PAIR, "bed", Outcome.SKIPPED, of=device_mark(DEVICES["bed"]), reason="later"),
        seen(Step.SELF_TEST, "store/free"),
    ),
)


def kept(devices: dict[str, dict[str, Any]], configuration: str = CONFIGURATION) -> list[str]:
    return [one.what for one in held(PROGRESS, devices, configuration).seen]


def test_all_of_it_holds_while_nothing_is_another() -> None:
    assert kept(DEVICES) == ["front-door", "bed", "store/free"]


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({"address": "00:09"}, ["bed", "store/free"]),
        ({"role": "motion"}, ["bed", "store/free"]),
        ({"room": "kitchen"}, ["front-door", "bed", "store/free"]),
    ],
)
def test_another_sensor_under_the_same_name_was_not_tried(
    changed: dict[str, str], left: list[str]
) -> None:
    assert kept({**DEVICES, "front-door": {**DOOR, **changed}}) == left


def test_a_device_that_is_gone_or_came_after_all_is_no_longer_what_was_told() -> None:
    assert kept({"bed": DEVICES["bed"]}) == ["bed", "store/free"]
    assert kept({**DEVICES, "bed": {**DEVICES["bed"], "address": "00:04"}}) == [
        "front-door",
        "store/free",
    ]


def test_under_another_configuration_the_walk_holds_and_the_self_test_does_not() -> None:
    assert kept(DEVICES, "another") == ["front-door", "bed"]


def test_what_is_tried_again_takes_the_place_of_what_was_before() -> None:
    again = noted(PROGRESS, seen(Step.WALK, "front-door", Outcome.FAIL))
    assert len(again.seen) == len(PROGRESS.seen)
    found = seen_of(again, Step.WALK, "front-door")
    assert found is not None
    assert found.outcome is Outcome.FAIL
    assert seen_of(without(again, Step.WALK), Step.WALK, "front-door") is None


@pytest.mark.parametrize(
    ("outcome", "reason", "settled"),
    [
        (Outcome.PASS, "", True),
        (Outcome.WARN, "", True),
        (Outcome.FAIL, "", False),
        (Outcome.SKIPPED, "", False),
        (Outcome.FAIL, "the wall is of steel", True),
    ],
)
def test_what_does_not_work_is_tried_again_until_somebody_says_why_not(
    outcome: Outcome, reason: str, settled: bool
) -> None:
    assert is_settled(seen(Step.WALK, "a", outcome, reason=reason)) is settled
    assert not is_settled(None)


def test_what_is_brought_walked_to_and_pressed() -> None:
    assert to_pair(DEVICES) == ["bed"]
    assert to_walk(DEVICES) == ["front-door"], "a lamp has nothing to try, a button its own step"
    assert to_press(DEVICES) == ["pendant"]
