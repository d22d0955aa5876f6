"""One movement alone is nobody: a second witness makes it somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.events import (
    ApplianceStarted,
    BedEntered,
    BedLeft,
    ButtonPressed,
    DeviceEvent,
    DoorClosed,
    MotionDetected,
    stamped,
)
from heimvakt.core.witness import NO_MOVEMENT, NOBODY
from tests.support.homes import EVENING, stamp

HALL, KITCHEN = MotionDetected(device_id="hall"), MotionDetected(device_id="kitchen")
LEFT, ENTERED = BedLeft(device_id="bed"), BedEntered(device_id="bed")


def after(first: DeviceEvent, seconds: float, second: DeviceEvent) -> bool:
    witness = NOBODY.after(stamped(first, stamp(1)))
    return witness.confirms(stamped(second, stamp(2, EVENING + timedelta(seconds=seconds))))


@pytest.mark.parametrize(
    "event",
    [
        DoorClosed(device_id="front-door"),
        ApplianceStarted(device_id="kettle"),
        ButtonPressed(device_id="pendant"),
    ],
)
def test_what_needs_a_hand_needs_no_witness(event: DeviceEvent) -> None:
    assert NOBODY.confirms(stamped(event, stamp()))


@pytest.mark.parametrize("event", [HALL, LEFT, ENTERED])
def test_the_first_of_anything_else_is_nobody(event: DeviceEvent) -> None:
    assert not NOBODY.confirms(stamped(event, stamp()))


@pytest.mark.parametrize(
    ("first", "seconds", "second", "somebody"),
    [
        (HALL, 0.0, KITCHEN, True),
        (HALL, 120.0, KITCHEN, True),
        (HALL, 120.1, KITCHEN, False),
        (HALL, 2.0, HALL, True),
        (HALL, 0.002, HALL, False),  # the frame again
        (HALL, 121.0, HALL, False),
        (LEFT, 30.0, ENTERED, False),  # a mat that lets go
        (LEFT, 30.0, HALL, True),
        (HALL, -5.0, KITCHEN, False),  # the clock was set back
    ],
)
def test_the_second_is_somebody_when_it_comes_soon_and_is_not_the_same_again(
    first: DeviceEvent, seconds: float, second: DeviceEvent, *, somebody: bool
) -> None:
    assert after(first, seconds, second) is somebody


def test_a_frame_that_comes_again_does_not_make_the_first_younger() -> None:
    witness = NOBODY.after(stamped(HALL, stamp(1)))
    again = stamped(HALL, stamp(2, EVENING + timedelta(milliseconds=2)))
    assert witness.after(again) is witness


@pytest.mark.parametrize(
    ("minutes", "somebody"),
    [
        ((0, 20, 40, 60), True),
        ((0, 20, 40, 61), False),
        ((0, 20, 40), False),
        ((-300, -200, 0, 20, 40, 60), True),
        ((0, 20, 60, 40, -30), False),  # the clock was set back
    ],
)
def test_several_single_movements_in_an_hour_are_somebody(
    minutes: tuple[int, ...], somebody: bool
) -> None:
    moved, confirmed = NO_MOVEMENT, False
    for minute in minutes:
        event = stamped(HALL, stamp(1, EVENING + timedelta(minutes=minute)))
        moved, confirmed = moved.after(event), moved.confirm(event)
    assert confirmed is somebody


def test_only_movements_count_among_several_and_a_frame_once() -> None:
    moved = NO_MOVEMENT
    for second in (0.0, 0.001, 60.0, 120.0, 180.0):
        frame = stamped(HALL, stamp(1, EVENING + timedelta(seconds=second)))
        assert moved.confirm(frame) is (second == 180.0)
        moved = moved.after(frame)
        left = stamped(LEFT, stamp(2, EVENING + timedelta(seconds=second + 1)))
        assert not moved.confirm(left)
        moved = moved.after(left)
