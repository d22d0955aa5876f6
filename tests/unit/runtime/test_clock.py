"""What only one of the clocks does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from heimvakt.core.events import ClockQuality
from heimvakt.core.times import BootClock
from heimvakt.runtime.clock import LOOK_AGAIN_S, DrivenClock, SystemClock, boot_id
from tests.support.hand_clock import HandClock
from tests.support.homes import EVENING

YEAR_70 = datetime(1970, 1, 1, 0, 0, 40, tzinfo=UTC)
KNOWN = BootClock(
    boot_id="boot",
    at=EVENING - timedelta(hours=1),
    monotonic=100.0 - 3600,
    quality=ClockQuality.SYNCHRONISED,
    unsure_seq=1,
    unsure_alarms=0,
)


def test_a_driven_clock_never_goes_back() -> None:
    clock = DrivenClock(EVENING)
    clock.learn(KNOWN, EVENING + timedelta(days=9))
    clock.drive(EVENING + timedelta(hours=1))
    clock.drive(EVENING)
    assert clock.now() == EVENING + timedelta(hours=1)
    assert clock.monotonic() == 3600.0
    assert clock.quality() == "synchronised"


def test_without_a_network_and_a_battery_nobody_knows_the_time() -> None:
    assert HandClock(YEAR_70).quality() == "unknown"
    assert HandClock(EVENING).quality() == "unknown", "a file made it look like today"


def test_the_network_sets_it_and_what_comes_after_the_network_is_holdover() -> None:
    clock = HandClock(YEAR_70)
    assert clock.quality() == "unknown"
    clock.wait(minutes=5)
    clock.kept = True
    clock.set(EVENING)
    assert clock.quality() == "synchronised", "at once, although it was asked just now"
    clock.kept = False
    clock.wait(days=40)
    assert clock.quality() == "holdover"


def test_set_by_hand_it_is_unknown_at_once_and_until_the_network_has_it_again() -> None:
    clock = HandClock()
    clock.kept = True
    assert clock.quality() == "synchronised"
    clock.kept = False  # as the kernel does when anybody sets it
    clock.set(EVENING - timedelta(days=30 * 365))
    assert clock.quality() == "unknown"
    clock.set(EVENING + timedelta(days=365))
    assert clock.quality() == "unknown"
    clock.kept = True
    clock.set(EVENING)
    assert clock.quality() == "synchronised"


@pytest.mark.parametrize(
    ("rtc", "sure"),
    [
        (EVENING + timedelta(seconds=1), "holdover"),
        (datetime(2000, 1, 1, tzinfo=UTC), "unknown"),
        (None, "unknown"),
    ],
    ids=["kept by its battery", "its battery is empty", "there is none"],
)
def test_a_real_time_clock_is_believed_if_the_clock_was_set_by_it(
    rtc: datetime | None, sure: str
) -> None:
    clock = HandClock(rtc=rtc)
    assert clock.quality() == sure
    clock.wait(hours=9)
    assert clock.quality() == sure


def test_another_life_in_the_same_boot_goes_on_where_the_clock_was_right() -> None:
    clock = HandClock()
    clock.learn(KNOWN, EVENING - timedelta(minutes=1))
    assert clock.quality() == "holdover"


@pytest.mark.parametrize(
    ("known", "newest"),
    [
        (replace(KNOWN, boot_id="another"), EVENING - timedelta(minutes=1)),
        (replace(KNOWN, quality=ClockQuality.UNKNOWN), EVENING - timedelta(minutes=1)),
        (replace(KNOWN, at=EVENING - timedelta(hours=2)), EVENING - timedelta(minutes=1)),
        (KNOWN, EVENING + timedelta(minutes=1)),
        (None, None),
    ],
    ids=[
        "it was another boot",
        "it was not known then",
        "it was set since",
        "the journal was here before",
        "a new gateway",
    ],
)
def test_another_life_may_know_nothing_of_worth(
    known: BootClock | None, newest: datetime | None
) -> None:
    clock = HandClock()
    clock.learn(known, newest)
    assert clock.quality() == "unknown"


def test_the_machine_is_not_asked_for_every_event() -> None:
    clock = HandClock()
    for _ in range(1000):
        clock.quality()
    assert clock.asked == 1
    clock.wait(seconds=LOOK_AGAIN_S)
    clock.quality()
    assert clock.asked == 2


def test_a_boot_has_a_name_that_stays() -> None:
    assert boot_id() == boot_id() != ""


def test_the_machine_s_own_clock_says_something() -> None:
    assert SystemClock().quality() in set(ClockQuality)
