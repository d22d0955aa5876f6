"""What a hand-over has seen: what is left, how a step ended, and the seal."""

from __future__ import annotations

import json
from dataclasses import replace

from heimvakt.commissioning.record import (
    Record,
    Step,
    canonical,
    digest_of,
    is_left,
    spelt,
    worst,
)
from heimvakt.core.checks import Outcome
from heimvakt.core.codec import decode
from tests.support.handed import CONFIGURATION, record, seen

FAIL, SKIPPED, WARN = Outcome.FAIL, Outcome.SKIPPED, Outcome.WARN


def test_the_seal_is_that_of_the_content_and_of_no_other() -> None:
    one = record()
    again: Record = decode(Record, json.loads(canonical(one)))
    assert again == one
    assert digest_of(canonical(again)) == digest_of(canonical(one))
    other = replace(one, by="installer-13")
    assert digest_of(canonical(other)) != digest_of(canonical(one))
    assert spelt(CONFIGURATION) == "3f9a 22c1 0b7e 91d4"


def test_what_failed_and_what_was_not_tried_is_left_and_a_box_without_battery_is_not() -> None:
    assert record().remains == ()
    left = record(
        seen(Step.WALK, "front-door", FAIL),
        seen(Step.TEST_ALARM, "path/mobile/centre/test", SKIPPED),
        seen(Step.SELF_TEST, "store/flush", WARN),
    )
    assert [one.what for one in left.remains] == ["front-door", "path/mobile/centre/test"]
    assert not is_left(seen(Step.SELF_TEST, "box/battery", SKIPPED))


def test_a_device_that_was_not_paired_is_left_once() -> None:
    left = record(
        seen(Step.PAIR, "bed", SKIPPED, reason="in the van"),
        seen(Step.SELF_TEST, "device/bed/heard", FAIL, reason="in the van"),
        seen(Step.SELF_TEST, "device/bedside/heard", FAIL),
    )
    assert [one.what for one in left.remains] == ["bed", "device/bedside/heard"]


def test_a_step_is_no_better_than_the_worst_of_it_and_nothing_seen_is_not_well() -> None:
    assert worst([]) is SKIPPED
    assert worst([seen(Step.WALK, "a"), seen(Step.WALK, "b", FAIL)]) is FAIL
    assert worst([seen(Step.WALK, "a", WARN), seen(Step.WALK, "b")]) is WARN
    assert worst([seen(Step.PAIR, "a"), seen(Step.PAIR, "b", SKIPPED)]) is SKIPPED
    assert worst(record().of(Step.SELF_TEST)) is Outcome.PASS
