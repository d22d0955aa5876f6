"""A broker that does not take all of a self-test is told what is named."""

from __future__ import annotations

from heimvakt.uplinks.self_test_message import self_test_message
from tests.support.self_test import one_that_was_done
from tests.support.uplinks import NIGHT


def test_what_is_well_has_no_room_in_a_short_one_and_is_counted_all_the_same() -> None:
    whole, short = (
        self_test_message(one_that_was_done(), NIGHT, only_named=named).data
        for named in (False, True)
    )
    assert [one.check_id for one in short.checks] == [
        "device/hall-motion/link",
        "path/mobile/signal",
    ]
    assert (whole.omitted, short.omitted) == (0, 2)
    assert (short.passed, short.warned, short.failed, short.skipped) == (1, 1, 1, 1)
